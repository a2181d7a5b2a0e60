import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Diagnostic, formatPretty } from '../../src/base/diagnostic.js';
import { seededRandom } from '../../src/base/random.js';
import { columnsOf } from '../../src/policy/attributes.js';
import { whyNot } from '../../src/policy/condition.js';
import { ConditionSchema } from '../../src/policy/condition-schema.js';
import {
  type CallFacts,
  decideConnect,
  decideEnd,
  decideOffer,
  drawsOfCall,
  loadPolicy,
  type Policy,
} from '../../src/policy/index.js';
import { filesOf } from '../support/text-files.js';

const disposition = (label: string, wrapUpCategory: string) => ({
  label,
  wrapUpCategory,
  wrapUpCode: label,
  abandon: false,
});

const call = (more: Partial<CallFacts> = {}): CallFacts => ({
  campaign: { id: 'C-1', name: 'Collections North' },
  kind: 'regular',
  agent: 'bot001',
  nthCall: 1,
  attributes: {},
  dispositions: [
    disposition('Sold', 'Success'),
    disposition('Callback Later', 'Scheduled'),
    disposition('Nobody', 'No Answer'),
  ],
  allowSkip: true,
  allowAgentCallbacks: true,
  connected: true,
  endedBy: 'far-side',
  talkedMs: 31_000,
  now: Date.UTC(2026, 10, 20, 15), // a Friday: 10:00 in New York
  ...more,
});

const load = (text: string, files: Readonly<Record<string, string>> = {}) =>
  loadPolicy(text, 'dir/main.yaml', { readFile: filesOf(files) });

function policy(body: string, files?: Readonly<Record<string, string>>): Policy {
  const loaded = load(`version: 1\n${body}`, files);
  if (!loaded.policy) throw new Error(formatPretty(loaded.diagnostics));
  return loaded.policy;
}

const told = ({ file, line, column, severity, message, suggestion }: Diagnostic): string =>
  [`${file.replace('dir/', '')}:${line}:${column} ${severity === 'warning' ? 'warning: ' : ''}${message}`, suggestion]
    .filter(Boolean)
    .join(' ');
const problems = (body: string, files?: Readonly<Record<string, string>>): string[] =>
  load(`version: 1\n${body}`, files).diagnostics.map(told);

const draws = ({ agent, nthCall }: CallFacts) => drawsOfCall(seededRandom(7), agent, nthCall);
const end = (one: Policy, facts = call()) => decideEnd(one, facts, draws(facts));
const connect = (one: Policy, facts = call()) => decideConnect(one, facts, draws(facts));
const offer = (one: Policy, facts = call({ kind: 'preview' })) => decideOffer(one, facts, draws(facts));
const matches = (when: string, facts: Partial<CallFacts> = {}): boolean =>
  end(
    policy(`timezone: America/New_York\nrules: [ { name: it, when: ${when}, then: { disposition: Sold } } ]`),
    call(facts),
  ).rule === 'it';

