import type { JournalRecord } from '../journal/record.js';
import type { OwnerHours } from '../policy/index.js';
import type { Bridge } from './bridge.js';
import type { Duty } from './calendar.js';
import { DutyBook, type DutyBookOptions } from './duty-book.js';
import { type Override, reasonOf, type ShiftStanding, standingOf } from './duty-standing.js';
import type { Seat } from './seat.js';
import { type WakeSource, Wakes } from './wakes.js';
import { WorkMemory } from './work-memory.js';

/** One place in the roster and who fills it, if anybody does. */
export interface Placed {
  readonly seat: Seat;
  readonly bridge: Bridge | null;
}

/** Everybody, at work or not. */
export interface Places {
  placed(): Iterable<Placed>;
  placeOf(user: string): Placed | undefined;
}

export interface RotaOptions extends DutyBookOptions {
  readonly crew: Places;
  /** Further reasons to look at the calendar, beside the rota's own timer (node-cron in a run). */
  readonly wakeSource?: WakeSource | undefined;
  /** Somebody is called to work. */
  onCalled?(): void;
  /** How many should be logged in now. */
  onDesired?(count: number): void;
}

/** What the rota remembers of one agent. */
interface Note {
  /** Begin of the shift that it was called to. */
  calledTo: number | null;
  /** Begin of the planned break that it was granted. */
  restedAt: number | null;
  /** When a planned break was last asked for, monotonic. */
  askedAt: number;
  override: Override | null;
}

/** A planned break that was refused is asked for again, but not at once. */
const ASK_AGAIN_MS = 60_000;
/** It is not worth a request. */
const SHORTEST_REST_MS = 1_000;

/**
 * Makes the calendar true: looks, whenever it is woken, at what each agent should be doing and what it is doing, and asks it
 * for the difference. It goes by state, never by tick: a wake that comes late, twice or for nothing does no harm.
 */
export class Rota {
  private readonly options: RotaOptions;
  private readonly notes = new Map<string, Note>();
  private readonly duties: DutyBook;
  private readonly toLookAt = new Set<string>();
  private readonly wakes: Wakes;
  private readonly work = new WorkMemory();
  private isOpen = false;
  private isToTell = false;

  constructor(options: RotaOptions) {
    const { clock, log, wakeSource } = options;
    this.options = options;
    this.duties = new DutyBook(options);
    this.wakes = new Wakes({ clock, log, source: wakeSource, onWake: () => this.lookAtAll() });
  }

  /** Calls to work who should be at it, and goes on from there. */
  start(): void {
    this.isOpen = true;
    this.lookAtAll();
  }

  /** Asks nobody for anything any more. */
  close(): void {
    this.isOpen = false;
    this.wakes.close();
  }

  /** Somebody was hired, replaced, or given another shift. */
  look(): void {
    if (this.isOpen) this.lookAtAll();
  }

  /** Every record comes by here: agents that moved on may be owed something, and an operator's word overrides the calendar. */
  heard(record: JournalRecord): void {
    if (!this.isOpen) return;
    if (record.kind === 'transition') this.lookSoon(record.user);
    else if (record.kind === 'break.granted' && record.reason === 'shift') this.noteRest(record.user);
    else if (record.kind === 'control' && record.accepted) this.noteOperator(record);
    else if (record.kind === 'roster.joined') this.notes.delete(record.user);
  }

  /** Whether this agent should be logged in now. */
  wants({ user, shift }: Seat): boolean {
    const duty = this.duties.of(shift);
    const override = this.overrideOf(user, duty);
    return override ? override.is === 'in' : duty.state !== 'off';
  }

  /** What the calendar says of this agent now, for people. */
  standing(seat: Seat): ShiftStanding {
    const duty = this.duties.of(seat.shift);
    return standingOf(seat.shift, duty, this.overrideOf(seat.user, duty));
  }

  /** Why this agent is not logged in, where that is as it should be. */
  reasonFor(seat: Seat): string | undefined {
    return this.wants(seat) ? undefined : reasonOf(this.overrideOf(seat.user, this.duties.of(seat.shift)));
  }

  /** When an agent of the roster works, for callbacks of its own; nothing is known of others. */
  readonly ownerHours: OwnerHours = (owner, from) => {
    const shift = this.seatNamed(owner)?.shift;
    return shift ? this.work.after(shift, from) : undefined;
  };

  private lookAtAll(): void {
    if (!this.isOpen) return;
    const places = [...this.options.crew.placed()];
    const shifts = new Set(places.flatMap(({ seat }) => seat.shift ?? []));
    for (const place of places) this.lookAt(place);
    this.tellDesired();
    this.wakes.next(shifts, this.duties.nextChange(shifts));
  }

  /** Not at once: whoever caused the record may have more to say in the same breath. */
  private lookSoon(user: string): void {
    if (this.toLookAt.size === 0) {
      queueMicrotask(() => {
        const users = [...this.toLookAt];
        this.toLookAt.clear();
        for (const each of this.isOpen ? users : []) {
          const place = this.options.crew.placeOf(each);
          if (place) this.lookAt(place);
        }
      });
    }
    this.toLookAt.add(user);
  }

