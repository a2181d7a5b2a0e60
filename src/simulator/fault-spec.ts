import { z } from 'zod';
import { orList } from '../base/fields.js';
import { defaultPredicate, shapeProblems } from '../base/shape-problems.js';
import { nearest } from '../base/suggestion.js';
import { FAULT_MENU, type FaultName } from './fault-menu.js';

type Menu = typeof FAULT_MENU;

/** A fault as it was asked for: defaults applied, durations in milliseconds. */
export type FaultSpec = {
  [N in FaultName]: { readonly fault: N } & Readonly<z.output<z.ZodObject<Menu[N]['keys']>>>;
}[FaultName];
/** The same as written in a file, a flag or a request. */
export type FaultInput = { [N in FaultName]: { fault: N } & z.input<z.ZodObject<Menu[N]['keys']>> }[FaultName];

export const FAULT_NAMES = Object.keys(FAULT_MENU) as FaultName[];

function nameProblem(value: unknown): string {
  const name = typeof value === 'object' && value !== null ? (value as { fault?: unknown }).fault : undefined;
  if (name === undefined) return 'must be written like { fault: lost-response, on: disposition, rate: 5% }';
  const meant = typeof name === 'string' ? nearest(name, FAULT_NAMES) : undefined;
  return meant ? `must be a fault of the menu (did you mean "${meant}"?)` : `must be ${orList(FAULT_NAMES)}`;
}

const kinds = FAULT_NAMES.map((name) => {
  const { server, keys } = FAULT_MENU[name];
  return z
    .strictObject({ fault: z.literal(name).describe(server), ...(keys as z.ZodRawShape) })
    .refine((spec) => !('rate' in spec && 'every' in spec && spec.rate !== undefined && spec.every !== undefined), {
      error: 'must have only one of "rate" and "every"',
    })
    .describe(server);
});

/** One fault of the menu, strict: what its own keys are not is an error. */
export const FaultSchema = z.discriminatedUnion('fault', kinds as never, {
  error: ({ input }) => nameProblem(input),
}) as unknown as z.ZodType<FaultSpec, FaultInput>;

/** Reads a fault. Returns the spec, or one sentence for each thing that is wrong with it. */
export function parseFault(input: unknown): FaultSpec | readonly string[] {
  const result = FaultSchema.safeParse(input, { error: defaultPredicate });
  if (result.success) return result.data;
  const problems = shapeProblems(result.error.issues, { schema: FaultSchema, value: input, what: 'fault' });
  return problems.map(({ message, suggestion }) => (suggestion ? `${message} ${suggestion}` : message));
}

/**
 * Reads a fault in one line, `lost-response:on=disposition|request-break,rate=5%`: a name, then keys after a colon with
 * commas between. Several words of one key have bars between them.
 */
export function parseFaultText(text: string): FaultSpec | readonly string[] {
  const [, name = '', rest = ''] = /^\s*([^:]*?)\s*(?::(.*))?$/s.exec(text) ?? [];
  const input: Record<string, unknown> = { fault: name };
  for (const pair of rest.split(',').filter((part) => part.trim() !== '')) {
    const [, key = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(pair) ?? [];
    if (key === '') return [`"${pair.trim()}" must be written like key=value.`];
    input[key] = value.includes('|') ? value.split('|').map(scalar) : scalar(value);
  }
  return parseFault(input);
}

function scalar(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** Whether a reading failed. */
export function isProblem(read: FaultSpec | readonly string[]): read is readonly string[] {
  return Array.isArray(read);
}
