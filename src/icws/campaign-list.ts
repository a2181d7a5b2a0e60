import type { AvailableCampaign, AvailableCampaignsMessage, ChangedCampaign } from '../wire/index.js';
import { CampaignStatusType } from '../wire/index.js';

/** A campaign that the server offers to the agent. */
export interface OfferedCampaign {
  readonly id: string;
  readonly name: string;
  readonly workgroup: string;
  /** Running by hand, by schedule or automatically, and neither completed nor off. */
  readonly on: boolean;
  readonly paused: boolean;
  /** Whether the server said that the agent is logged in to it; false when it did not say. */
  readonly isLoggedIn: boolean;
  /** A wire CampaignType, where told. */
  readonly type: number | undefined;
}

/** What one message changed. A campaign is in one of the three at most. */
export interface CampaignChanges {
  readonly added: readonly OfferedCampaign[];
  readonly removed: readonly OfferedCampaign[];
  readonly changed: readonly OfferedCampaign[];
}

/** The campaigns offered to one agent, kept by the merge rules of reference §2.3 and §4.9. */
export interface CampaignList {
  apply(message: AvailableCampaignsMessage): CampaignChanges;
  all(): readonly OfferedCampaign[];
  find(id: string): OfferedCampaign | undefined;
  /** Undefined until a message told. */
  readonly hasLogonRight: boolean | undefined;
  /** The name of a campaign, also of one that is no longer offered (its last call may still be open). */
  nameOf(id: string): string | undefined;
}

const RUNNING: readonly number[] = [CampaignStatusType.On, CampaignStatusType.ScheduleOnly, CampaignStatusType.Auto];
const STOPPED: readonly number[] = [CampaignStatusType.Off, CampaignStatusType.Completed, CampaignStatusType.Invalid];

/** `status` is a list of flags (reference §4.9); without it nothing is known, and the campaign counts as running. */
function readStatus(flags: readonly number[] | undefined): { on: boolean; paused: boolean } {
  if (!flags || flags.length === 0) return { on: true, paused: false };
  const isStopped = flags.some((flag) => STOPPED.includes(flag));
  return {
    on: !isStopped && flags.some((flag) => RUNNING.includes(flag)),
    paused: flags.includes(CampaignStatusType.Paused),
  };
}

const isSame = (a: OfferedCampaign, b: OfferedCampaign): boolean =>
  a.name === b.name &&
  a.workgroup === b.workgroup &&
  a.on === b.on &&
  a.paused === b.paused &&
  a.isLoggedIn === b.isLoggedIn &&
  a.type === b.type;

/** An empty list: make a new one for each session. */
export function createCampaignList(): CampaignList {
  const offered = new Map<string, OfferedCampaign>();
  const names = new Map<string, string>();
  let hasLogonRight: boolean | undefined;

  const merge = (part: AvailableCampaign | ChangedCampaign, before: OfferedCampaign | undefined): OfferedCampaign => {
    const whole = part as Partial<AvailableCampaign>;
    const status = part.status || !before ? readStatus(part.status) : { on: before.on, paused: before.paused };
    return {
      id: part.id,
      name: part.name ?? before?.name ?? part.id,
      workgroup: whole.workgroup ?? before?.workgroup ?? '',
      ...status,
      isLoggedIn: whole.isLoggedIn ?? before?.isLoggedIn ?? false,
      type: whole.campaignType ?? before?.type,
    };
  };

  return {
    apply: (message) => {
      if (typeof message.agentHasLogonCampaignRight === 'boolean') hasLogonRight = message.agentHasLogonCampaignRight;
      const before = new Map(offered);
      if (message.isDelta === false) offered.clear();
      for (const part of [...(message.campaignsAdded ?? []), ...(message.campaignsChanged ?? [])]) {
        const campaign = merge(part, offered.get(part.id) ?? before.get(part.id));
        offered.set(part.id, campaign);
        names.set(part.id, campaign.name);
      }
      for (const { id } of message.campaignsRemoved ?? []) offered.delete(id);
      return compare(before, offered);
    },
    all: () => [...offered.values()],
    find: (id) => offered.get(id),
    get hasLogonRight() {
      return hasLogonRight;
    },
    nameOf: (id) => names.get(id),
  };
}

function compare(before: Map<string, OfferedCampaign>, after: Map<string, OfferedCampaign>): CampaignChanges {
  const added: OfferedCampaign[] = [];
  const changed: OfferedCampaign[] = [];
  for (const campaign of after.values()) {
    const old = before.get(campaign.id);
    if (!old) added.push(campaign);
    else if (!isSame(old, campaign)) changed.push(campaign);
  }
  return { added, changed, removed: [...before.values()].filter((campaign) => !after.has(campaign.id)) };
}