  private lookAt({ seat, bridge }: Placed): void {
    if (!bridge || bridge.agent.done()) return;
    const duty = this.duties.of(seat.shift);
    if (!this.wants(seat)) {
      sendOut(bridge);
      return;
    }
    this.callIn(bridge, duty);
    if (duty.state === 'break') this.sendToRest(bridge, duty);
  }

  /**
   * Called in is who is out for no other reason than the shift before. Who was taken out by others, or asked by an operator
   * to leave, comes back with the next shift (design §4.1 rule 9).
   */
  private callIn(bridge: Bridge, duty: Duty): void {
    const { agent } = bridge;
    const note = this.noteOf(agent.user);
    const place = agent.place();
    const { leave } = agent.context();
    const shift = duty.shift?.from ?? null;
    const isNew = note.calledTo !== shift;
    note.calledTo = shift;
    const isOut = place === 'logged-out.offline' || (place === 'logged-out.removed' && isNew);
    const isLeaving = leave !== null && !leave.back && !leave.forGood && (isNew || leave.reason === 'shift-ended');
    if (!isOut && !isLeaving) return;
    this.options.onCalled?.();
    bridge.tell({ type: 'shift.began' });
  }

  /** A planned break is asked for where calls come from; what is left of it, counted from the grant. */
  private sendToRest(bridge: Bridge, { since, until }: Duty): void {
    const { agent } = bridge;
    const { clock } = this.options;
    const note = this.noteOf(agent.user);
    const { leave, pause } = agent.context();
    const isAtWork = agent.state() === 'ready' || agent.state() === 'on-call';
    const forMs = (until ?? 0) - clock.now();
    if (leave || pause || !isAtWork || note.restedAt === since || forMs < SHORTEST_REST_MS) return;
    if (clock.monotonic() - note.askedAt < ASK_AGAIN_MS) return;
    note.askedAt = clock.monotonic();
    bridge.tell({ type: 'break.asked', reason: 'shift', forMs });
  }

  private noteRest(user: string): void {
    const seat = this.seatOf(user);
    const duty = this.duties.of(seat?.shift);
    if (duty.state === 'break') this.noteOf(user).restedAt = duty.since;
  }

  /** Until the calendar next says something else, what the operator says holds. */
  private noteOperator(record: Extract<JournalRecord, { kind: 'control' }>): void {
    const { user, act, campaigns } = record;
    if (act === 'end-break') this.noteRest(user);
    const isOut = act === 'log-off' && !campaigns;
    if (!isOut && act !== 'log-in') return;
    const duty = this.duties.of(this.seatOf(user)?.shift);
    this.noteOf(user).override = { is: isOut ? 'out' : 'in', during: duty };
    this.tellDesiredSoon();
  }

  private overrideOf(user: string, duty: Duty): Override | null {
    const note = this.notes.get(user);
    if (!note?.override) return null;
    const { is, during } = note.override;
    const isSame = (during.state === 'off') === (duty.state === 'off') && during.shift?.from === duty.shift?.from;
    // Called to what it is doing anyway: nothing is overridden.
    if (!isSame || (is === 'in') === (duty.state !== 'off')) note.override = null;
    return note.override;
  }

  private noteOf(user: string): Note {
    let note = this.notes.get(user);
    if (!note) {
      note = { calledTo: null, restedAt: null, askedAt: Number.NEGATIVE_INFINITY, override: null };
      this.notes.set(user, note);
    }
    return note;
  }

  private seatOf(user: string): Seat | undefined {
    return this.options.crew.placeOf(user)?.seat;
  }

  /** By the name that somebody wrote: CIC user names have no letter case. */
  private seatNamed(name: string): Seat | undefined {
    const exact = this.seatOf(name);
    if (exact) return exact;
    for (const { seat } of this.options.crew.placed()) if (seat.user.toLowerCase() === name.toLowerCase()) return seat;
    return undefined;
  }

  /** Once, however many agents were asked in the same breath. */
  private tellDesiredSoon(): void {
    if (this.isToTell) return;
    this.isToTell = true;
    queueMicrotask(() => {
      this.isToTell = false;
      if (this.isOpen) this.tellDesired();
    });
  }

  private tellDesired(): void {
    this.options.onDesired?.([...this.options.crew.placed()].filter(({ seat }) => this.wants(seat)).length);
  }
}

/** A call that an earlier process left open is ended first, also off shift. */
function sendOut(bridge: Bridge): void {
  const { agent } = bridge;
  const { leave, call } = agent.context();
  const isOffline = agent.place() === 'logged-out.offline';
  if (isOffline && !call) return;
  if (leave && (leave.forGood || !leave.back)) return;
  if (isOffline) bridge.tell({ type: 'shift.began' });
  bridge.tell({ type: 'logoff.asked', reason: 'shift-ended', forGood: false });
}
