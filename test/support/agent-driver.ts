import { type AgentChart, agentChart } from '../../src/agent/chart.js';
import type { OpenCall } from '../../src/agent/context.js';
import type { AgentEvent, PopFacts, SeenStatus, Verdict } from '../../src/agent/events.js';
import { type Agent, runAgent } from '../../src/agent/interpreter.js';
import type { AgentOrder } from '../../src/agent/orders.js';
import type { Fact } from '../../src/journal/record.js';
import { FakeClock } from './fake-clock.js';

/** What the policy says in this test. */
export interface Script {
  place: boolean;
  thinkMs: number;
  ringForMs: number;
  talkMs: number;
  wrapUpMs: number;
  choices: number;
  label: string;
  /** Answer `decide` orders at once, as `fleet` does. */
  decides: boolean;
}

export const SCRIPT: Script = {
  place: true,
  thinkMs: 1_000,
  ringForMs: 40_000,
  talkMs: 60_000,
  wrapUpMs: 3_000,
  choices: 2,
  label: 'Success',
  decides: true,
};

/** A pop of an ordinary call; `preview: true` makes it a preview. */
export function popFacts(interactionId: string, facts: Partial<PopFacts> = {}): PopFacts {
  return {
    interactionId,
    campaignId: 'c-1',
    campaign: 'Collections',
    kind: facts.preview ? 'preview' : 'regular',
    preview: false,
    placed: false,
    previewEndsInMs: null,
    contact: `contact of ${interactionId}`,
    ...facts,
  };
}

type Order<D extends AgentOrder['do'] = AgentOrder['do']> = Extract<AgentOrder, { do: D }>;
type Given<D extends AgentOrder['do'] = AgentOrder['do']> = { command: number; order: Order<D> };

/** Runs one agent on a clock that stands still, collects what it says, and plays the server by hand. */
export class AgentDriver {
  readonly clock: FakeClock;
  readonly agent: Agent;
  readonly script: Script;
  readonly orders: Given[] = [];
  readonly facts: Fact[] = [];
  readonly defects: unknown[] = [];
  done = 0;
  private seen = 0;

  constructor(script: Partial<Script> = {}, shared?: { clock: FakeClock; chart: AgentChart }) {
    this.clock = shared?.clock ?? new FakeClock();
    this.script = { ...SCRIPT, ...script };
    this.agent = runAgent(shared?.chart ?? agentChart(this.clock), { user: 'bot001' }, this.clock, {
      onOrder: (command, order) => {
        this.orders.push({ command, order });
        if (order.do === 'decide' && this.script.decides) this.decide(order);
      },
      onFact: (fact) => this.facts.push(fact),
      onDone: () => {
        this.done++;
      },
      onDefect: (error) => this.defects.push(error),
    });
  }

