import type { z } from 'zod';

type Schema = z.core.$ZodType;
/** The few members of zod's definitions that are walked here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly options?: readonly Schema[];
  readonly left?: Schema;
  readonly right?: Schema;
  readonly getter?: () => Schema;
  /** Of a literal. */
  readonly values?: readonly unknown[];
}

/**
 * The keys that a schema admits at `path`, over all alternatives; empty where any key goes. Where `value`, what stands
 * there, says by its literals which alternative was meant, only of that one.
 */
export function keysAt(schema: Schema, path: readonly PropertyKey[], value?: unknown): string[] {
  let here = unwrap(schema);
  for (const step of path) here = here.flatMap((definition) => child(definition, step)).flatMap(unwrap);
  const meant = here.filter((definition) => isMeant(definition, value));
  return [...new Set((meant.length > 0 ? meant : here).flatMap((definition) => Object.keys(definition.shape ?? {})))];
}

function isMeant({ shape }: Definition, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(shape ?? {}).every(([key, field]) => {
    const { type, values } = field._zod.def as unknown as Definition;
    return type !== 'literal' || values?.includes((value as Record<string, unknown>)[key]) === true;
  });
}

function child(definition: Definition, step: PropertyKey): Schema[] {
  const found = definition.shape?.[String(step)] ?? definition.element ?? definition.valueType;
  return found ? [found] : [];
}

/** Looks through everything that wraps a schema, down to what the file is read with. */
function unwrap(schema: Schema): Definition[] {
  const definition = schema._zod.def as unknown as Definition;
  const { type, innerType, options, left, right, getter } = definition;
  if (type === 'pipe' && definition.in) return unwrap(definition.in);
  if (type === 'lazy' && getter) return unwrap(getter());
  if (type === 'intersection' && left && right) return [left, right].flatMap(unwrap);
  if (options) return options.flatMap(unwrap);
  if (innerType) return unwrap(innerType);
  return [definition];
}
