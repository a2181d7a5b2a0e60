import type { Control } from './control.js';
import { FAULT_MENU } from './fault-menu.js';
import { type FaultInput, type FaultSpec, isProblem, parseFault } from './fault-spec.js';
import type { Fault } from './faults.js';
import { happen, type IncidentSpec } from './incidents.js';
import { latePop } from './late-pop.js';
import { otherHost } from './site.js';
import { createStriker } from './strike.js';
import type { TimerHandle } from './timers.js';
import { trafficFault } from './traffic-faults.js';
import type { World } from './world.js';

/** A fault of the menu that is in force. */
export interface Injection {
  readonly id: string;
  readonly spec: FaultSpec;
  /** How often it has struck. */
  readonly strikes: number;
}

/** An incident that could happen to nobody is tried again after this. */
const TRY_AGAIN_MS = 250;

interface Laid {
  readonly id: string;
  readonly spec: FaultSpec;
  strikes: number;
  lift: () => void;
}

/** The faults of the menu in force: laid by file, by flag or at run time, and lifted again. */
export class Injections {
  private readonly laid = new Map<string, Laid>();
  private readonly world: World;
  private readonly control: Control;
  private number = 0;

  constructor(world: World, control: Control) {
    this.world = world;
    this.control = control;
  }

  /** Lays a fault as a file would write it; times count from now. Returns its id. Throws a RangeError when it cannot be. */
  add(input: FaultInput): string {
    const spec = parseFault(input);
    if (isProblem(spec)) throw new RangeError(spec.join(' '));
    return this.lay(spec);
  }

  /** The same for a fault that was read. */
  lay(spec: FaultSpec): string {
    if (spec.fault === 'switchover') otherHost(this.world, spec.to);
    const laid: Laid = { id: `f${++this.number}`, spec, strikes: 0, lift: () => {} };
    this.laid.set(laid.id, laid);
    laid.lift = this.begin(laid, spec);
    return laid.id;
  }

  /** Takes a fault away, and ends what it brought. Returns whether there was one. */
  lift(id: string): boolean {
    const laid = this.laid.get(id);
    laid?.lift();
    return this.laid.delete(id);
  }

  list(): Injection[] {
    return [...this.laid.values()].map(({ id, spec, strikes }) => ({ id, spec, strikes }));
  }

  private begin(laid: Laid, spec: FaultSpec): () => void {
    const { world } = this;
    const { clock, random } = world;
    const stream = `fault/${laid.id}`;
    const parts = { clock, random, stream };
    if (spec.fault === 'late-pop') {
      const count = (): void => this.count(laid);
      return world.faults.add(latePop(world, spec, { strikes: createStriker(spec, parts), count }));
    }
    if (isIncident(spec)) return this.layIncident(laid, spec);
    return this.layFault(laid, trafficFault(spec, createStriker(spec, parts), random(`${stream}/cuts`)));
  }

  private count(laid: Laid): void {
    laid.strikes += 1;
    this.world.ledger.faults.add(laid.spec.fault);
    this.world.ledger.changed();
  }

  private layFault(laid: Laid, fault: Fault): () => void {
    const counted = <View, Verdict>(strike: ((view: View) => Verdict | undefined) | undefined) =>
      strike &&
      ((view: View): Verdict | undefined => {
        const verdict = strike(view);
        if (verdict) laid.strikes += 1;
        return verdict;
      });
    const onRequest = counted(fault.onRequest?.bind(fault));
    const onMessage = counted(fault.onMessage?.bind(fault));
    return this.world.faults.add({
      name: fault.name,
      ...(onRequest && { onRequest }),
      ...(onMessage && { onMessage }),
    });
  }

  private layIncident(laid: Laid, spec: IncidentSpec): () => void {
    const { world, control } = this;
    const { timers, ledger } = world;
    const pending = new Set<TimerHandle>();
    const undoing = new Map<TimerHandle, () => void>();
    const after = (ms: number, run: () => void): TimerHandle => {
      const handle = timers.after(ms, () => {
        pending.delete(handle);
        run();
      });
      pending.add(handle);
      return handle;
    };
    const later = (ms: number | undefined, undo: () => void): void => {
      const run = (): void => {
        undoing.delete(handle);
        undo();
      };
      const handle = ms === undefined ? { id: undefined } : after(ms, run);
      undoing.set(handle, undo);
    };
    const note = (): void => {
      laid.strikes += 1;
    };
    const count = (): void => this.count(laid);
    const scene = { world, control, draw: world.random(`fault/${laid.id}`), count, note, later };
    let left = spec.times ?? (spec.again === undefined ? 1 : Number.POSITIVE_INFINITY);
    // Who is free may be so for no time at all: it is tried again after each entry of the ledger, and now and then.
    let retry: TimerHandle | undefined;
    let isLifted = false;
    let stopListening = (): void => {};
    const rest = (): void => {
      timers.cancel(retry);
      stopListening();
    };
    const attempt = (): void => {
      rest();
      if (isLifted || left <= 0) return;
      if (happen(spec, scene)) {
        left -= 1;
        return;
      }
      retry = after(TRY_AGAIN_MS, attempt);
      stopListening = ledger.onChange(() => {
        stopListening();
        timers.soon(attempt);
      });
    };
    const begin = (): void => {
      attempt();
      if (left > 0 && spec.again !== undefined) after(spec.again, begin);
    };
    after(spec.at, begin);
    return () => {
      isLifted = true;
      rest();
      for (const handle of pending) timers.cancel(handle);
      for (const undo of [...undoing.values()]) undo();
    };
  }
}

function isIncident(spec: Exclude<FaultSpec, { fault: 'late-pop' }>): spec is IncidentSpec {
  const { strikes } = FAULT_MENU[spec.fault];
  return strikes === 'incident' || strikes === 'victim';
}