  // ---- what the agent shows ----
  get place(): string {
    return this.agent.place();
  }
  get call(): OpenCall | null {
    return this.agent.context().call;
  }
  /** All orders of one kind so far. */
  did<D extends AgentOrder['do']>(kind: D): Given<D>[] {
    return this.orders.filter(({ order }) => order.do === kind) as unknown as Given<D>[];
  }
  last<D extends AgentOrder['do']>(kind: D): Given<D> {
    const given = this.did(kind).at(-1);
    if (!given) throw new Error(`no order ${kind} was given; there were: ${this.kinds(this.orders)}`);
    return given;
  }
  /** The kinds of the orders given since the last look. */
  news(): string[] {
    const fresh = this.orders.slice(this.seen);
    this.seen = this.orders.length;
    return fresh.map(({ order }) => order.do);
  }
  private kinds(orders: readonly Given[]): string {
    return orders.map(({ order }) => order.do).join(', ');
  }
  factsOf<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.facts.filter((fact) => fact.kind === kind) as Extract<Fact, { kind: K }>[];
  }
  /** Results of calls, such as `101 accepted answer`. */
  get closed(): string[] {
    return this.factsOf('call.closed').map(({ call, result, basis }) => `${call.interactionId} ${result} ${basis}`);
  }
  get popped(): string[] {
    return this.factsOf('pop').map(({ call }) => call.interactionId);
  }
  get previews(): string[] {
    return this.factsOf('preview').map(({ call, outcome }) => `${call.interactionId} ${outcome}`);
  }
  get problems(): string[] {
    return this.factsOf('problem').map(({ code }) => code);
  }
  get stoppedFor(): string[] {
    return this.factsOf('stopped').map(({ reason }) => reason);
  }

  // ---- what the server says ----
  send(...events: AgentEvent[]): this {
    for (const event of events) this.agent.send(event);
    return this;
  }
  async wait(ms: number): Promise<this> {
    await this.clock.advance(ms);
    return this;
  }
  pop(interactionId: string, facts: Partial<PopFacts> = {}): this {
    return this.send({ type: 'call.popped', pop: popFacts(interactionId, facts) });
  }
  status(status: SeenStatus): this {
    return this.send({ type: 'status.seen', status });
  }
  breakStatus(status: 'not-on-break' | 'pending' | 'on-break'): this {
    return this.send({ type: 'break.status', status });
  }
  connected(call = this.callId): this {
    return this.send({ type: 'call.connected', call });
  }
  ended(by: 'us' | 'far-side' = 'far-side', call = this.callId): this {
    return this.send({ type: 'call.ended', call, by });
  }
  private get callId(): string {
    return this.call?.pop.interactionId ?? 'none';
  }
  offered(fresh: readonly string[], joined: number): this {
    return this.send({ type: 'campaigns.changed', fresh, joined });
  }
  enlisted(joined = 1): this {
    return this.send({ type: 'campaigns.enlisted', command: this.last('enlist').command, joined });
  }
  enlistFailed(code = 'icws/unavailable', final = false): this {
    return this.send({ type: 'campaigns.enlist-failed', command: this.last('enlist').command, code, final });
  }
  granted(all = true, joined = 0): this {
    return this.send({ type: 'logout.granted', all, joined });
  }
  lost(again = true): this {
    return this.send({ type: 'session.lost', reason: 'unauthorized', again });
  }
  /** Answers the last order of this kind. */
  answer(kind: 'place' | 'disconnect' | 'disposition' | 'log-off' | 'request-break', verdict: Verdict): this {
    const { command } = this.last(kind);
    switch (kind) {
      case 'place':
        return this.send({ type: 'call.place-answered', command, verdict });
      case 'disconnect':
        return this.send({ type: 'call.disconnect-answered', command, verdict });
      case 'disposition':
        return this.send({ type: 'call.disposition-answered', command, verdict, label: this.script.label });
      case 'log-off':
        return this.send({ type: 'logoff.answered', command, verdict });
      case 'request-break':
        return this.send({ type: 'break.answered', command, verdict });
    }
  }
  available(verdict: 'confirmed' | 'refused' = 'confirmed'): this {
    return this.send({ type: `available.${verdict}`, command: this.last('set-available').command });
  }
  private decide({ point, call: { interactionId: call } }: Order<'decide'>): void {
    const { place, thinkMs, ringForMs, talkMs, wrapUpMs, choices, label } = this.script;
    if (point === 'offer') {
      this.send({ type: 'call.offer-decided', call, place, thinkMs, ringForMs, choices: place ? 0 : choices });
    } else if (point === 'connect') this.send({ type: 'call.talk-decided', call, talkMs });
    else this.send({ type: 'call.end-decided', call, wrapUpMs, choices, label });
  }

  // ---- ways into a state ----
  /** From wherever a turn is awaited up to a prepared session. */
  connect(): this {
    this.send({ type: 'turn.granted' });
    this.send({ type: 'session.opened', command: this.last('open-session').command, session: 's-1' });
    return this.send({ type: 'session.prepared', command: this.last('prepare-session').command });
  }
  loggedIn(): this {
    return this.send({ type: 'dialer.logged-in', command: this.last('log-in').command });
  }
  /** From wherever a turn is awaited to Dialer, in one campaign. */
  logIn(): this {
    return this.connect().loggedIn().offered(['c-1'], 0).enlisted();
  }
  ready(): this {
    if (this.place === 'logged-out.offline') this.send({ type: 'shift.began' });
    return this.logIn().available();
  }
  askBreak(forMs = 600_000): this {
    return this.send({ type: 'break.asked', reason: 'after-calls', forMs });
  }
  askLogOff(forGood = false): this {
    return this.send({ type: 'logoff.asked', reason: 'drain', forGood });
  }
  /** From a granted log-off to the end of the session. */
  async farewell(): Promise<this> {
    this.send({ type: 'session.farewell-said', command: this.last('say-farewell').command });
    this.send({ type: 'session.closed', command: this.last('close-session').command });
    return this.wait(0);
  }
  /** Waits until the wrap-up is over and the disposition sent. */
  async wrapUp(): Promise<this> {
    return this.wait(this.script.wrapUpMs);
  }
  /** From talking to an accepted disposition. */
  async finish(): Promise<this> {
    this.ended();
    await this.wrapUp();
    return this.answer('disposition', 'ok');
  }
}