describe('conditions', () => {
  test.each<[string, Partial<CallFacts>, boolean]>([
    ['{ dispositions: sold }', {}, true],
    ['{ dispositions: "Call*" }', {}, true],
    ['{ dispositions: [Refused, Nobody] }', {}, true],
    ['{ dispositions: Refused }', {}, false],
    ['{ endedBy: far-side }', {}, true],
    ['{ endedBy: us }', {}, false],
    ['{ endedBy: us }', { connected: false, endedBy: 'us' }, true],
    ['{ talked: 31s }', {}, true],
    ['{ talked: 32s }', {}, false],
    ['{ talked: { lt: 31s } }', {}, false],
    ['{ talked: { gt: 30s, le: 31s } }', {}, true],
    ['{ nthCall: 3 }', { nthCall: 3 }, true],
    ['{ nthCall: 3 }', { nthCall: 4 }, false],
    ['{ nthCall: { every: 5 } }', { nthCall: 10 }, true],
    ['{ nthCall: { every: 5 } }', { nthCall: 1 }, false],
    ['{ nthCall: { gt: 2, lt: 4 } }', { nthCall: 3 }, true],
    ['{ time: { from: "09:00", to: "17:00" } }', {}, true],
    ['{ time: { from: "10:00", to: "17:00" } }', {}, true],
    ['{ time: { from: "09:00", to: "10:00" } }', {}, false],
    ['{ time: { days: sat-mon } }', {}, false],
    ['{ time: { days: fri, from: "9:00" } }', {}, true],
    ['{ time: { from: "09:00", to: "10:00", timezone: America/Denver } }', {}, false],
    [
      '{ time: { from: "08:00", to: "09:00", timezone: { attribute: tz } } }',
      { attributes: { TZ: 'America/Denver' } },
      true,
    ],
    ['{ time: { from: "22:00", to: "11:00" } }', {}, true],
    ['{ time: { days: thu, from: "22:00", to: "11:00" } }', {}, true],
    ['{ time: { days: fri, from: "22:00", to: "11:00" } }', {}, false],
    ['{ time: { holidays: [2026-11-20] } }', {}, false],
    ['{ chance: 1% }', { chance: 'always' }, true],
    ['{ chance: 99% }', { chance: 'never' }, false],
  ])('%s for %j: %j', (when, facts, expected) => {
    expect(matches(when, facts)).toBe(expected);
  });
});

describe('actions', () => {
  test('talk and hangUp count when the party is reached', () => {
    const one = policy(`
talk: 1m
rules:
  - { name: bill, when: { attributes: { seg: poor } }, then: { hangUp: true } }
  - { name: ann, when: { attributes: { seg: rich } }, then: { talk: 5m, disposition: Sold } }
`);
    expect(connect(one, call({ attributes: { seg: 'poor' } }))).toMatchObject({
      action: 'hangUp',
      talkMs: 0,
      rule: 'bill',
    });
    expect(connect(one, call({ attributes: { seg: 'rich' } }))).toMatchObject({ talkMs: 300_000, rule: 'ann' });
    expect(connect(one)).toMatchObject({ action: 'talk', talkMs: 60_000, rule: null });
    expect(end(one, call({ attributes: { seg: 'poor' } })).rule).toBeNull();
  });

  test('wrapUp and writeBack accompany the ending, whichever rule decides it', () => {
    const one = policy(`
wrapUp: 1s
rules:
  - { name: slow, when: { attributes: { seg: vip } }, then: { wrapUp: 1m } }
  - { name: mark, then: { writeBack: { last: "{agent} {nthCall} {rule}", seen: "{attributes.SEG}", at: "{now}" } } }
  - { name: sold, when: { connected: true }, then: { disposition: Sold, wrapUp: 2s, writeBack: { last: x, sum: 7 } } }
  - { name: late, then: { wrapUp: 9m } }
otherwise: { disposition: Nobody }
`);
    expect(end(one, call({ attributes: { seg: 'vip' } }))).toMatchObject({
      rule: 'sold',
      wrapUpMs: 60_000,
      writeBack: { last: 'bot001 1 mark', seen: 'vip', at: '2026-11-20T15:00:00.000Z', sum: '7' },
    });
    expect(end(one)).toMatchObject({ wrapUpMs: 2_000 });
    expect(end(one, call({ connected: false }))).toMatchObject({ rule: null, label: 'Nobody', wrapUpMs: 540_000 });
  });

  test('writeBack of a rule that skips goes with the skip', () => {
    const one = policy('rules: [ { name: dnc, then: { skip: { else: Sold }, writeBack: { why: dnc } } } ]');
    expect(offer(one)).toMatchObject({ action: 'skip', writeBack: { why: 'dnc' } });
  });

  test('a talk or wrap-up time of a rule comes from a stream of its own', () => {
    const plain = policy('rules: [ { name: a, then: { disposition: Sold } } ]');
    const own = policy('rules: [ { name: a, then: { disposition: Sold, talk: { uniform: { min: 0s, max: 9m } } } } ]');
    expect(end(own)).toEqual(end(plain));
    expect(connect(own).talkMs).not.toBe(connect(plain).talkMs);
  });
});

