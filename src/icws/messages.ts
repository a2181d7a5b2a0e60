import type { IcwsMessage, UnknownMessage } from '../wire/index.js';
import {
  BreakStatusType,
  CampaignStatusType,
  CampaignType,
  ConnectionState,
  DialingMode,
  StationSettingsType,
  SubscriptionState,
} from '../wire/index.js';
import type { LooseObject } from './loose.js';
import { asEnum, asList, asObject, asText, asTextMap, objectsOf, textsOf } from './loose.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * What a known type must hold: its members made right, or undefined when the message is of no use without them. They are
 * written into the message, as what is right in its lists is: it was parsed a moment ago and belongs to nobody else.
 */
type Reader = (message: LooseObject) => Members | undefined;

/**
 * Reads one message of the channel. Known types come out with every required member present and of its type, enums as
 * numbers (reference §7 #4), ids as texts; other members are kept as they came. An unknown `__type` passes as it is.
 * Undefined: not a message, or a known type that lacks what makes it one.
 */
export function readMessage(value: unknown): IcwsMessage | UnknownMessage | undefined {
  const message = asObject(value);
  const type = message?.__type;
  if (!message || typeof type !== 'string' || type === '') return undefined;
  const reader = READERS.get(type);
  if (!reader) return message as unknown as UnknownMessage;
  const members = reader(message);
  return members && (Object.assign(message, { isDelta: isDelta(message.isDelta) }, members) as unknown as IcwsMessage);
}

/** Absent counts as a delta: the cautious reading, which clears nothing. */
const isDelta = (value: unknown): boolean => !(value === false || value === 'false' || value === 0);

/** Whether every value is there; then they are the members. */
function all(members: Members): Members | undefined {
  for (const name in members) if (members[name] === undefined) return undefined;
  return members;
}

/** Only the optional members that are there: an absent one means unchanged and must stay absent. */
function present(members: Members): Members {
  const kept: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) kept[name] = members[name];
  return kept;
}

/** A list whose entries are read one by one; unusable entries are left out. Undefined when there is no list. */
function listOf<T>(value: unknown, read: (entry: LooseObject) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: T[] = [];
  for (const entry of value) {
    const object = asObject(entry);
    const item = object && read(object);
    if (item !== undefined) list.push(item);
  }
  return list;
}

const readStateChange: Reader = (message) => {
  const newConnectionState = asEnum(ConnectionState, message.newConnectionState);
  if (newConnectionState === undefined) return undefined;
  return {
    newConnectionState,
    previousConnectionState: asEnum(ConnectionState, message.previousConnectionState) ?? ConnectionState.None,
    reason: asText(message.reason) ?? '',
  };
};

const readInteraction = (entry: LooseObject): Members | undefined => {
  const interactionId = asText(entry.interactionId);
  return interactionId === undefined
    ? undefined
    : Object.assign(entry, { interactionId, attributes: asTextMap(entry.attributes) });
};

const readCampaign = (entry: LooseObject): Members | undefined => {
  const id = asText(entry.id);
  if (id === undefined) return undefined;
  const flags = entry.status === undefined || entry.status === null ? undefined : [entry.status].flat();
  const { status: _status, campaignType, isLoggedIn, name, workgroup, ...rest } = entry;
  return {
    ...rest,
    id,
    ...present({
      name: asText(name),
      workgroup: asText(workgroup),
      status: flags?.flatMap((flag) => asEnum(CampaignStatusType, flag) ?? []),
      campaignType: asEnum(CampaignType, campaignType),
      isLoggedIn: typeof isLoggedIn === 'boolean' ? isLoggedIn : undefined,
    }),
  };
};

const readDisposition = (entry: LooseObject): Members | undefined => {
  const label = asText(entry.label);
  if (label === undefined) return undefined;
  return Object.assign(entry, {
    label,
    wrapUpCategory: asText(entry.wrapUpCategory) ?? '',
    wrapUpCode: asText(entry.wrapUpCode) ?? '',
    abandon: entry.abandon === true,
  });
};

/** The pop, common part and both kinds (reference §4.9); told apart by `__type`, never by dialingMode. */
const readPop = (value: unknown): Members | undefined => {
  const pop = asObject(value);
  const interactionId = asText(pop?.interactionId);
  const type = pop?.__type;
  const isPreview = type === 'urn:inin.com:dialer:previewPop';
  if (!pop || interactionId === undefined || !(isPreview || type === 'urn:inin.com:dialer:dataPop')) return undefined;
  const { previewTimeout: timeout, ...rest } = pop;
  const common = {
    ...rest,
    interactionId,
    campaignId: asText(pop.campaignId) ?? '',
    attributes: asTextMap(pop.attributes),
    autoDisconnectOnDisposition: pop.autoDisconnectOnDisposition === true,
    allowAgentCallbacks: pop.allowAgentCallbacks === true,
    dispositions: listOf(pop.dispositions, readDisposition) ?? [],
    dialingMode: asEnum(DialingMode, pop.dialingMode) ?? (isPreview ? DialingMode.Preview : DialingMode.Regular),
  };
  if (!isPreview) return common;
  const previewTimeout = asText(timeout);
  const preview = { ...common, callPlaced: pop.callPlaced === true, allowSkip: pop.allowSkip === true };
  return previewTimeout === undefined ? preview : { ...preview, previewTimeout };
};

