import type { AgentEvent, PopFacts } from '../agent/events.js';
import type { CallInHand } from '../agent/orders.js';
import type { Random } from '../base/random.js';
import { parseDateTime } from '../icws/date-time.js';
import type { UnsettledCall } from '../journal/open-work.js';
import type { CallRef, DecisionDetails, DecisionPoint, Fact } from '../journal/record.js';
import {
  type CallFacts,
  callKind,
  callKinds,
  decideConnect,
  decideEnd,
  decideOffer,
  drawsOfCall,
  type FellBack,
  type OwnerHours,
  type Policy,
} from '../policy/index.js';
import type { Pop } from '../wire/index.js';
import { type Ending, endingsOf, noteOf, unplacedEndings } from './endings.js';

/** What the callbacks of one agent have to fit in with: shifts, and the callbacks of all agents. */
export interface Appointments {
  readonly ownerHours: OwnerHours;
  /** Callbacks of a policy's rule in the clock hour that begins at this instant (epoch milliseconds). */
  readonly booked: (policy: string, rule: string, hourStart: number) => number;
}

/** A pop, and its contact by a name that tells nothing. */
interface KnownPop {
  readonly pop: Pop;
  readonly contact: string;
}

/** Dialer's countdown is the server's; we fire a little late, so that it is never early (reference §7 #11). */
const TIMER_LATE_MS = 200;
/** The open call, one that waits, and what came under another id. */
const MOST_POPS = 4;
/** So many finished calls are remembered. */
const MOST_OVER = 16;

/** What a decision did instead of what its rule asked for. */
const WHY_FELL_BACK: Readonly<Record<FellBack, string>> = {
  'label-not-offered': 'the campaign does not offer the label; another one ended the call',
  'callback-not-scheduled': 'the label of a callback is not of category Scheduled; no callback was made',
  'owner-not-allowed': 'the campaign allows no owner of a callback',
  'owner-off-shift': 'the owner of a callback works at none of the permitted times',
  'no-slot': 'no permitted time is left for a callback; none was made',
  'zone-unknown': "a contact's column names no known time zone",
  'no-acceptable-label': 'the campaign offers no label that may end the call',
};

/**
 * The calls of one agent as the policy sees them: keeps the pop of the open call, asks the policy at the three decision
 * points, and knows which endings were decided. A decision is made once; asked again, the desk repeats itself.
 */
export class CallDesk {
  private readonly user: string;
  private readonly random: Random;
  /** In force for calls that begin from now on. */
  private policy: Policy;
  /** A call keeps the policy that it began with. */
  private inHand: { readonly nth: number; readonly policy: Policy };
  private readonly appointments: Appointments;
  private readonly record: (fact: Fact) => void;
  private readonly nameContact: (columns: string) => string;
  private readonly pops = new Map<string, KnownPop>();
  private endings: { nth: number; list: readonly Ending[] } = { nth: 0, list: [] };
  private decided: { nth: number; events: Partial<Record<DecisionPoint, AgentEvent>> } = { nth: 0, events: {} };
  private sent: Ending | null = null;
  /** Calls that have their result: a late copy of their pop is no new call. */
  private readonly over: string[] = [];

  constructor(options: {
    user: string;
    random: Random;
    policy: Policy;
    appointments: Appointments;
    record: (fact: Fact) => void;
    /** Makes of a contact's columns a name that tells nothing. */
    nameContact: (columns: string) => string;
  }) {
    this.user = options.user;
    this.random = options.random;
    this.policy = options.policy;
    this.inHand = { nth: 0, policy: options.policy };
    this.appointments = options.appointments;
    this.record = options.record;
    this.nameContact = options.nameContact;
  }

  /** From the next call on. */
  setPolicy(policy: Policy): void {
    this.policy = policy;
  }

  /** The policy of the agent's call number `nth`: the one that was in force when it was first asked. */
  private policyOf(nth: number): Policy {
    if (this.inHand.nth !== nth) this.inHand = { nth, policy: this.policy };
    return this.inHand.policy;
  }

