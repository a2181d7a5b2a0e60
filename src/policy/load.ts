import { createHash } from 'node:crypto';
import { type Diagnostic, hasErrors, sortDiagnostics } from '../base/diagnostic.js';
import { loadDocument } from '../base/document.js';
import { callbackOf } from './callback-schema.js';
import { explainPolicyKey } from './later-keys.js';
import { expandLists, listsOf } from './lists.js';
import { checkMeaning, ruleName } from './meaning.js';
import type { EndAction, OfferAction, Policy, Rule } from './policy.js';
import { type PolicyFile, PolicySchema, type RuleFile } from './schema.js';

/** `policy` is there when nothing but warnings was found. */
export interface LoadedPolicy {
  readonly policy?: Policy;
  readonly diagnostics: Diagnostic[];
}

/** What a policy leaves out. */
const DEFAULTS = {
  talk: { kind: 'lognormal', medianMs: 45_000, sigma: 0.6, maxMs: 300_000 },
  wrapUp: { kind: 'uniform', minMs: 2_000, maxMs: 8_000 },
  think: { kind: 'uniform', minMs: 1_000, maxMs: 4_000 },
  ringForMs: 40_000,
} as const;

/** Reads and checks a policy file (design §7). `file` is for the messages, and names the policy if the file does not. */
export function loadPolicy(text: string, file: string): LoadedPolicy {
  const loaded = loadDocument(text, file, PolicySchema, {
    area: 'policy',
    explainKey: explainPolicyKey,
    prepare: (raw, diagnose) => {
      const { value, diagnostics } = expandLists(raw, listsOf(raw), diagnose);
      return { value, diagnostics: [...diagnostics] };
    },
  });
  const diagnostics = sortDiagnostics([...loaded.diagnostics, ...checkMeaning(loaded.raw, loaded.locator)]);
  if (loaded.value === undefined || hasErrors(diagnostics)) return { diagnostics };
  return { policy: policyOf(loaded.value, loaded.value.name ?? stem(file)), diagnostics };
}

/**
 * The policy of a run that names none: talks 5 to 15 seconds, wraps up 1 to 3, places every preview, ends a connected
 * call with Success where it is offered and any other with No Answer.
 */
export function defaultPolicy(): Policy {
  return policyOf(
    {
      version: 1,
      talk: { kind: 'uniform', minMs: 5_000, maxMs: 15_000 },
      wrapUp: { kind: 'uniform', minMs: 1_000, maxMs: 3_000 },
      rules: [
        {
          name: 'reached',
          when: { connected: true },
          then: { disposition: [{ label: 'Success', weight: 1 }] },
        },
      ],
      otherwise: { disposition: [{ label: 'No Answer', weight: 1 }] },
    },
    'default',
  );
}

function policyOf(content: PolicyFile, name: string): Policy {
  const { timezone, talk, wrapUp, preview, breaks, rules, otherwise } = content;
  const body: Omit<Policy, 'name' | 'hash'> = {
    ...(timezone === undefined ? {} : { timezone }),
    talk: talk ?? DEFAULTS.talk,
    wrapUp: wrapUp ?? DEFAULTS.wrapUp,
    preview: { think: preview?.think ?? DEFAULTS.think, ringForMs: preview?.ringFor ?? DEFAULTS.ringForMs },
    ...(breaks ? { breaks: { afterCalls: breaks.afterCalls, forMs: breaks.for } } : {}),
    rules: (rules ?? []).map(ruleOf),
    ...(otherwise ? { otherwise: otherwise.disposition } : {}),
  };
  return { name, hash: createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 12), ...body };
}

function ruleOf({ name, when, then }: RuleFile, index: number): Rule {
  const [offer, end] = [offerOf(then), endOf(then)];
  return {
    name: name ?? ruleName(index),
    ...(when ? { when } : {}),
    ...(offer ? { offer } : {}),
    ...(end ? { end } : {}),
  };
}

function offerOf({ skip, place }: RuleFile['then']): OfferAction | undefined {
  if (place) return { action: 'place' };
  if (skip === undefined) return undefined;
  return skip === true ? { action: 'skip' } : { action: 'skip', elseLabel: skip.else };
}

function endOf({ disposition, callback }: RuleFile['then']): EndAction | undefined {
  if (disposition) return { action: 'disposition', labels: disposition };
  return callback && callbackOf(callback);
}

function stem(file: string): string {
  const base = file.split(/[\\/]/).at(-1) ?? file;
  return base.replace(/\.ya?ml$/i, '') || base;
}