const readCampaignInfo = (entry: LooseObject): Members => ({ ...entry, id: asText(entry.id) ?? '' });

const readSubscriptionState: Reader = (message) => ({
  state: asEnum(SubscriptionState, message.state) ?? SubscriptionState.None,
});

const readWatched: Reader = (message) => all({ interactionID: asText(message.interactionID ?? message.interactionId) });

const ofPrefix = (prefix: string, readers: Readonly<Record<string, Reader>>): (readonly [string, Reader])[] =>
  Object.entries(readers).map(([name, reader]) => [`urn:inin.com:${prefix}:${name}`, reader]);

const READERS: ReadonlyMap<string, Reader> = new Map([
  ...ofPrefix('messaging', {
    asyncOperationCompletedMessage: (message) => {
      const requestId = asText(message.requestId);
      return requestId === undefined ? undefined : { requestId, error: asObject(message.error) ?? null };
    },
    subscriptionStateMessage: readSubscriptionState,
  }),
  ...ofPrefix('connection', {
    connectionStateChangeMessage: readStateChange,
    stationConnectionStateChangeMessage: (message) => {
      const station = asObject(message.newStationInfo);
      if (!station) return undefined;
      const stationSetting = asEnum(StationSettingsType, station.stationSetting) ?? StationSettingsType.None;
      return { newStationInfo: { ...station, id: asText(station.id) ?? '', stationSetting } };
    },
    effectiveStationChangeMessage: (message) => ({ effectiveStation: asObject(message.effectiveStation) ?? null }),
  }),
  ...ofPrefix('status', {
    userStatusMessage: (message) =>
      all({
        userStatusList: listOf(message.userStatusList, (entry) => {
          const members = all({ userId: asText(entry.userId), statusId: asText(entry.statusId) });
          return members && Object.assign(entry, members);
        }),
      }),
    statusMessagesMessage: () => ({}),
    statusMessagesUserAccessMessage: (message) =>
      all({ statusMessagesUserAccessChanges: listOf(message.statusMessagesUserAccessChanges, (entry) => entry) }),
  }),
  ...ofPrefix('queues', {
    queueContentsMessage: (message) => ({
      subscriptionId: asText(message.subscriptionId) ?? '',
      interactionsAdded: listOf(message.interactionsAdded, readInteraction) ?? [],
      interactionsChanged: listOf(message.interactionsChanged, readInteraction) ?? [],
      interactionsRemoved: textsOf(message.interactionsRemoved),
    }),
    queueSubscriptionStateMessage: (message) => ({
      subscriptionId: asText(message.subscriptionId) ?? '',
      ...readSubscriptionState(message),
    }),
  }),
  ...ofPrefix('interactions', {
    interactionChangedMessage: (message) => {
      const watched = readWatched(message);
      return watched && { ...watched, attributes: asTextMap(message.attributes) };
    },
    interactionDeallocatedMessage: readWatched,
    interactionLostRightsMessage: readWatched,
    interactionMorphedMessage: (message) => {
      const next = asText(message.newInteractionID ?? message.newInteractionId);
      return all({ interactionID: asText(message.interactionID ?? message.interactionId), newInteractionID: next });
    },
    interactionAlertingMessage: (message) => ({
      alertingInteractionDetails: objectsOf(message.alertingInteractionDetails),
    }),
  }),
  ...ofPrefix('dialer', {
    availableCampaignsMessage: (message) => ({
      campaignsAdded: listOf(message.campaignsAdded, readCampaign) ?? [],
      campaignsChanged: listOf(message.campaignsChanged, readCampaign) ?? [],
      campaignsRemoved: removedCampaigns(message.campaignsRemoved),
    }),
    breakStatusMessage: (message) => all({ breakStatus: asEnum(BreakStatusType, message.breakStatus) }),
    dataPopMessage: (message) => all({ call: readPop(message.call) }),
    // An empty, missing or null id, and an empty or missing list, all mean out of Dialer (reference §7 #18).
    logoutGrantedMessage: (message) => ({ campaigns: listOf(message.campaigns, readCampaignInfo) ?? [] }),
    autoLoginMessage: (message) => ({
      campaignId: asText(message.campaignId) ?? '',
      initiatorName: asText(message.initiatorName) ?? '',
    }),
    autoLogoutMessage: (message) => ({
      campaignIds: textsOf(message.campaignIds),
      initiatorName: asText(message.initiatorName) ?? '',
    }),
    outboundServerConnectionStateChangeMessage: readStateChange,
    setFormDefinitionMessage: (message) => all({ formDefinition: asObject(message.formDefinition) }),
    manualOutboundCallStatusMessage: () => ({}),
  }),
]);

/** Objects with an id by contract; bare ids are taken, too. */
function removedCampaigns(value: unknown): { id: string }[] {
  return asList(value).flatMap((entry) => {
    const id = asText(entry) ?? asText(asObject(entry)?.id);
    return id === undefined ? [] : [{ id }];
  });
}
