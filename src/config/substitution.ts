import type { Diagnostic } from '../base/diagnostic.js';
import type { Locator } from '../base/document.js';
import type { SecretSeverity } from './secret-source.js';
import type { Environment } from './worker-config.js';

const VARIABLE = /\$\{([^{}]*)\}/g;

/**
 * Replaces `${NAME}` in the texts of the server block by the environment variable NAME (design §6). `severity` is for
 * variables that are not set: an error for a run, a warning for a check elsewhere, nothing for a rehearsal.
 */
export function substituteVariables(
  file: unknown,
  env: Environment,
  diagnose: Locator['diagnose'],
  severity: SecretSeverity,
): { value: unknown; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const inText = (text: string, path: readonly PropertyKey[]): string =>
    text.replaceAll(VARIABLE, (whole, name: string) => {
      const value = env[name];
      if (value !== undefined && value !== '') return value;
      if (severity === 'unneeded') return whole;
      const message = `The environment variable ${name || '(no name)'} of "${String(path.at(-1))}" is not set.`;
      diagnostics.push(diagnose(path, { severity, code: 'worker/variable', message }));
      return whole;
    });
  const inAny = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof value === 'string') return inText(value, path);
    if (Array.isArray(value)) return value.map((item, index) => inAny(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inAny(item, [...path, key])]));
  };
  if (typeof file !== 'object' || file === null || !('server' in file)) return { value: file, diagnostics };
  return { value: { ...file, server: inAny(file.server, ['server']) }, diagnostics };
}
