import type { DataPop, FormDefinition, PreviewPop } from '../wire/index.js';
import { deliverAll } from './delivery.js';
import { toldTime } from './icws-time.js';
import type { Call, Campaign, Session, World } from './world.js';

/** The pop of a call as it stands now (reference §4.9). */
export function popOf(world: World, call: Call): DataPop | PreviewPop {
  const { campaign } = call;
  const common = {
    interactionId: call.id,
    campaignId: campaign.id,
    attributes: { ...call.contact.columns },
    autoDisconnectOnDisposition: campaign.config.autoDisconnect,
    allowAgentCallbacks: campaign.config.allowAgentCallbacks,
    dispositions: [...campaign.dispositions],
    dialingMode: call.dialingMode,
  };
  if (!call.isPreview) return { __type: 'urn:inin.com:dialer:dataPop', ...common };
  return {
    __type: 'urn:inin.com:dialer:previewPop',
    ...common,
    callPlaced: call.entry.placed,
    ...(call.previewEndsMs === null || call.entry.placed
      ? {}
      : { previewTimeout: toldTime(world, call.previewEndsMs) }),
    allowSkip: campaign.config.allowSkip,
  };
}

/** Sends the pop of a call. */
export function sendPop(world: World, call: Call, sessions: Iterable<Session>): void {
  deliverAll(world, sessions, {
    __type: 'urn:inin.com:dialer:dataPopMessage',
    isDelta: false,
    call: popOf(world, call),
  });
}

/** The base script of a campaign: one page with its contact columns and dispositions (reference §4.9). */
export function formOf(campaign: Campaign): FormDefinition {
  const columns = Object.keys(campaign.contacts[0]?.columns ?? {});
  return {
    pages: [
      {
        name: campaign.config.name,
        controls: columns.map((column) => ({
          column,
          label: column,
          readOnly: column.startsWith('i3_'),
          type: 0,
          maxLines: 1,
          maxChars: 255,
        })),
        dispositions: campaign.dispositions.map((disposition) => ({
          ...disposition,
          recordStatus: '',
          isContact: true,
        })),
        text: campaign.config.name,
        stage: 0,
        foregroundColor: '#000000',
        backgroundColor: '#FFFFFF',
      },
    ],
    misc: {
      allowBreak: true,
      allowSkip: campaign.config.allowSkip,
      allowAgentOwned: campaign.config.allowAgentCallbacks,
      militaryTime: false,
      pickupCall: false,
      allowSchedulePhone: false,
      autoDisconnect: campaign.config.autoDisconnect,
      allowEditingOfNumberToDial: false,
      allowAgentsAdditionalCalls: false,
      allowEditingAdditionalCallNumbers: false,
      overrideDncBlock: false,
      overrideZoneBlock: false,
      overrideSkillsBlock: false,
      overrideDailyLimitBlock: false,
    },
    extensions: [],
  };
}