  /** Keeps the pop and tells the chart what it needs of it. `now` and `skewMs`: our clock and the lead of the server over it. */
  popped(pop: Pop, campaign: string, now: number, skewMs: number, namesContact: boolean): PopFacts {
    const contact = namesContact ? this.nameContact(contactOf(pop)) : '';
    this.pops.set(pop.interactionId, { pop, contact });
    const preview = pop.__type === 'urn:inin.com:dialer:previewPop';
    const timeout = preview && pop.previewTimeout ? parseDateTime(pop.previewTimeout) : undefined;
    return {
      interactionId: pop.interactionId,
      campaignId: pop.campaignId,
      campaign,
      kind: callKind(pop.__type, pop.dialingMode),
      preview,
      placed: preview && pop.callPlaced,
      previewEndsInMs: timeout === undefined ? null : Math.max(0, timeout - skewMs - now) + TIMER_LATE_MS,
      contact,
    };
  }

  /** Asks the policy. Returns the decision as the event that the chart waits for; null for a call nobody knows. */
  decide(point: DecisionPoint, call: CallInHand, campaign: string, now: number): AgentEvent | null {
    const pop = this.pops.get(call.interactionId)?.pop;
    if (!pop) return null;
    const before = this.decided;
    if (before.nth === call.nth && before.events[point]) return before.events[point];
    const { interactionId, campaignId } = pop;
    const facts = this.factsOf(pop, call, campaign, now, point);
    const ref = { interactionId, campaignId, campaign, kind: facts.kind };
    const event = this.ask(point, call, facts, ref);
    this.decided = { nth: call.nth, events: { ...(before.nth === call.nth && before.events), [point]: event } };
    return event;
  }

  private ask(point: DecisionPoint, { interactionId, nth }: CallInHand, facts: CallFacts, ref: CallRef): AgentEvent {
    const policy = this.policyOf(nth);
    const draws = drawsOfCall(this.random, this.user, nth);
    const note = (rule: string | null, action: string, details: DecisionDetails): void =>
      this.record({
        kind: 'decision',
        call: ref,
        point,
        policy: policy.name,
        policyHash: policy.hash,
        rule,
        action,
        nth,
        details,
      });
    switch (point) {
      case 'offer': {
        const decision = decideOffer(policy, facts, draws);
        const { rule, action, thinkMs } = decision;
        if (decision.action === 'place') {
          const { ringForMs } = decision;
          note(rule, action, { place: true, thinkMs, ringForMs });
          return { type: 'call.offer-decided', call: interactionId, place: true, thinkMs, ringForMs, choices: 0 };
        }
        const unplaced = { ...facts, connected: false, endedBy: 'us', talkedMs: 0 } as const;
        const endings = unplacedEndings(decision, endingsOf(decideEnd(policy, unplaced, draws)));
        this.endings = { nth, list: endings };
        note(rule, action, { place: false, thinkMs, endings: endings.map(noteOf) });
        const choices = endings.length;
        return { type: 'call.offer-decided', call: interactionId, place: false, thinkMs, ringForMs: 0, choices };
      }
      case 'connect': {
        const { talkMs, rule, action } = decideConnect(policy, facts, draws);
        note(rule, action, { talkMs });
        return { type: 'call.talk-decided', call: interactionId, talkMs };
      }
      case 'end': {
        const decision = decideEnd(policy, facts, draws);
        const { rule, action, wrapUpMs, label, local } = decision;
        const endings = endingsOf(decision);
        const { connected = false, endedBy = null, talkedMs = 0 } = facts;
        this.endings = { nth, list: endings };
        const written = { endings: endings.map(noteOf), wrapUpMs, connected, endedBy, talkedMs };
        note(rule, action, { ...written, ...(local !== undefined && { local }) });
        if (decision.fellBack) this.complain(decision.fellBack, ref, policy);
        if (decision.zoneUnknown) this.complain('zone-unknown', ref, policy);
        const choices = endings.length;
        return { type: 'call.end-decided', call: interactionId, wrapUpMs, choices, label: label ?? '' };
      }
    }
  }

  /** The ending number `choice` of the call `nth`, remembered as sent. */
  ending(nth: number, choice: number): Ending | undefined {
    const ending = this.endings.nth === nth ? this.endings.list[choice] : undefined;
    if (ending) this.sent = ending;
    return ending;
  }