describe('included files', () => {
  const files = {
    'dir/common.yaml': `version: 1
include: [sub/lists.yaml]
talk: 7s
rules:
  - { name: first, when: { attributes: { seg: { list: vip } } }, then: { disposition: Sold } }
  - { then: { wrapUp: 3s } }`,
    'dir/sub/lists.yaml': 'version: 1\nlists: { vip: [gold], us: [2026-11-26] }\ntimezone: America/Denver\ntalk: 1s',
  };

  test('come first with their rules, and give what the file leaves out', () => {
    const loaded = load(
      `version: 1
include: [common.yaml, sub/lists.yaml]
wrapUp: 1s
rules: [ { when: { time: { holidays: us } }, then: { disposition: Nobody } } ]`,
      files,
    );
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.files).toEqual(['dir/main.yaml', 'dir/common.yaml', 'dir/sub/lists.yaml']);
    expect(loaded.policy).toMatchObject({
      name: 'main',
      timezone: 'America/Denver',
      talk: { ms: 7_000 },
      wrapUp: { ms: 1_000 },
      rules: [{ name: 'first' }, { name: 'common rule 2' }, { name: 'rule 1' }],
    });
    expect(end(loaded.policy as Policy, call({ attributes: { seg: 'gold' } })).rule).toBe('first');
  });

  test('change the hash of the policy', () => {
    const hash = (talk: string) => policy('include: a.yaml', { 'dir/a.yaml': `version: 1\ntalk: ${talk}` }).hash;
    expect(hash('1s')).not.toBe(hash('2s'));
  });

  test.each([
    [
      'a missing one',
      'include: gone.yaml',
      {},
      ['main.yaml:2:10 The file dir/gone.yaml, included by dir/main.yaml, cannot be read: there is no such file.'],
    ],
    [
      'a cycle',
      'include: [a.yaml]',
      { 'dir/a.yaml': 'version: 1\ninclude: main.yaml' },
      [
        'a.yaml:2:10 dir/a.yaml includes dir/main.yaml, which includes it in turn: dir/main.yaml → dir/a.yaml → dir/main.yaml.',
      ],
    ],
    [
      'a worker file',
      'include: w.yaml',
      { 'dir/w.yaml': 'version: 1\nagents: []\nserver: {}' },
      [
        'main.yaml:2:10 The file dir/w.yaml, included by dir/main.yaml, is no policy: it has "agents", "server" and none of the keys of a policy.',
      ],
    ],
    [
      'an empty one',
      'include: w.yaml',
      { 'dir/w.yaml': '' },
      ['main.yaml:2:10 The file dir/w.yaml, included by dir/main.yaml, is no policy: it is empty.'],
    ],
    [
      'a broken one',
      'include: w.yaml\ntalk: x',
      { 'dir/w.yaml': 'version: 1\nrules: [' },
      [
        'main.yaml:3:7 "talk" must be a duration or a distribution, such as 5s or { uniform: { min: 2s, max: 8s } }, not "x".',
        'w.yaml:2:9 A list in brackets does not end: a ] is missing, or the lines in it are not indented.',
      ],
    ],
    [
      'one with a misspelt key',
      'include: w.yaml',
      { 'dir/w.yaml': 'version: 1\nrules:\n  - then: { dispositon: Sold }' },
      ['w.yaml:3:13 "dispositon" is not a key of "then". Did you mean "disposition"?'],
    ],
    [
      'a name that is taken',
      'include: w.yaml\nrules: [ { name: a, when: { connected: true }, then: { place: true } } ]'.replace(
        'connected: true',
        'kind: preview',
      ),
      { 'dir/w.yaml': 'version: 1\nrules: [ { name: a, then: { disposition: Sold } } ]' },
      ['main.yaml:3:18 Rule 1 of dir/w.yaml is called "a" already; every rule needs a name of its own.'],
    ],
    [
      'a list item that is wrong',
      'include: w.yaml\nrules: [ { when: { time: { holidays: us } }, then: { disposition: Sold } } ]\ntimezone: UTC',
      { 'dir/w.yaml': 'version: 1\nlists:\n  us:\n    - 2026-11-26\n    - 2026-11-31' },
      ['w.yaml:5:7 Item 2 of "holidays" must be a date that exists; 2026-11-31 does not.'],
    ],
  ] as [string, string, Record<string, string>, string[]][])('%s is told by place', (_, body, more, expected) => {
    expect(problems(body, more)).toEqual(expected);
  });
});

