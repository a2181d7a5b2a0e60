import { z } from 'zod';
import { durationField, orList, positiveDurationField, whenWrongType } from './fields.js';
import type { Draw } from './random.js';

/** A random length of time. All in milliseconds; `maxMs` is Infinity where the file names no limit. */
export type Distribution =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | {
      readonly kind: 'normal';
      readonly meanMs: number;
      readonly sdMs: number;
      readonly minMs: number;
      readonly maxMs: number;
    }
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number; readonly maxMs: number }
  | { readonly kind: 'exponential'; readonly meanMs: number; readonly maxMs: number };

const EXAMPLE = '5s or { uniform: { min: 2s, max: 8s } }';
const SHAPES = ['fixed', 'uniform', 'normal', 'lognormal', 'exponential'] as const;

/** A table with an error that shows how to write it. */
function shape<S extends z.ZodRawShape>(fields: S, example: string): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(fields, { error: whenWrongType(`must be written like ${example}`) });
}

const inOrder = (range: { min?: number | undefined; max?: number | undefined }): boolean =>
  (range.min ?? 0) <= (range.max ?? Number.POSITIVE_INFINITY);
const ORDER = { path: ['max'], error: 'must not be less than min' };
const LIMIT = 'Longer values are cut to this.';

const Uniform = shape(
  { min: durationField().describe('Shortest.'), max: durationField().describe('Longest.') },
  '{ min: 2s, max: 8s }',
).refine(inOrder, ORDER);

const Normal = shape(
  {
    mean: durationField().describe('The middle of the bell.'),
    sd: durationField().describe('Standard deviation.'),
    min: durationField().optional().describe('Shorter values are raised to this; 0s when omitted.'),
    max: durationField().optional().describe(LIMIT),
  },
  '{ mean: 30s, sd: 10s }',
).refine(inOrder, ORDER);

const Lognormal = shape(
  {
    median: positiveDurationField().describe('Half of the values are shorter than this.'),
    sigma: z
      .number({ error: 'must be a number from 0 to 5, such as 0.6' })
      .min(0, 'must be a number from 0 to 5, such as 0.6')
      .max(5, 'must be a number from 0 to 5, such as 0.6')
      .describe('Spread: 0.6 puts two thirds of the values between half and double the median.'),
    max: durationField().optional().describe(LIMIT),
  },
  '{ median: 45s, sigma: 0.6, max: 5m }',
);

const Exponential = shape(
  { mean: positiveDurationField().describe('The average.'), max: durationField().optional().describe(LIMIT) },
  '{ mean: 60s, max: 5m }',
);

const Shapes = z
  .strictObject(
    {
      fixed: durationField().optional().describe('Always the same.'),
      uniform: Uniform.optional().describe('Any length between two limits, all alike.'),
      normal: Normal.optional().describe('A bell curve.'),
      lognormal: Lognormal.optional().describe('Many short and a few long ones, as talk times are.'),
      exponential: Exponential.optional().describe('Memoryless, as waiting times are.'),
    },
    { error: whenWrongType(`must be a distribution, such as ${EXAMPLE}`) },
  )
  .refine((shapes) => SHAPES.filter((name) => shapes[name] !== undefined).length === 1, {
    error: `must name one of ${orList(SHAPES)}, such as ${EXAMPLE}`,
  })
  .meta({ minProperties: 1, maxProperties: 1 });

/** How a file writes a random length of time: a bare duration is a fixed one. Parses to a `Distribution`. */
export const DistributionSchema: z.ZodType<Distribution, string | z.input<typeof Shapes>> = z
  .union(
    [
      durationField().transform((ms): Distribution => ({ kind: 'fixed', ms })),
      Shapes.transform((shapes) => fromShapes(shapes)),
    ],
    { error: `must be a duration or a distribution, such as ${EXAMPLE}` },
  )
  .meta({ id: 'Distribution' });

function fromShapes(shapes: z.output<typeof Shapes>): Distribution {
  const { fixed = 0, uniform, normal, lognormal, exponential } = shapes;
  const limit = (max: number | undefined): number => max ?? Number.POSITIVE_INFINITY;
  if (uniform) return { kind: 'uniform', minMs: uniform.min, maxMs: uniform.max };
  if (normal) {
    return { kind: 'normal', meanMs: normal.mean, sdMs: normal.sd, minMs: normal.min ?? 0, maxMs: limit(normal.max) };
  }
  if (lognormal) {
    return { kind: 'lognormal', medianMs: lognormal.median, sigma: lognormal.sigma, maxMs: limit(lognormal.max) };
  }
  if (exponential) return { kind: 'exponential', meanMs: exponential.mean, maxMs: limit(exponential.max) };
  return { kind: 'fixed', ms: fixed };
}

/** Draws one length of time: whole milliseconds, 0 or more, within the distribution's limits (values beyond are cut). */
export function sample(distribution: Distribution, draw: Draw): number {
  switch (distribution.kind) {
    case 'fixed':
      return distribution.ms;
    case 'uniform':
      return Math.round(distribution.minMs + (distribution.maxMs - distribution.minMs) * draw());
    case 'normal': {
      const { meanMs, sdMs, minMs, maxMs } = distribution;
      return clamp(meanMs + sdMs * gaussian(draw), minMs, maxMs);
    }
    case 'lognormal':
      return clamp(distribution.medianMs * Math.exp(distribution.sigma * gaussian(draw)), 0, distribution.maxMs);
    case 'exponential':
      return clamp(-distribution.meanMs * Math.log(1 - draw()), 0, distribution.maxMs);
  }
}

/** A standard normal number (Box-Muller); always two draws. */
function gaussian(draw: Draw): number {
  const radius = Math.sqrt(-2 * Math.log(1 - draw()));
  return radius * Math.cos(2 * Math.PI * draw());
}

function clamp(ms: number, minMs: number, maxMs: number): number {
  return Math.round(Math.max(0, minMs, Math.min(maxMs, ms)));
}
