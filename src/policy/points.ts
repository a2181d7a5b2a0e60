/** The three moments at which a rule may decide (design §7), and the actions that do. */

export type Point = 'offer' | 'connect' | 'end';

export const POINTS: readonly Point[] = ['offer', 'connect', 'end'];

/** Of these a rule has at most one for each point. */
export const DECIDING: Readonly<Record<Point, readonly string[]>> = {
  offer: ['skip', 'place'],
  connect: ['talk', 'hangUp'],
  end: ['disposition', 'callback'],
};

/** These come with the end of a call and leave its ending to whichever rule decides it. */
export const ACCOMPANYING: readonly string[] = ['wrapUp', 'writeBack'];

export const POINT_WORDS: Readonly<Record<Point, string>> = {
  offer: 'the offer',
  connect: 'the talk',
  end: 'the end',
};

/** The deciding actions of a rule at the point, as they stand in its `then`. */
export function decidingAt(then: unknown, point: Point): string[] {
  return actionsIn(then, DECIDING[point]);
}

/** All actions for which the rule is looked at at the point. */
export function actionsAt(then: unknown, point: Point): string[] {
  return actionsIn(then, point === 'end' ? [...DECIDING.end, ...ACCOMPANYING] : DECIDING[point]);
}

function actionsIn(then: unknown, names: readonly string[]): string[] {
  if (typeof then !== 'object' || then === null) return [];
  return names.filter((name) => (then as Record<string, unknown>)[name] !== undefined);
}
