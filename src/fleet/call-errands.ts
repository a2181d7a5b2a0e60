import type { AgentContext } from '../agent/context.js';
import type { AgentEvent } from '../agent/events.js';
import type { CallInHand } from '../agent/orders.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Answer } from '../icws/answer.js';
import { disposition } from '../icws/commands.js';
import type { Session } from '../icws/session.js';
import type { DecisionPoint } from '../journal/record.js';
import type { Policy } from '../policy/index.js';
import type { Pop } from '../wire/index.js';
import { type Attendance, NO_SESSION } from './attendance.js';
import type { CallDesk } from './call-desk.js';
import { noteOf } from './endings.js';
import type { IntentNote } from './scribe.js';
import { verdictOf } from './verdict.js';

/** What the errands of one agent's calls need of its bridge. */
export interface ErrandPort {
  readonly clock: Clock;
  readonly log: Log;
  readonly calls: CallDesk;
  /** What the present session stands on. */
  attendance(): Attendance | null;
  context(): AgentContext;
  policy(): Policy;
  tell(event: AgentEvent): void;
  /** Runs a command, written down before and after. */
  run(command: string, about: IntentNote, send: (session: Session) => Promise<Answer>): Promise<Answer>;
}

/** What the calls of one agent ask of the world: a pop is told, a decision asked for, a disposition sent. */
export class CallErrands {
  private readonly port: ErrandPort;
  /** Breaks come after so many of them. */
  private endsDecided: number;

  constructor(port: ErrandPort, endsDecided: number) {
    this.port = port;
    this.endsDecided = endsDecided;
  }

  /** Dialer handed a call over, or told news of one. */
  popped(pop: Pop): void {
    const attendance = this.port.attendance();
    if (!attendance) return;
    if (this.port.calls.isOver(pop.interactionId)) {
      this.port.log.debug({ interactionId: pop.interactionId }, 'late copy of a pop');
      return;
    }
    const { campaigns, session, watchesQueue } = attendance;
    const campaign = campaigns.nameOf(pop.campaignId);
    // A contact is only ever recognised where a preview comes back under another id (reference §7 #9).
    const isOfPreview =
      pop.__type === 'urn:inin.com:dialer:previewPop' || this.port.context().call?.fromPreview === true;
    const facts = this.port.calls.popped(pop, campaign, this.port.clock.now(), session.clockSkewMs, isOfPreview);
    attendance.callCame();
    this.port.tell({ type: 'call.popped', pop: facts });
    if (facts.placed && !watchesQueue && this.port.context().call?.stage === 'ringing') {
      this.port.tell({ type: 'call.connected', call: facts.interactionId });
    }
  }

  /** Asks the policy; its decision enters the chart as an event. */
  decide(point: DecisionPoint, call: CallInHand): void {
    const campaign = this.port.context().call?.pop.campaign ?? '';
    const decision = this.port.calls.decide(point, call, campaign, this.port.clock.now());
    if (!decision) return;
    this.port.tell(decision);
    const { breaks } = this.port.policy();
    if (point === 'end' && breaks && ++this.endsDecided % breaks.afterCalls === 0) {
      this.port.tell({ type: 'break.asked', reason: 'after-calls', forMs: breaks.forMs });
    }
  }

  /** Sends the disposition of a call, if it can only mean this one (rule 5). */
  async dispose(command: number, nth: number, choice: number): Promise<void> {
    const { call } = this.port.context();
    const attendance = this.port.attendance();
    const ending = this.port.calls.ending(nth, choice);
    if (!ending) {
      this.port.tell({ type: 'call.disposition-answered', command, verdict: 'refused', label: '' });
      return;
    }
    const { label } = ending;
    const proof = call && attendance ? await attendance.proofFor(call) : 'certain';
    if (proof !== 'certain') {
      const verdict = ({ never: 'moot', granted: 'granted', 'not yet': 'unsent' } as const)[proof];
      this.port.tell({ type: 'call.disposition-answered', command, verdict, label });
      return;
    }
    const name = ending.scheduledTime === undefined ? 'disposition' : 'callback';
    const answer = await this.port.run(name, { order: command, choice, ...noteOf(ending) }, (session) => {
      // Dialer has given the next call already: this would be its disposition.
      if (this.port.context().nextPop) return Promise.resolve(NO_SESSION);
      if (call) attendance?.dispositioning(call.pop.interactionId);
      return session.run(disposition(ending));
    });
    this.port.tell({ type: 'call.disposition-answered', command, verdict: verdictOf(answer), label });
  }
}
