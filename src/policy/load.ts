import { createHash } from 'node:crypto';
import { type Diagnostic, hasErrors, sortDiagnostics } from '../base/diagnostic.js';
import { callbackOf } from './callback-schema.js';
import { checkLabels, type KnownCampaign } from './label-meaning.js';
import { checkMeaning } from './meaning.js';
import { ruleName, rulesOf, stem } from './placed-rule.js';
import type { ConnectAction, EndAction, OfferAction, Policy, Rule } from './policy.js';
import { type PolicySource, type ReadFile, readSources } from './policy-source.js';
import type { PolicyFile, RuleFile } from './schema.js';

/** `policy` is there when nothing but warnings was found. */
export interface LoadedPolicy {
  readonly policy?: Policy;
  readonly diagnostics: Diagnostic[];
  /** Every file that it consists of, itself first: for who watches them. */
  readonly files: readonly string[];
}

export interface PolicyContext {
  /** Reads the files that a policy includes; without it there can be none. */
  readonly readFile?: ReadFile;
  /** The campaigns of the server, where they are known: then labels are held against what they offer. */
  readonly campaigns?: readonly KnownCampaign[] | undefined;
}

/** What a policy leaves out. */
const DEFAULTS = {
  talk: { kind: 'lognormal', medianMs: 45_000, sigma: 0.6, maxMs: 300_000 },
  wrapUp: { kind: 'uniform', minMs: 2_000, maxMs: 8_000 },
  think: { kind: 'uniform', minMs: 1_000, maxMs: 4_000 },
  ringForMs: 40_000,
} as const;

/** Reads and checks a policy file (design §7). `file` is for the messages, and names the policy if the file does not. */
export function loadPolicy(text: string, file: string, { readFile, campaigns = [] }: PolicyContext = {}): LoadedPolicy {
  const { main, diagnostics: found, files } = readSources(text, file, readFile);
  const rules = rulesOf(main);
  const diagnostics = sortDiagnostics([...found, ...checkMeaning(main, rules), ...checkLabels(main, rules, campaigns)]);
  const contents = settingsOf(main);
  if (main.value === undefined || contents === undefined || hasErrors(diagnostics)) return { diagnostics, files };
  const written = rules.flatMap(({ name, value }) => (value ? [{ ...value, name }] : []));
  return { policy: policyOf({ ...contents, rules: written }, main.value.name ?? stem(file)), diagnostics, files };
}

/** What the file says beside its rules, and where it says nothing the files that it includes, the first of them first. */
function settingsOf(source: PolicySource, seen = new Set<PolicySource>()): PolicyFile | undefined {
  seen.add(source);
  const included = source.included.filter((one) => !seen.has(one)).map((one) => settingsOf(one, seen));
  const layers = [...included.toReversed(), source.value];
  if (layers.includes(undefined)) return undefined;
  const told = layers.map((layer) => Object.entries(layer ?? {}).filter(([, value]) => value !== undefined));
  return Object.fromEntries(told.flat()) as PolicyFile;
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
  const [offer, connect, end] = [offerOf(then), connectOf(then), endOf(then)];
  const { wrapUp, writeBack } = then;
  return {
    name: name ?? ruleName(index),
    ...(when && { when }),
    ...(offer && { offer }),
    ...(connect && { connect }),
    ...(end && { end }),
    ...(wrapUp && { wrapUp }),
    ...(writeBack && { writeBack }),
  };
}

function offerOf({ skip, place }: RuleFile['then']): OfferAction | undefined {
  if (place) return { action: 'place' };
  if (skip === undefined) return undefined;
  return skip === true ? { action: 'skip' } : { action: 'skip', elseLabel: skip.else };
}

function connectOf({ talk, hangUp }: RuleFile['then']): ConnectAction | undefined {
  if (hangUp) return { action: 'hangUp' };
  return talk && { action: 'talk', talk };
}

function endOf({ disposition, callback }: RuleFile['then']): EndAction | undefined {
  if (disposition) return { action: 'disposition', labels: disposition };
  return callback && callbackOf(callback);
}
