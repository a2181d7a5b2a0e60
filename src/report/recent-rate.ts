const SECONDS = 10;

/** Events per second over the last 10 s, counted in one slot per second. */
export function recentRate() {
  const slots = Array.from({ length: SECONDS }, () => ({ second: -1, count: 0 }));
  return {
    /** One event at `at`, epoch milliseconds. */
    add(at: number): void {
      const second = Math.floor(at / 1_000);
      const slot = slots[second % SECONDS]!;
      if (slot.second !== second) Object.assign(slot, { second, count: 0 });
      slot.count += 1;
    },
    /** The rate at `now`; over the whole run while it is younger than 10 s. */
    perSecond(now: number, startedAt: number): number {
      const latest = Math.floor(now / 1_000);
      const recent = slots.filter((slot) => slot.second > latest - SECONDS && slot.second <= latest);
      const span = Math.min(SECONDS, Math.max(1, (now - startedAt) / 1_000));
      return recent.reduce((sum, slot) => sum + slot.count, 0) / span;
    },
  };
}
