import { z } from 'zod';
import { OPERATOR_ACTS, type OperatorAct } from '../agent/operator.js';
import { positiveDurationField, textField } from '../base/fields.js';
import { defaultPredicate, shapeProblems } from '../base/shape-problems.js';

/** What may be asked of a running worker by HTTP: the acts for agents, and reading its files anew. */
export const CONTROL_ACTS = [...OPERATOR_ACTS, 'reload'] as const;
export type ControlAct = (typeof CONTROL_ACTS)[number];

/** A checked request. */
export interface ControlRequest {
  /** User names or globs; left out: the worker as a whole. */
  readonly agents?: readonly string[];
  readonly campaigns?: readonly string[];
  readonly forMs?: number;
  readonly reason?: string;
  readonly as?: string;
}

const MOST_NAMES = 200;
const LONGEST_BREAK_MS = 7 * 86_400_000;

const short = (what: string, most: number) =>
  textField(what).refine((text) => text.length <= most, `must have at most ${most} characters`);
const names = (one: string, list: string) =>
  z
    .union([short(one, 200), z.array(short(one, 200)).min(1).max(MOST_NAMES)], {
      error: `must be ${one}, or a list of at most ${MOST_NAMES} ${list}`,
    })
    .transform((value) => [value].flat().map((name) => (name === 'all' ? '*' : name)));

const agents = names('all, or a user name or glob such as "bot*"', 'of these');
const campaigns = names('a campaign name, glob or id', 'of these').optional();
const said = {
  reason: short('a text', 200).optional(),
  as: short('a name', 64).optional(),
};

const SCHEMAS: Readonly<Record<ControlAct, z.ZodObject>> = {
  break: z.strictObject({
    agents,
    for: positiveDurationField()
      .refine((ms) => ms <= LONGEST_BREAK_MS, 'must be at most 7d')
      .optional(),
    ...said,
  }),
  'end-break': z.strictObject({ agents, ...said }),
  'log-off': z.strictObject({ agents, campaigns, ...said }),
  'log-in': z.strictObject({ agents, campaigns, ...said }),
  drain: z.strictObject({ agents: agents.optional(), ...said }),
  reload: z.strictObject(said),
};

/** Reads the body of a request for `act`. Returns it, or a sentence that says all that is wrong with it. */
export function readControlRequest(act: ControlAct, body: string): ControlRequest | string {
  let value: unknown = {};
  try {
    if (body.trim() !== '') value = JSON.parse(body);
  } catch {
    return 'The body is no JSON; an example: {"agents": "all"}.';
  }
  const schema = SCHEMAS[act];
  const result = schema.safeParse(value, { error: defaultPredicate });
  if (!result.success) {
    return shapeProblems(result.error.issues, { schema, value, what: 'request' })
      .map(({ message, suggestion }) => (suggestion ? `${message} ${suggestion}` : message))
      .join(' ');
  }
  const { for: forMs, ...rest } = result.data as ControlRequest & { for?: number };
  return forMs === undefined ? rest : { ...rest, forMs };
}

/** Whether the last part of a path names an act. */
export function isControlAct(name: string): name is ControlAct {
  return (CONTROL_ACTS as readonly string[]).includes(name);
}

/** Whether it is about agents one by one. */
export function isForAgents(act: ControlAct): act is OperatorAct {
  return act !== 'reload';
}
