import { z } from 'zod';
import { textField, whenWrongType } from '../base/fields.js';

/**
 * Named lists (`lists:`) and how a policy refers to them. `lists.ts` puts the items in place of each reference before the
 * shape of the file is checked, so the schema below admits references and the parsed policy never holds one.
 */

/** What may stand in a list. */
export type ListItem = string | number | boolean;

const item = () => z.union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number, true or false' });

/** `lists:` of a policy: name → items, or for dispositions name → labels with weights. */
export const ListsSchema = z
  .record(
    z.string(),
    z
      .union([z.array(item()).min(1), z.record(z.string(), z.number())], {
        error: 'must be a list such as [2026-11-26, 2026-12-25], or labels with weights such as { Success: 30 }',
      })
      .meta({ id: 'NamedList' }),
  )
  .describe('Named lists, used as { list: NAME } wherever a list of values may stand.');

const ListReference = z
  .strictObject(
    { list: textField('the name of a list').describe('Name of a list under "lists".') },
    { error: whenWrongType('must be written like { list: NAME }') },
  )
  .meta({ id: 'ListReference' });

/**
 * A reference to a named list, as one more alternative of a union. One that is still there when the file is parsed could
 * not be resolved, which is an error of its own: it parses to an empty list that nobody uses.
 */
export function listReference() {
  return ListReference.transform((): never[] => []);
}

/** `{ list: NAME }` beside what the schema takes. */
export function orNamedList<S extends z.ZodType>(schema: S, error: string | ((issue: { input?: unknown }) => string)) {
  return z.union([schema, listReference()], { error });
}
