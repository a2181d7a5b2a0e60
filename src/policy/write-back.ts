import { type Columns, columnOf } from './attributes.js';
import type { CallFacts } from './call.js';
import type { WriteBack } from './policy.js';

/** What `writeBack` can fill in, beside `{attributes.COLUMN}`. */
const FILLERS: Readonly<Record<string, (facts: CallFacts, rule: string) => string>> = {
  now: ({ now }) => new Date(now).toISOString(),
  agent: ({ agent }) => agent,
  campaign: ({ campaign }) => campaign.name,
  nthCall: ({ nthCall }) => String(nthCall),
  rule: (_facts, rule) => rule,
  talked: ({ talkedMs = 0 }) => String(Math.round(talkedMs / 1_000)),
};
const COLUMN = 'attributes.';
const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The names that may stand in braces. */
export const PLACEHOLDERS: readonly string[] = [...Object.keys(FILLERS), `${COLUMN}COLUMN`];

/** The placeholders of the text that name nothing. */
export function unknownPlaceholders(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)]
    .map(([, name = '']) => name)
    .filter((name) => !Object.hasOwn(FILLERS, name) && !(name.startsWith(COLUMN) && name.length > COLUMN.length));
}

/** The columns with every placeholder filled in; a column that the contact does not have gives nothing. */
export function fillIn(writeBack: WriteBack, facts: CallFacts, columns: Columns, rule: string): Record<string, string> {
  const fill = (_all: string, name: string): string =>
    name.startsWith(COLUMN)
      ? (columnOf(columns, name.slice(COLUMN.length)) ?? '')
      : (FILLERS[name]?.(facts, rule) ?? '');
  return Object.fromEntries(
    Object.entries(writeBack).map(([column, text]) => [column, text.replaceAll(PLACEHOLDER, fill)]),
  );
}