describe('what cannot be meant', () => {
  const rule = (when: string, then = '{ disposition: Sold }'): string =>
    `timezone: UTC\nrules:\n  - when: ${when}\n    then: ${then}`;

  test.each([
    ['{ attributes: { n: { ge: 5, lt: 3 } } }', 'No value of "n" can pass this test.'],
    ['{ attributes: { n: { eq: 5, in: [6, 7] } } }', 'No value of "n" can pass this test.'],
    ['{ attributes: { n: { exists: false, eq: 1 } } }', 'No value of "n" can pass this test.'],
    [
      '{ attributes: { n: 1 }, all: [ { attributes: { is_attr_N: 2 } } ] }',
      'No value of "is_attr_N" can pass this test beside',
    ],
    ['{ nthCall: { lt: 5, gt: 4 } }', 'No number of a call can pass'],
    ['{ nthCall: { every: 10, lt: 10 } }', 'No number of a call can pass'],
    ['{ talked: { lt: 5s, ge: 5s } }', 'No talk time can pass'],
    ['{ connected: false, talked: { gt: 1s } }', 'A call that was not connected has no talk time'],
    ['{ connected: true, all: [ { connected: false } ] }', '"connected" is asked to be true and false'],
    ['{ endedBy: us, all: [ { endedBy: far-side } ] }', 'A call is ended by us or by the far side'],
    [
      '{ kind: regular, all: [ { kind: [preview, manual] } ] }',
      'A call is never regular and preview or manual at once.',
    ],
    ['{ agent: bob, all: [ { agent: "bot*" } ] }', 'No agent fits'],
    ['{ time: { days: mon }, all: [ { time: { days: tue-fri } } ] }', 'These hours never overlap'],
    ['{ connected: true, not: { connected: true } }', 'What "not" excludes is what the rest of the rule asks for.'],
    ['{ attributes: { n: { lt: 3 } }, not: { attributes: { n: { lt: 5 } } } }', 'What "not" excludes'],
    ['{ connected: true, any: [ { connected: false }, { agent: bob } ] }', '"connected" is asked to be true and false'],
  ])('%s is an impossible condition', (when, sentence) => {
    const found = load(`version: 1\n${rule(when)}`).diagnostics;
    expect(found).toMatchObject([{ severity: 'error', code: 'policy/impossible', line: 4 }]);
    expect(found[0]?.message).toContain(sentence);
  });

  test.each([
    '{ attributes: { n: { ge: 3, lt: 5 } } }',
    '{ attributes: { n: { gt: 3, lt: 4 } } }',
    '{ attributes: { n: { eq: "a*" } } }',
    '{ attributes: { n: { ge: b, lt: ba } } }',
    '{ attributes: { n: { ne: x, exists: true } } }',
    '{ attributes: { n: "Col*" }, all: [ { attributes: { n: "*ns" } } ] }',
    '{ kind: preview, all: [ { kind: own-callback } ] }',
    '{ campaign: Renewals, all: [ { campaign: C-7 } ] }',
    '{ connected: false, endedBy: us, talked: { lt: 1s } }',
    '{ nthCall: { every: 10, ge: 3, le: 10 } }',
    '{ not: { connected: true }, any: [ { agent: a }, { agent: b } ] }',
  ])('%s is possible', (when) => {
    expect(load(`version: 1\n${rule(when)}`).diagnostics).toEqual([]);
  });

  test.each([
    [['{ connected: true }', '{ connected: true, agent: bob }'], ['"rule 1"']],
    [['{ connected: true }', '{ connected: false }', '{ agent: bob }'], ['"rule 1" and "rule 2"']],
    [['{ campaign: "Coll*" }', '{ campaign: [Collections, "Collect*"] }'], ['"rule 1"']],
    [['{ attributes: { n: { lt: 5 } } }', '{ attributes: { N: { lt: 3 } } }'], ['"rule 1"']],
    [['{ attributes: { n: { lt: 5 } } }', '{ attributes: { n: [1, 2] } }'], ['"rule 1"']],
    [
      ['{ attributes: { n: { ge: 3 } } }', '{ attributes: { n: { lt: 3 } } }', '{ attributes: { n: 1 } }'],
      ['"rule 2"'],
    ],
    [['{ any: [ { kind: preview }, { kind: regular } ] }', '{ kind: regular, chance: 5% }'], ['"rule 1"']],
    [['{ nthCall: { every: 2 } }', '{ nthCall: { every: 4 } }'], ['"rule 1"']],
    [['{ time: { days: mon-fri } }', '{ time: { days: tue, from: "09:00", to: "10:00" } }'], ['"rule 1"']],
    [['{ chance: 100% }', '{ agent: bob }'], ['"rule 1"']],
    [['{ not: { agent: bob } }', '{ agent: ann }'], ['"rule 1"']],
    [['{ not: { connected: true } }', '{ connected: false }'], ['"rule 1"']],
    [['{ connected: true, chance: 50% }', '{ connected: true }'], []],
    [['{ attributes: { n: { lt: 3 } } }', '{ attributes: { n: { lt: 5 } } }'], []],
    [['{ attributes: { n: { ne: 3 } } }', '{ attributes: { m: 1 } }'], []],
    [['{ campaign: Collections }', '{ campaign: "Coll*" }'], []],
    [['{ time: { days: mon-fri } }', '{ time: { days: mon-sat } }'], []],
    [['{ time: { days: mon, holidays: [2026-11-23] } }', '{ time: { days: mon } }'], []],
    [['{ kind: preview }', '{ kind: [preview, regular] }'], []],
    [['{ agent: "bot??1" }', '{ agent: "bot*1" }'], []],
  ] as [string[], string[]][])('of rules for %j, the last is shadowed by %j', (whens, by) => {
    const rules = whens.map((when) => `  - { when: ${when}, then: { disposition: Sold } }`).join('\n');
    const found = load(`version: 1\ntimezone: UTC\nrules:\n${rules}`).diagnostics;
    expect(found.map(({ code, line }) => [code, line])).toEqual(
      by.map(() => ['policy/unreachable-rule', 3 + whens.length]),
    );
    for (const [index, names] of by.entries())
      expect(found[index]?.message).toContain(`never gets a turn: ${names} before`);
  });

  test('a rule of which one action is shadowed is told at that action', () => {
    expect(
      problems('rules:\n  - { then: { disposition: Sold } }\n  - { then: { talk: 5s, disposition: Sold } }'),
    ).toEqual([
      'main.yaml:4:25 warning: This "disposition" never gets a turn: "rule 1" before it takes every call. Move it up, or let the earlier rule match less.',
    ]);
  });

  test.each([
    [
      '{ endedBy: us }',
      '{ talk: 5s }',
      '4:13 "endedBy" is known at the end of a call only, but "talk" is decided when it connects. Make two rules of it.',
    ],
    [
      '{ any: [ { talked: 5s } ] }',
      '{ place: true }',
      '4:22 "talked" is known at the end of a call only, but "place" is decided at its offer. Make two rules of it.',
    ],
    [
      '{ agent: bob }',
      '{ talk: 5s, hangUp: true }',
      '5:23 "hangUp" cannot stand beside "talk": a rule decides the talk of a call once.',
    ],
    [
      '{ kind: [regular, manual] }',
      '{ skip: true }',
      '4:13 "skip" is decided when a preview is offered, but this rule is for other kinds of calls.',
    ],
    ['{ chance: 0 }', '{ hangUp: true }', '4:21 warning: A chance of 0 never comes up, so this rule never matches.'],
    [
      '{ agent: bob }',
      '{ writeBack: { a: "{nwo}" } }',
      '5:29 {nwo} is nothing that can be filled in. Did you mean {now}?',
    ],
    [
      '{ talked: 5 }',
      '{ disposition: Sold }',
      '4:21 "talked" must be a duration such as 30s (at least so long), or comparisons such as { lt: 10s }, not 5.',
    ],
    ['{ nthCall: { evry: 5 } }', '{ hangUp: true }', '4:24 "evry" is not a key of "nthCall". Did you mean "every"?'],
    [
      '{ nthCall: 0 }',
      '{ hangUp: true }',
      '4:22 "nthCall" must be the number of a call, or comparisons such as { ge: 10 } or { every: 5 }, not 0.',
    ],
    ['{ endedBy: them }', '{ disposition: Sold }', '4:22 "endedBy" must be us or far-side, not "them".'],
    [
      '{ time: { days: mon-fry } }',
      '{ hangUp: true }',
      '4:27 "days" must be a day or days such as mon-fri, sat, weekdays, or a list of such, not "mon-fry". Did you mean "mon-fri"?',
    ],
    [
      '{ time: { from: "09:00", to: "09:00" } }',
      '{ hangUp: true }',
      '4:40 The window closes at 09:00, when it opens: it is never open. For the whole day leave both out; a "to" before "from" is on the next day.',
    ],
    [
      '{ time: { from: 9am } }',
      '{ hangUp: true }',
      '4:27 "from" must be a time of day such as "09:00" or "17:30", not "9am".',
    ],
    ['{ time: { form: "09:00" } }', '{ hangUp: true }', '4:21 "form" is not a key of "time". Did you mean "from"?'],
    [
      '{ time: { holidays: us } }',
      '{ hangUp: true }',
      '4:31 There is no list "us" under "lists". Add it: lists: { us: [ … ] }.',
    ],
    ['{ agent: bob }', '{ hangUp: yes }', '5:21 "hangUp" must be true, not "yes".'],
    [
      '{ agent: bob }',
      '{ writeBack: {} }',
      '5:24 "writeBack" must be columns with texts, such as { last_bot: "{agent}" }.',
    ],
    ['{ agent: bob }', '{ writeBack: { a: [1] } }', '5:29 "a" must be a text, a number, true or false, not a list.'],
    [
      '{ agent: bob }',
      '{ disposition: { Sold: 0, Nobody: 0 } }',
      '5:26 "disposition" must give at least one label a weight above 0.',
    ],
    ['{ agent: bob }', '{ disposition: { Sold: -1 } }', '5:34 "Sold" must be a weight: a number, 0 or more, not -1.'],
    ['{ agent: bob }', '{ disposition: [] }', '5:26 "disposition" must have at least 1 item.'],
  ])('when %s then %s: %s', (when, then, expected) => {
    const found = problems(rule(when, then)).map((line) => line.replace('main.yaml:', ''));
    expect(found.join('\n')).toBe(expected);
  });

  test('of lists: unused ones, and texts that look like one', () => {
    expect(
      problems(
        'lists: { vip: [a], old: [b] }\nrules: [ { when: { attributes: { seg: vip } }, then: { disposition: Sold } } ]',
      ),
    ).toEqual([
      'main.yaml:2:10 warning: Nothing refers to the list "vip". Write { list: "vip" } where its items are meant, or remove it.',
      'main.yaml:2:20 warning: Nothing refers to the list "old". Write { list: "old" } where its items are meant, or remove it.',
      'main.yaml:3:39 warning: "vip" is read as a text here, though there is a list of this name. Write { list: "vip" } to mean the list.',
    ]);
  });

  test('labels that no campaign offers, where the campaigns are known', () => {
    const campaigns = [
      { name: 'Collections', dispositions: call().dispositions },
      { name: 'Surveys', dispositions: [disposition('Asked', 'Success'), disposition('Later', 'Scheduled')] },
    ];
    const text = `version: 1
rules:
  - { when: { campaign: "Surv*" }, then: { disposition: { Asked: 1, Sold: 2, Old: 0 } } }
  - { when: { kind: preview }, then: { skip: { else: Solt }, callback: { disposition: Scheduled, in: 1h } } }
otherwise: { disposition: NOBODY }`;
    expect(loadPolicy(text, 'main.yaml', { campaigns }).diagnostics.map(told)).toEqual([
      'main.yaml:3:69 warning: Campaign "Surveys" does not offer "Sold"; calls fall back to another label.',
      'main.yaml:4:54 warning: None of the campaigns "Collections" or "Surveys" offers "Solt"; calls fall back to another label. Did you mean "Sold"?',
    ]);
    expect(loadPolicy(text, 'main.yaml').diagnostics).toEqual([]);
  });

  test('a list that is not there makes its rule no impossible one, and a huge one is refused once', () => {
    expect(
      problems(
        'rules: [ { when: { attributes: { a: { list: gone }, b: { in: gone } } }, then: { disposition: Sold } } ]',
      ),
    ).toEqual([
      'main.yaml:2:37 There is no list "gone" under "lists". Add it: lists: { gone: [ … ] }.',
      'main.yaml:2:62 There is no list "gone" under "lists". Add it: lists: { gone: [ … ] }.',
    ]);
    const items = Array.from({ length: 2_000 }, (_, i) => `v${i}`).join(',\n  ');
    const rules = Array.from({ length: 60 }, (_, i) => {
      return `  - { when: { attributes: { a: { list: big }, n: ${i} } }, then: { disposition: Sold } }`;
    });
    const found = load(`version: 1\nlists: { big: [\n  ${items} ] }\nrules:\n${rules.join('\n')}`).diagnostics;
    expect(found.map(({ code, line }) => [code, line])).toEqual([['policy/too-large', 2_003 + 51]]);
  });

  test('hours without any zone', () => {
    expect(problems('rules: [ { when: { time: { days: mon } }, then: { disposition: Sold } } ]')).toEqual([
      'main.yaml:2:20 warning: Nothing says in which zone these hours are: they are in UTC. Give the policy a "timezone".',
    ]);
  });
});

