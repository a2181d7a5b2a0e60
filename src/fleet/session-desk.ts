import type { AgentEvent } from '../agent/events.js';
import type { Fact } from '../journal/record.js';
import type { Attendance } from './attendance.js';
import type { Pacer } from './pacer.js';
import type { SessionHolder } from './session-holder.js';

interface SessionDeskOptions {
  readonly user: string;
  readonly holder: SessionHolder;
  readonly pacer: Pacer;
  record(fact: Fact): void | Promise<void>;
  tell(event: AgentEvent): void;
  /** Tells a secret from its successor: what the server refused is remembered by it (rule 14). */
  fingerprintOf(user: string): string | null;
}

/** Carries out the orders about an agent's session, from its opening to its end; each answer comes back as an event. */
export class SessionDesk {
  private readonly options: SessionDeskOptions;

  constructor(options: SessionDeskOptions) {
    this.options = options;
  }

  /** What the present session stands on. */
  get attendance(): Attendance | null {
    return this.options.holder.current;
  }

  async open(command: number): Promise<void> {
    const { user, holder, pacer, record, tell, fingerprintOf } = this.options;
    const result = await holder.open();
    if (!result) return;
    if (result.kind === 'opened') {
      const { id, host } = result.session;
      pacer.opened();
      void record({ kind: 'session.opened', session: id, host });
      tell({ type: 'session.opened', command, session: id });
      return;
    }
    const { code, message } = result.error;
    if (result.kind === 'failed') {
      void record({ kind: 'session.unreached', code, message });
      tell({ type: 'session.unreached', command, code });
      return;
    }
    pacer.refused();
    void record({ kind: 'session.refused', code, message });
    const areCredentials = code === 'icws/credentials-refused';
    const fingerprint = areCredentials ? fingerprintOf(user) : null;
    if (fingerprint !== null) await record({ kind: 'credentials.refused', code, fingerprint });
    tell({ type: 'session.refused', command, code: areCredentials ? 'credentials-refused' : 'log-in-forbidden' });
  }

  async prepare(command: number): Promise<void> {
    const { attendance } = this;
    const setup = await attendance?.prepare();
    if (!setup || this.attendance !== attendance) return;
    if (setup.kind === 'prepared') this.options.tell({ type: 'session.prepared', command });
    else this.options.tell({ type: 'session.unprepared', command, code: setup.code, final: setup.final });
  }

  async enlist(command: number): Promise<void> {
    const { attendance } = this;
    const result = await attendance?.enlist();
    if (result && this.attendance === attendance) this.options.tell({ ...result, command });
  }

  async sayFarewell(command: number): Promise<void> {
    await this.attendance?.setEnd();
    this.options.tell({ type: 'session.farewell-said', command });
  }

  async close(command: number): Promise<void> {
    const { user, holder, pacer, record, tell } = this.options;
    pacer.giveUp(user);
    const session = await holder.leave();
    if (session !== undefined) void record({ kind: 'session.closed', session });
    tell({ type: 'session.closed', command });
  }

  /** Lets go of it without a word to chart or server, so that a call in hand is not ended by a log-out. */
  abandon(why: string): void {
    const { user, holder, pacer, record } = this.options;
    const { attendance } = this;
    if (attendance) void record({ kind: 'session.lost', session: attendance.session.id, reason: why });
    pacer.giveUp(user);
    holder.abandon();
  }

  /** Ends it without a word to the chart. */
  drop(): void {
    const { user, holder, pacer } = this.options;
    pacer.giveUp(user);
    void holder.drop();
  }
}
