import { z } from 'zod';
import { type Diagnostic, hasErrors } from '../base/diagnostic.js';
import { loadDocument } from '../base/document.js';
import { nearest } from '../base/suggestion.js';
import { CALL_FIELDS, type CallFile } from '../policy/index.js';

const CallSchema = z.looseObject(CALL_FIELDS, {
  error: 'must be a JSON object, such as { "campaign": "Collections" }',
});

/**
 * Reads a call (design §10). Members that are null count as left out; members that are not known are warnings, for other
 * programs write calls too. `call` is there when nothing but warnings was found.
 */
export function readCall(text: string, file: string): { call?: CallFile; diagnostics: readonly Diagnostic[] } {
  const loaded = loadDocument(text, file, CallSchema, {
    area: 'call',
    prepare: (value) => ({ value: withoutNulls(value), diagnostics: [], mayBeQuoted: true }),
  });
  const { value, raw, locator } = loaded;
  const known = Object.keys(CALL_FIELDS);
  const strangers =
    typeof raw === 'object' && raw !== null ? Object.keys(raw).filter((key) => !known.includes(key)) : [];
  const warnings = strangers.map((key): Diagnostic => {
    const meant = nearest(key, known);
    const suggestion = meant ? `Did you mean "${meant}"?` : undefined;
    const message = `"${key}" is nothing that is known of a call; it is ignored.`;
    const complaint = {
      severity: 'warning',
      code: 'call/unknown-key',
      message,
      ...(suggestion && { suggestion }),
    } as const;
    return locator.diagnose([key], complaint, 'key');
  });
  const diagnostics = [...loaded.diagnostics, ...warnings];
  return value === undefined || hasErrors(diagnostics) ? { diagnostics } : { call: value, diagnostics };
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
