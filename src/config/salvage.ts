import type { z } from 'zod';
import type { AgentsFile, WorkerFile } from './schema.js';

/** What can be understood of a worker file that has mistakes. */
export interface Salvage {
  readonly content: WorkerFile;
  /** Blocks that the file has and that are not understood: nothing should be said of them. */
  readonly unknown: ReadonlySet<string>;
}

/** Stands for a group that is not understood, so that the others keep their number; the schema admits no such group. */
const NOBODY: AgentsFile = { users: [] };

/**
 * The blocks of a misshapen worker file that are right in themselves, so that what is wrong with their meaning is told
 * together with what is wrong with the shape of others. `raw` is the file as read.
 */
export function salvage(raw: unknown, schema: z.ZodObject): Salvage {
  const content: Record<string, unknown> = { version: 1 };
  const unknown = new Set<string>();
  for (const [key, value] of Object.entries(isMap(raw) ? raw : {})) {
    const field = schema.shape[key] as z.ZodType | undefined;
    const parsed = field?.safeParse(value);
    if (!field || !parsed) continue;
    if (parsed.success) content[key] = parsed.data;
    else if (key === 'agents' && Array.isArray(value)) content[key] = value.map((group) => groupOf(group, field));
    else {
      unknown.add(key);
      if (key === 'shifts' && isMap(value)) content[key] = soundOnes(value, field);
    }
  }
  return { content: content as WorkerFile, unknown };
}

function groupOf(group: unknown, agents: z.ZodType): AgentsFile {
  const parsed = agents.safeParse([group]);
  return parsed.success ? (parsed.data as AgentsFile[])[0]! : NOBODY;
}

/** The shifts that are right in themselves. */
function soundOnes(shifts: Readonly<Record<string, unknown>>, field: z.ZodType): Record<string, unknown> {
  return Object.assign(
    {},
    ...Object.entries(shifts).map(([name, shift]) => field.safeParse({ [name]: shift }).data ?? {}),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
