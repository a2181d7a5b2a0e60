/** The three moments at which a rule may decide (design §7), and the actions that do. */

export type Point = 'offer' | 'connect' | 'end';

export const POINTS: readonly Point[] = ['offer', 'connect', 'end'];

/** Of these a rule has at most one for each point; `wrapUp` and `writeBack` come with the end and decide nothing. */
const DECIDING: Readonly<Record<Point, readonly string[]>> = {
  offer: ['skip', 'place'],
  connect: ['talk', 'hangUp'],
  end: ['disposition', 'callback'],
};

export const POINT_WORDS: Readonly<Record<Point, string>> = {
  offer: 'the offer',
  connect: 'the talk',
  end: 'the end',
};

/** The deciding actions of a rule at the point, as they stand in its `then`. */
export function decidingAt(then: unknown, point: Point): string[] {
  if (typeof then !== 'object' || then === null) return [];
  return DECIDING[point].filter((name) => (then as Record<string, unknown>)[name] !== undefined);
}