test('nothing that a policy can hold makes loading throw', () => {
  const word = fc.constantFrom(
    'rules',
    'when',
    'then',
    'lists',
    'include',
    'list',
    'any',
    'all',
    'not',
    'attributes',
    'time',
    'days',
    'kind',
    'callback',
    'skip',
    'version',
    '__proto__',
    'main.yaml',
    'mon-fri',
  );
  const leaf = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.string());
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(word, tree), (body) => {
      const { diagnostics } = load(JSON.stringify({ ...body, version: 1 }));
      expect(formatPretty(diagnostics)).not.toMatch(/undefined is not|TypeError/);
    }),
    { numRuns: 300 },
  );
});

test('a rule that is called impossible or unreachable never decides a call', () => {
  const column = fc.constantFrom('a', 'b');
  const number = fc.integer({ min: 0, max: 4 });
  const value = fc.oneof(number, fc.constantFrom('x', 'y', 'x*', '*'));
  const comparisons = fc.dictionary(fc.constantFrom('lt', 'le', 'gt', 'ge', 'eq', 'ne'), number, {
    minKeys: 1,
    maxKeys: 3,
  });
  const columnTest = fc.oneof(
    value,
    fc.array(value, { minLength: 1, maxLength: 3 }),
    comparisons,
    fc.record({ exists: fc.boolean() }),
  );
  const tests = {
    kind: fc.subarray(['regular', 'own-callback', 'manual'], { minLength: 1 }),
    agent: fc.constantFrom('bob', 'ann', 'b*', '*n', ['bob', 'ann']),
    connected: fc.boolean(),
    endedBy: fc.constantFrom('us', 'far-side'),
    talked: fc.dictionary(
      fc.constantFrom('lt', 'le', 'gt', 'ge'),
      number.map((n) => `${n}s`),
      { minKeys: 1, maxKeys: 2 },
    ),
    nthCall: fc.oneof(
      fc.integer({ min: 1, max: 4 }),
      fc.dictionary(fc.constantFrom('le', 'ge', 'every'), fc.integer({ min: 1, max: 4 }), { minKeys: 1, maxKeys: 2 }),
    ),
    attributes: fc.dictionary(column, columnTest, { minKeys: 1, maxKeys: 2 }),
    time: fc.record({
      days: fc.constantFrom('mon', 'mon-fri', 'fri-sun'),
      from: fc.constantFrom('06:00', '22:00'),
      to: fc.constantFrom('10:00', '20:00'),
    }),
  };
  // Few tests at once, most of them of columns: conditions of many seldom have to do with each other.
  const single = fc.oneof(
    { weight: 4, arbitrary: fc.record({ attributes: tests.attributes }) },
    ...Object.entries(tests).map(([key, test]) => ({
      weight: 1,
      arbitrary: fc.record({ [key]: test as fc.Arbitrary<unknown> }),
    })),
  );
  const plain = fc.oneof(
    single,
    fc.tuple(single, single).map(([one, other]) => ({ ...one, ...other })),
  );
  // No `any`: one of its alternatives may be impossible, which is told at the rule, and the rule match by another.
  const { condition } = fc.letrec<{ condition: object }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      plain,
      fc
        .tuple(plain, fc.array(tie('condition'), { minLength: 1, maxLength: 2 }))
        .map(([one, all]) => ({ ...one, all })),
      fc.tuple(plain, tie('condition')).map(([one, not]) => ({ ...one, not })),
    ),
  }));
  const cell = fc.option(fc.constantFrom('0', '1', '2', '3', '4', '2.5', '-1', 'x', 'xy', 'y'), { nil: undefined });
  const facts = fc.record({
    kind: fc.constantFrom('regular', 'own-callback', 'manual'),
    agent: fc.constantFrom('bob', 'ann', 'ben'),
    nthCall: fc.integer({ min: 1, max: 6 }),
    a: cell,
    b: cell,
    talked: fc.integer({ min: 0, max: 5 }),
    connected: fc.boolean(),
    endedBy: fc.constantFrom('us', 'far-side'),
    hour: fc.integer({ min: 0, max: 167 }),
  });
  const columns = (cells: object) =>
    Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== undefined));
  let told = 0;
  fc.assert(
    fc.property(
      fc.array(condition, { minLength: 1, maxLength: 4 }),
      fc.array(facts, { minLength: 30, maxLength: 30 }),
      (whens, calls) => {
        const rules = whens.map((when, index) => ({ name: `r${index}`, when, then: { disposition: 'Sold' } }));
        const text = JSON.stringify({ version: 1, timezone: 'UTC', rules }, null, 1);
        const found = load(text).diagnostics.filter(({ code }) => /impossible|unreachable/.test(code));
        // A complaint stands at or after the name of its rule, and before that of the next.
        const lines = text.split('\n');
        const named = found.map(
          ({ line }) => lines.slice(0, line + 1).filter((one) => one.includes('"name"')).length - 1,
        );
        const accused = new Set(named);
        told += accused.size;
        const parsed = whens.map((when) => ConditionSchema.parse(when));
        for (const { a, b, talked, hour, ...more } of calls) {
          const attributes = columns({ a, b });
          const talkedMs = more.connected ? talked * 1_000 : 0;
          const one = call({ ...more, attributes, talkedMs, now: Date.UTC(2026, 0, 5) + hour * 3_600_000 });
          const subject = { facts: one, columns: columnsOf(attributes), draws: draws(one), rule: 'r', timezone: 'UTC' };
          const winner = parsed.findIndex((when) => whyNot(when, subject) === undefined);
          if (accused.has(winner))
            expect({ winner, one, whens, found: found.map(({ message }) => message) }).toBeNull();
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(told).toBeGreaterThan(20);
});