  /** What the record of a first pop says beside its call; the journal keeps of the columns what it is allowed to. */
  describe(interactionId: string): Pick<Extract<Fact, { kind: 'pop' }>, 'dialingMode' | 'contact' | 'columns'> {
    const known = this.pops.get(interactionId);
    if (!known) return {};
    const { pop, contact } = known;
    return { dialingMode: pop.dialingMode, columns: pop.attributes, contact };
  }

  /** Takes up a call of an earlier process: its endings were decided then, and stay. */
  resume({ nth, endings, choice, sends }: Pick<UnsettledCall, 'nth' | 'endings' | 'choice' | 'sends'>): void {
    this.endings = { nth, list: endings };
    if (sends > 0) this.sent = endings[choice] ?? null;
  }

  /** Whether this is a late copy of the pop of a call that is over. */
  isOver(interactionId: string): boolean {
    return this.over.includes(interactionId);
  }

  /** The call is over: its result is recorded with what was sent last for it, and nothing of it is kept. `now`: our clock. */
  closed(fact: Extract<Fact, { kind: 'call.closed' }>, now: number): void {
    const sent = this.forget(fact.call.interactionId);
    this.record(sent && !fact.label ? { ...fact, label: sent.label } : fact);
    if (fact.result === 'accepted' && sent?.scheduledTime !== undefined && sent.owner) {
      const { scheduledTime, owner } = sent;
      const delaySeconds = scheduledTime - now / 1_000;
      this.record({ kind: 'callback', call: fact.call, ...noteOf(sent), scheduledTime, owner, delaySeconds });
    }
  }

  /** Returns what was sent last for the call. */
  private forget(interactionId: string): Ending | null {
    const { sent } = this;
    this.sent = null;
    this.pops.delete(interactionId);
    this.over.push(interactionId);
    if (this.over.length > MOST_OVER) this.over.shift();
    // Pops that were overtaken or re-keyed leave nothing behind; the latest may still wait.
    for (const id of this.pops.keys()) {
      if (this.pops.size <= MOST_POPS) break;
      this.pops.delete(id);
    }
    return sent;
  }

  private factsOf(pop: Pop, call: CallInHand, campaign: string, now: number, point: string): CallFacts {
    const kinds = callKinds(pop.__type, pop.dialingMode);
    const { ownerHours, booked } = this.appointments;
    const timeout =
      pop.__type === 'urn:inin.com:dialer:previewPop' && pop.previewTimeout
        ? parseDateTime(pop.previewTimeout)
        : undefined;
    return {
      campaign: { id: pop.campaignId, name: campaign },
      kind: kinds[0] ?? 'regular',
      kinds,
      agent: this.user,
      nthCall: call.nth,
      attributes: pop.attributes,
      dispositions: pop.dispositions,
      allowSkip: 'allowSkip' in pop && pop.allowSkip,
      allowAgentCallbacks: pop.allowAgentCallbacks,
      now,
      ownerHours,
      bookedInHour: (rule, hour) => booked(this.policyOf(call.nth).name, rule, hour),
      ...(timeout !== undefined && { previewTimeoutMs: Math.max(0, timeout - now) }),
      ...(point === 'end' && {
        connected: call.connected,
        endedBy: call.endedBy ?? 'far-side',
        talkedMs: call.talkedMs,
      }),
    };
  }

  private complain(fellBack: FellBack, call: CallRef, { name }: Policy): void {
    const message = `Campaign ${call.campaign}, policy ${name}: ${WHY_FELL_BACK[fellBack]}.`;
    this.record({ kind: 'problem', code: `policy/${fellBack}`, message });
  }
}

/** Names the contact of a pop: Dialer's own identity where told, else all that is known of it. */
function contactOf(pop: Pop): string {
  const columns = Object.entries(pop.attributes).map(([key, value]) => [key.toLowerCase(), value] as const);
  const identity = columns.filter(([key]) => IDENTITY.has(key));
  const names = identity.length > 0 ? identity : columns;
  return names.length === 0 ? '' : JSON.stringify(names.sort());
}

const IDENTITY: ReadonlySet<string> = new Set(
  ['i3_identity', 'i3_siteid'].flatMap((column) => [column, `is_attr_${column}`]),
);
