import type { AgentEvent } from '../agent/events.js';
import { createQueueWatch, type QueueChange, type QueueEntry } from '../icws/queue-watch.js';
import {
  BreakStatusType,
  ConnectionState,
  type IcwsMessage,
  type Pop,
  type StationConnectionStateChangeMessage,
  StationSettingsType,
  type UnknownMessage,
} from '../wire/index.js';
import type { CampaignDesk } from './campaign-desk.js';
import type { StatusDesk } from './status-desk.js';

/** What the desk needs of the bridge that owns it. */
export interface MessageDeskPort {
  tell(event: AgentEvent): void;
  popped(pop: Pop): void;
  /** The interaction of the open call and its stage, or null. */
  openCall(): { readonly id: string; readonly stage: string } | null;
  /** Our own Dialer call alerts: somebody must answer it (reference §6.13). */
  alerting(interactionId: string): void;
}

/** Past calls that may linger on the queue after they ended. */
const MOST_PAST = 8;

/**
 * Turns the messages of one session into agent events: message → event, and nothing else. What is no news to an agent is
 * dropped here, before it costs a step of the chart.
 */
export class MessageDesk {
  private readonly port: MessageDeskPort;
  private readonly campaigns: CampaignDesk;
  private readonly queue = createQueueWatch();
  private readonly past: string[] = [];
  /** Live interactions that are not Dialer's (rule 12). */
  private readonly acd = new Set<string>();
  private readonly userId: string;
  private readonly hasStation: boolean;
  private stationId: string | undefined;
  /** Interactions of Dialer on the queue of which no pop has told, and those of them that came after the last mark. */
  private readonly untold = new Set<string>();
  private readonly news = new Set<string>();
  /** The queue tells of calls in this session. */
  watchesQueue = false;
  /** Set once the statuses are read; status messages before that are the snapshot of what was. */
  status: StatusDesk | null = null;

  constructor(options: { port: MessageDeskPort; campaigns: CampaignDesk; userId: string; hasStation: boolean }) {
    this.port = options.port;
    this.campaigns = options.campaigns;
    this.userId = options.userId.toLowerCase();
    this.hasStation = options.hasStation;
  }

  get isAcdLive(): boolean {
    return this.acd.size > 0;
  }

  /** From now on, what comes on the queue is news. */
  markQueue(): void {
    this.news.clear();
  }

  /** Since the mark, Dialer put a call on the queue of which no pop has told. */
  get wasGivenAnother(): boolean {
    return this.news.size > 0;
  }

  read(message: IcwsMessage | UnknownMessage): void {
    const known = message as IcwsMessage;
    switch (known.__type) {
      case 'urn:inin.com:dialer:dataPopMessage':
        this.pop(known.call);
        break;
      case 'urn:inin.com:queues:queueContentsMessage':
        for (const change of this.queue.apply(known)) this.queueChanged(change);
        break;
      case 'urn:inin.com:status:userStatusMessage':
        for (const { userId, statusId } of known.userStatusList) {
          if (userId.toLowerCase() === this.userId) this.status?.seen(statusId);
        }
        break;
      case 'urn:inin.com:messaging:asyncOperationCompletedMessage':
        this.status?.completed(known);
        break;
      case 'urn:inin.com:dialer:availableCampaignsMessage':
        this.port.tell(this.campaigns.offered(known));
        break;
      case 'urn:inin.com:dialer:breakStatusMessage': {
        const status = BREAK_STATUS[known.breakStatus];
        if (status) this.port.tell({ type: 'break.status', status });
        break;
      }
      case 'urn:inin.com:dialer:logoutGrantedMessage':
        this.left(this.campaigns.granted(known));
        break;
      case 'urn:inin.com:dialer:autoLoginMessage':
        this.campaigns.put(known.campaignId);
        this.port.tell({ type: 'campaigns.auto-login' });
        break;
      case 'urn:inin.com:dialer:autoLogoutMessage':
        this.port.tell(this.campaigns.taken(known.campaignIds));
        break;
      case 'urn:inin.com:dialer:outboundServerConnectionStateChangeMessage':
        if (known.newConnectionState === ConnectionState.Down) this.port.tell({ type: 'link.down' });
        if (known.newConnectionState === ConnectionState.Up) this.port.tell({ type: 'link.up' });
        break;
      case 'urn:inin.com:connection:stationConnectionStateChangeMessage':
        this.stationChanged(known);
        break;
      case 'urn:inin.com:interactions:interactionDeallocatedMessage':
        this.ended(known.interactionID, 'far-side');
        break;
      default:
        break;
    }
  }

