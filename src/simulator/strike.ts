import type { Clock } from '../base/clock.js';
import { matchesGlob } from '../base/glob.js';
import type { Draw, Random } from '../base/random.js';

/** Which of those concerned a fault strikes; durations in milliseconds. */
export interface StrikeRule {
  readonly user?: string | undefined;
  readonly rate?: number | undefined;
  readonly every?: number | undefined;
  readonly times?: number | undefined;
  readonly at: number;
  readonly for?: number | undefined;
  readonly again?: number | undefined;
}

/** Says whether this one, of this user, is struck. To be asked once for each that is concerned. */
export type Striker = (user: string | null) => boolean;

/**
 * Chance and counts go by user, so that the same requests of one user meet the same faults however those of others fall
 * between them; `stream` names the fault's random streams. Times count from now.
 */
export function createStriker(rule: StrikeRule, parts: { clock: Clock; random: Random; stream: string }): Striker {
  const { clock, random, stream } = parts;
  const startMs = clock.monotonic() + rule.at;
  const draws = new Map<string, Draw>();
  const seen = new Map<string, number>();
  let span = 0;
  let struck = 0;

  const isChosen = (user: string): boolean => {
    if (rule.every !== undefined) {
      const count = (seen.get(user) ?? 0) + 1;
      seen.set(user, count);
      return count % rule.every === 0;
    }
    if (rule.rate === undefined) return true;
    let draw = draws.get(user);
    if (!draw) {
      draw = random(`${stream}/${user}`);
      draws.set(user, draw);
    }
    return draw() < rule.rate;
  };
  return (user) => {
    if (rule.user !== undefined && (user === null || !matchesGlob(rule.user, user))) return false;
    const elapsed = clock.monotonic() - startMs;
    if (elapsed < 0) return false;
    const present = rule.again === undefined ? 0 : Math.floor(elapsed / rule.again);
    if (rule.for !== undefined && elapsed - present * (rule.again ?? 0) >= rule.for) return false;
    if (present !== span) [span, struck] = [present, 0];
    if (rule.times !== undefined && struck >= rule.times) return false;
    if (!isChosen(user?.toLowerCase() ?? '')) return false;
    struck += 1;
    return true;
  };
}
