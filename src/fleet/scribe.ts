import type { CallName } from '../agent/orders.js';
import type { Clock } from '../base/clock.js';
import type { Answer } from '../icws/answer.js';
import type { Session } from '../icws/session.js';
import type { Fact, RecordedEvent } from '../journal/record.js';
import type { Recorder } from '../journal/recorder.js';
import { type Attendance, NO_SESSION } from './attendance.js';
import { verdictOf } from './verdict.js';

/** What an intent says beside its command and call. */
export type IntentNote = Pick<
  Extract<Fact, { kind: 'intent' }>,
  'order' | 'choice' | 'label' | 'scheduledTime' | 'scheduledAgent' | 'owner' | 'byTimer'
>;

/** Writes down what one agent does, and sends nothing that is not written down: record(intent) → send → record(outcome). */
export class Scribe {
  /** The recorder wants what the chart was told as well. */
  readonly keepsEvents: boolean;
  /** The recorder wants the contact's columns with each pop. */
  readonly wantsColumns: boolean;
  private readonly user: string;
  private readonly clock: Clock;
  private readonly recorder: Recorder;

  constructor(user: string, { clock, recorder }: { clock: Clock; recorder: Recorder }) {
    this.user = user;
    this.clock = clock;
    this.recorder = recorder;
    this.keepsEvents = recorder.keepsEvents ?? false;
    this.wantsColumns = this.keepsEvents || (recorder.wantsColumns ?? false);
  }

  /** What the chart is told, before it acts on it: for whoever keeps it. */
  heard(event: RecordedEvent): void {
    if (this.keepsEvents) void this.recorder.write({ at: this.clock.now(), user: this.user, kind: 'event', event });
  }

  record(fact: Fact): void | Promise<void> {
    return this.recorder.write({ at: this.clock.now(), user: this.user, ...fact });
  }

  /** Runs a command in its turn. An intent that must be safe is waited for before its request leaves. */
  async run(
    command: string,
    about: IntentNote,
    { call, attendance }: { call: CallName | null; attendance: Attendance | null },
    send: (session: Session) => Promise<Answer>,
  ): Promise<Answer> {
    const { order } = about;
    const named = {
      command,
      ...(call && { call: call.ref, nth: call.nth }),
      ...(order !== undefined && { order }),
    };
    const safe = this.record({ kind: 'intent', ...named, ...about });
    // A journal that failed says so itself; a call in hand is finished all the same.
    if (safe) await safe.catch(() => {});
    const answer = attendance ? await attendance.put(send) : NO_SESSION;
    const status = answer.kind === 'lost' ? {} : { status: answer.status };
    void this.record({ kind: 'outcome', ...named, answer: answer.kind, verdict: verdictOf(answer), ...status });
    return answer;
  }
}
