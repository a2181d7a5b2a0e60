import type { z } from 'zod';
import { type Diagnostic, type DiagnosticFormat, formatDiagnostics, sortDiagnostics } from '../base/diagnostic.js';
import { diagnoseFile, loadDocument } from '../base/document.js';
import { keysAt } from '../base/schema-keys.js';
import { nearest } from '../base/suggestion.js';
import { type Environment, loadWorkerConfig, type ReadFile, whyUnreadable, workerSchema } from '../config/index.js';
import { loadPolicy, loadPolicyTests, PolicySchema, PolicyTestSchema } from '../policy/index.js';
import { campaignsOf } from './world-campaigns.js';

export interface CheckContext {
  readonly format: DiagnosticFormat;
  readonly color?: boolean;
  readonly readFile: ReadFile;
  readonly env: Environment;
  readonly worldSchema: z.ZodType;
}

export interface CheckResult {
  /** What to print; in `json` and `github` form nothing but the diagnostics. */
  readonly text: string;
  readonly errors: number;
  readonly warnings: number;
}

type Kind = 'worker' | 'policy' | 'world' | 'policy-test';

/**
 * Checks worker files (with the policies and worlds that they name), policies, their tests, and worlds; tells by the
 * content which of them each file is. Secrets that are not at hand are warnings: a check may run where they are not.
 */
export function checkFiles(files: readonly string[], context: CheckContext): CheckResult {
  const diagnostics = sortDiagnostics(files.flatMap((file) => checkFile(file, context)));
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const told = formatDiagnostics(diagnostics, context.format, { color: context.color ?? false });
  if (context.format !== 'pretty') return { text: told, errors, warnings };
  const verdict =
    errors + warnings === 0
      ? `${count(files.length, 'file')} checked, no problems.`
      : `${count(files.length, 'file')} checked: ${count(errors, 'error')}, ${count(warnings, 'warning')}.`;
  return { text: [told, verdict].filter(Boolean).join('\n\n'), errors, warnings };
}

function checkFile(file: string, context: CheckContext): readonly Diagnostic[] {
  let text: string;
  try {
    text = context.readFile(file);
  } catch (error) {
    const message = `The file cannot be read: ${whyUnreadable(error)}.`;
    return [diagnoseFile(file, { code: 'usage/unreadable', message })];
  }
  switch (kindOf(text, context.worldSchema)) {
    case 'worker':
      return loadWorkerConfig({ ...context, text, file, secretSeverity: 'warning', campaignsOf }).diagnostics;
    case 'policy':
      return loadPolicy(text, file, context).diagnostics;
    case 'policy-test':
      return loadPolicyTests(text, file, context.readFile).diagnostics;
    case 'world':
      return loadDocument(text, file, context.worldSchema, { area: 'world' }).diagnostics;
    default:
      return unknownKind(text, file, context);
  }
}

/** The kind that the file says it is (`$schema=…/policy.schema.json`), else the one that knows most of its keys. */
function kindOf(text: string, worldSchema: z.ZodType): Kind | undefined {
  const said = /\$schema=\S*\b(worker|policy|world|policy-test)\.schema\.json/.exec(text)?.[1];
  if (said) return said as Kind;
  const keys = topKeys(text, worldSchema);
  const known: [Kind, string[]][] = [
    ['worker', keysAt(workerSchema(worldSchema), [])],
    ['policy', keysAt(PolicySchema, [])],
    ['world', keysAt(worldSchema, [])],
    ['policy-test', keysAt(PolicyTestSchema, [])],
  ];
  // A misspelt key counts for half: a file of which every key is misspelt still deserves its own complaints.
  const points = (key: string, names: string[]): number =>
    names.includes(key) ? 1 : nearest(key, names) === undefined ? 0 : 0.5;
  const scores = known.map(([kind, names]) => ({
    kind,
    score: keys.reduce((sum, key) => sum + points(key, names), 0),
  }));
  scores.sort((a, b) => b.score - a.score);
  const [best, second] = scores;
  return best && second && best.score > second.score ? best.kind : undefined;
}

/** Keys at the margin of the text: enough to tell the kind even of a file that is broken further on. */
function topKeys(text: string, anything: z.ZodType): string[] {
  const keys = [...text.matchAll(/^["']?([A-Za-z][\w-]*)["']?\s*:/gm)].map((match) => match[1] as string);
  if (keys.length > 0) return keys;
  // A map in braces has no keys at the margin: it has to be read.
  const { raw } = loadDocument(text, '', anything, { area: 'file' });
  return typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
}

/** Broken YAML is told as such; anything else could be meant for any of them. */
function unknownKind(text: string, file: string, { worldSchema }: CheckContext): readonly Diagnostic[] {
  const { raw, diagnostics } = loadDocument(text, file, worldSchema, { area: 'file', what: 'file' });
  if (raw === undefined || raw === null) return diagnostics;
  const message =
    'This is neither a worker file, nor a policy or its tests, nor a world: none of their keys stand in it.';
  const suggestion = 'A worker file has "agents", a policy "rules", its tests "cases", a world "campaigns".';
  return [diagnoseFile(file, { code: 'file/unknown-kind', message, suggestion })];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