  /** What the queue knows of a call already: its messages may have come before the pop. */
  recall(interactionId: string): void {
    const entry = this.queue.known(interactionId);
    if (entry) this.callChanged(entry);
  }

  private pop(pop: Pop): void {
    const id = pop.interactionId;
    if (!this.past.includes(id)) {
      this.past.push(id);
      if (this.past.length > MOST_PAST) this.past.shift();
    }
    this.news.delete(id);
    const wasTakenForAcd = this.acd.delete(id) && this.acd.size === 0;
    this.port.popped(pop);
    if (wasTakenForAcd) this.port.tell({ type: 'acd.ended' });
    this.recall(id);
  }

  private left(granted: Extract<AgentEvent, { type: 'logout.granted' }>): void {
    this.port.tell(granted);
    // Wanted again since it was asked to be left.
    if (!granted.all && this.campaigns.toLogInTo().length > 0) this.port.tell(this.campaigns.changed());
  }

  private queueChanged(change: QueueChange): void {
    if (change.kind === 'removed') {
      this.ended(change.interactionId, 'far-side');
      this.acdEnded(change.interactionId);
      this.untold.delete(change.interactionId);
    } else if (this.past.includes(change.interactionId)) {
      this.callChanged(change);
    } else {
      this.otherChanged(change);
    }
  }

  private callChanged(entry: QueueEntry): void {
    const open = this.port.openCall();
    if (open?.id !== entry.interactionId) return;
    if (entry.state === 'ended') this.ended(entry.interactionId, entry.endedBy ?? 'far-side');
    else if (entry.state === 'alerting' || entry.state === 'offering') this.port.alerting(entry.interactionId);
    else if (entry.state === 'connected' && (open.stage === 'ringing' || open.stage === 'placing')) {
      this.port.tell({ type: 'call.connected', call: entry.interactionId });
    }
  }

  private ended(interactionId: string, by: 'us' | 'far-side'): void {
    const open = this.port.openCall();
    if (open?.id === interactionId && ENDABLE.has(open.stage)) {
      this.port.tell({ type: 'call.ended', call: interactionId, by });
    }
  }

  /** An inbound interaction without a campaign is ACD work beside Dialer. */
  private otherChanged(entry: QueueEntry): void {
    const { attributes, interactionId } = entry;
    const isDialer = Boolean(attributes.is_attr_campaignid) || attributes.eic_calldirection === 'O';
    if (isDialer && !this.untold.has(interactionId)) {
      this.untold.add(interactionId);
      this.news.add(interactionId);
    }
    const isLive = entry.state === 'alerting' || entry.state === 'connected' || entry.state === 'held';
    if (!isDialer && isLive) {
      if (this.acd.size === 0) this.port.tell({ type: 'acd.began' });
      this.acd.add(interactionId);
    } else if (!isLive) {
      this.acdEnded(interactionId);
    }
  }

  private acdEnded(interactionId: string): void {
    if (this.acd.delete(interactionId) && this.acd.size === 0) this.port.tell({ type: 'acd.ended' });
  }

  /** Ours is the first one told; after that, another one or none means that it was lost (rule 11). */
  private stationChanged({ newStationInfo }: StationConnectionStateChangeMessage): void {
    if (!this.hasStation) return;
    const id = newStationInfo.stationSetting === StationSettingsType.None ? '' : newStationInfo.id;
    if (this.stationId === undefined) {
      if (id) this.stationId = id;
    } else if (id.toLowerCase() !== this.stationId.toLowerCase()) {
      this.port.tell({ type: 'station.lost' });
    }
  }
}

const BREAK_STATUS: Readonly<Record<number, 'not-on-break' | 'pending' | 'on-break'>> = {
  [BreakStatusType.NotOnBreak]: 'not-on-break',
  [BreakStatusType.BreakPending]: 'pending',
  [BreakStatusType.OnBreak]: 'on-break',
};

/** Stages in which the end of the interaction is news. */
const ENDABLE: ReadonlySet<string> = new Set(['previewing', 'placing', 'ringing', 'talking', 'hanging-up']);
