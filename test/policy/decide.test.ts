import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPretty } from '../../src/base/diagnostic.js';
import { seededRandom } from '../../src/base/random.js';
import {
  type CallFacts,
  callKind,
  callKinds,
  decideConnect,
  decideEnd,
  decideOffer,
  defaultPolicy,
  drawsOfCall,
  loadPolicy,
  type OfferedDisposition,
  type Policy,
} from '../../src/policy/index.js';

const offered = (
  label: string,
  wrapUpCategory: string,
  more: Partial<OfferedDisposition> = {},
): OfferedDisposition => ({
  label,
  wrapUpCategory,
  wrapUpCode: label.toUpperCase(),
  abandon: false,
  ...more,
});

const USUAL = [
  offered('Sold', 'Success', { wrapUpCode: 'S1' }),
  offered('Callback', 'Scheduled', { wrapUpCode: 'CB' }),
  offered('Gone', 'Deleted'),
  offered('Abandoned', 'No Answer', { abandon: true }),
  offered('Nobody', 'No Answer', { wrapUpCode: 'NA' }),
  offered('Tape', 'Machine'),
];

const call = (more: Partial<CallFacts> = {}): CallFacts => ({
  campaign: { id: 'C-1', name: 'Collections North' },
  kind: 'regular',
  agent: 'bot001',
  nthCall: 1,
  attributes: {},
  dispositions: USUAL,
  allowSkip: true,
  allowAgentCallbacks: true,
  connected: true,
  now: Date.UTC(2026, 10, 22, 15),
  ...more,
});

function policy(body: string): Policy {
  const loaded = loadPolicy(`version: 1\n${body}`, 'config/test.yaml');
  if (!loaded.policy) throw new Error(formatPretty(loaded.diagnostics));
  return loaded.policy;
}

const random = seededRandom(7);
const drawsOf = ({ agent, nthCall }: CallFacts) => drawsOfCall(random, agent, nthCall);
const end = (one: Policy, facts = call()) => decideEnd(one, facts, drawsOf(facts));
const offer = (one: Policy, facts = call({ kind: 'preview' })) => decideOffer(one, facts, drawsOf(facts));
const matches = (when: string, facts: CallFacts): boolean =>
  end(policy(`rules: [ { name: it, when: ${when}, then: { disposition: Sold } } ]`), facts).rule === 'it';

describe('kinds of calls', () => {
  test.each([
    ['urn:inin.com:dialer:previewPop', 0, ['preview']],
    ['urn:inin.com:dialer:previewPop', 1, ['preview', 'own-callback']],
    ['previewPop', undefined, ['preview']],
    ['urn:inin.com:dialer:dataPop', 2, ['regular']],
    ['urn:inin.com:dialer:dataPop', 3, ['own-callback']],
    ['dataPop', 4, ['agentless']],
    ['dataPop', 5, ['precise']],
    ['dataPop', 6, ['manual']],
    ['dataPop', 99, ['regular']],
    ['dataPop', undefined, ['regular']],
  ] as const)('%s with dialingMode %p is %j', (pop, mode, kinds) => {
    expect(callKinds(pop, mode)).toEqual(kinds);
    expect(callKind(pop, mode)).toBe(kinds[0]);
  });
});

describe('conditions', () => {
  test.each<[string, Partial<CallFacts>, boolean]>([
    ['{ campaign: C-1 }', {}, true],
    ['{ campaign: collections north }', {}, true],
    ['{ campaign: "Coll*" }', {}, true],
    ['{ campaign: [Renewals, "*South"] }', {}, false],
    ['{ kind: regular }', {}, true],
    ['{ kind: [preview, own-callback] }', {}, false],
    ['{ kind: own-callback }', { kind: 'preview', kinds: ['preview', 'own-callback'] }, true],
    ['{ agent: "bot*" }', {}, true],
    ['{ agent: [bob, bot002] }', {}, false],
    ['{ connected: true }', {}, true],
    ['{ connected: false }', { connected: false }, true],
    ['{ connected: false }', {}, false],
    ['{ attributes: { DNC: Y } }', { attributes: { dnc: 'Y' } }, true],
    ['{ attributes: { dnc: Y } }', { attributes: { is_attr_DNC: 'Y' } }, true],
    ['{ attributes: { IS_ATTR_dnc: Y } }', { attributes: { DNC: 'Y' } }, true],
    ['{ attributes: { DNC: Y } }', {}, false],
    ['{ attributes: { DNC: Y } }', { attributes: { DNC: 'N' } }, false],
    ['{ attributes: { x: 1 } }', { attributes: { x: '1', is_attr_x: '2' } }, true],
    ['{ attributes: { city: "new*" } }', { attributes: { city: 'New York' } }, true],
    ['{ attributes: { city: [Bonn, "new*"] } }', { attributes: { city: 'New York' } }, true],
    ['{ attributes: { n: 3 } }', { attributes: { n: '3.0' } }, true],
    ['{ attributes: { n: { lt: 3 } } }', { attributes: { n: '10' } }, false],
    ['{ attributes: { n: { lt: 10 } } }', { attributes: { n: '9' } }, true],
    ['{ attributes: { n: { le: 9, ge: 9 } } }', { attributes: { n: '9' } }, true],
    ['{ attributes: { n: { gt: 9 } } }', { attributes: { n: '9' } }, false],
    ['{ attributes: { n: { gt: b } } }', { attributes: { n: 'c' } }, true],
    ['{ attributes: { n: { lt: 3 } } }', {}, false],
    ['{ attributes: { n: { eq: "a*" } } }', { attributes: { n: 'abc' } }, false],
    ['{ attributes: { n: { in: [1, 2] } } }', { attributes: { n: '2' } }, true],
    ['{ attributes: { n: { in: [1, 2] } } }', { attributes: { n: '3' } }, false],
    ['{ attributes: { n: { ne: Y } } }', {}, true],
    ['{ attributes: { n: { ne: Y, exists: true } } }', {}, false],
    ['{ attributes: { n: { exists: false } } }', {}, true],
    ['{ attributes: { n: { exists: true } } }', { attributes: { N: '' } }, true],
    ['{ attributes: { n: true } }', { attributes: { n: 'true' } }, true],
    ['{ attributes: { phone: "12345678901234567890" } }', { attributes: { phone: '12345678901234567891' } }, false],
    ['{ all: [ { kind: regular }, { agent: bob } ] }', {}, false],
    ['{ any: [ { kind: preview }, { agent: bot001 } ] }', {}, true],
    ['{ any: [ { kind: preview }, { agent: bob } ] }', {}, false],
    ['{ not: { agent: bob } }', {}, true],
    ['{ not: { any: [ { agent: bob }, { not: { kind: preview } } ] } }', {}, false],
    ['{ chance: 100% }', {}, true],
    ['{ chance: 0 }', {}, false],
    ['{}', {}, true],
  ])('%s holds for %j: %p', (when, facts, expected) => {
    expect(matches(when, call(facts))).toBe(expected);
  });

  test('a chance comes up as often as it says, and is the same at every point of one call', () => {
    const one = policy(
      'rules: [ { name: r, when: { chance: 20% }, then: { skip: true, disposition: Sold } } ]\notherwise: { disposition: Nobody }',
    );
    let hits = 0;
    for (let nthCall = 1; nthCall <= 5_000; nthCall++) {
      const facts = call({ kind: 'preview', nthCall });
      const skipped = offer(one, facts).action === 'skip';
      expect(end(one, facts).rule === 'r').toBe(skipped);
      if (skipped) hits++;
    }
    expect(Math.abs(hits / 5_000 - 0.2)).toBeLessThan(0.02);
  });
});

describe('the offer of a preview', () => {
  const skipping = policy(
    'preview: { think: 2s, ringFor: 20s }\nrules: [ { name: s, when: { kind: preview }, then: { skip: { else: Sold } } } ]',
  );

  test('is placed unless a rule skips it', () => {
    expect(offer(policy('preview: { think: 2s, ringFor: 20s }'))).toEqual({
      point: 'offer',
      action: 'place',
      thinkMs: 2_000,
      ringForMs: 20_000,
      rule: null,
    });
  });

  test('a rule that places stops later rules that would skip', () => {
    const one = policy(
      'rules: [ { name: p, when: { agent: bot001 }, then: { place: true } }, { name: s, then: { skip: true } } ]',
    );
    expect(offer(one)).toMatchObject({ action: 'place', rule: 'p' });
    expect(offer(one, call({ kind: 'preview', agent: 'bot002' }))).toMatchObject({ action: 'skip', rule: 's' });
  });

  test('is skipped where the campaign allows it', () => {
    expect(offer(skipping)).toEqual({ point: 'offer', action: 'skip', thinkMs: 2_000, rule: 's' });
  });

  test('is dispositioned unplaced where skipping is forbidden, by else or otherwise (design §4.1 rule 4)', () => {
    const forbidden = call({ kind: 'preview', allowSkip: false });
    expect(offer(skipping, forbidden)).toMatchObject({ instead: { label: 'Sold', alternatives: ['Nobody', 'Tape'] } });
    const byOtherwise = policy('rules: [ { then: { skip: true } } ]\notherwise: { disposition: Tape }');
    expect(offer(byOtherwise, forbidden)).toMatchObject({ instead: { label: 'Tape', alternatives: ['Nobody'] } });
    const nothing = offer(skipping, { ...forbidden, dispositions: [] });
    expect(nothing).toMatchObject({ instead: { label: null, alternatives: [], fellBack: 'no-acceptable-label' } });
  });

  test('is skipped before the preview times out', () => {
    expect(offer(skipping, call({ kind: 'preview', previewTimeoutMs: 2_500 })).thinkMs).toBe(1_500);
    expect(offer(skipping, call({ kind: 'preview', previewTimeoutMs: 500 })).thinkMs).toBe(0);
  });
});

describe('the connect', () => {
  test('talks as long as the policy says', () => {
    const facts = call();
    expect(decideConnect(policy('talk: 30s'), facts, drawsOf(facts))).toEqual({
      point: 'connect',
      action: 'talk',
      talkMs: 30_000,
      rule: null,
    });
  });
});

describe('the end of a call', () => {
  const by = (wanted: string, facts = call(), otherwise = '') => {
    const { label, alternatives, fellBack } = end(
      policy(`rules: [ { then: { disposition: ${wanted} } } ]\n${otherwise}`),
      facts,
    );
    return { label, alternatives, fellBack };
  };

  test('takes the label, else the wrap-up code, else the category', () => {
    expect(by('Sold').label).toBe('Sold');
    expect(by('sold').label).toBe('Sold');
    expect(by('NA').label).toBe('Nobody');
    expect(by('Machine').label).toBe('Tape');
    expect(by('No Answer').label).toBe('Nobody');
    const names = [offered('A', 'X', { wrapUpCode: 'B' }), offered('B', 'Y')];
    expect(by('B', call({ dispositions: names })).label).toBe('B');
  });

  test('falls back along otherwise, then the harmless categories in their order, and says so', () => {
    expect(by('Nope', call(), 'otherwise: { disposition: Sold }')).toEqual({
      label: 'Sold',
      alternatives: ['Nobody', 'Tape'],
      fellBack: 'label-not-offered',
    });
    expect(by('Nope')).toEqual({ label: 'Nobody', alternatives: ['Tape'], fellBack: 'label-not-offered' });
    const odd = [offered('F', 'Failure'), offered('B', 'Busy'), offered('T', 'Machine')];
    expect(by('Nope', call({ dispositions: odd }))).toMatchObject({ label: 'T', alternatives: ['B', 'F'] });
  });

  test('never falls back on Success, Scheduled, Deleted or an abandoned one: then there is no label (rule 6)', () => {
    const dispositions = USUAL.slice(0, 4);
    expect(by('Nope', call({ dispositions }))).toEqual({
      label: null,
      alternatives: [],
      fellBack: 'no-acceptable-label',
    });
    expect(by('Nope', call({ dispositions }), 'otherwise: { disposition: Callback }').label).toBeNull();
  });

  test('without a matching rule is otherwise, else the first harmless one', () => {
    expect(end(policy('otherwise: { disposition: Tape }'))).toMatchObject({ label: 'Tape', rule: null });
    expect(end(policy('talk: 1s'))).toMatchObject({ label: 'Nobody', rule: null });
    expect(end(policy('talk: 1s')).fellBack).toBeUndefined();
  });

  test('draws weighted labels in their shares', () => {
    const one = policy('rules: [ { then: { disposition: { Sold: 30, Nobody: 50, Tape: 20, Gone: 0 } } } ]');
    const counts = new Map<string | null, number>();
    for (let nthCall = 1; nthCall <= 10_000; nthCall++) {
      const { label } = end(one, call({ nthCall }));
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    expect(counts.get('Gone')).toBeUndefined();
    for (const [label, share] of [
      ['Sold', 0.3],
      ['Nobody', 0.5],
      ['Tape', 0.2],
    ] as const) {
      expect(Math.abs(counts.get(label)! / 10_000 - share)).toBeLessThan(0.02);
    }
  });
});

describe('a callback', () => {
  const again = (callback: string, facts = call()) =>
    end(policy(`rules: [ { name: again, then: { callback: ${callback} } } ]`), facts);

  test('carries time and owner', () => {
    expect(again('{ disposition: CB, in: 2h, owner: self }')).toMatchObject({
      action: 'callback',
      label: 'Callback',
      alternatives: ['Nobody', 'Tape'],
      scheduledTime: Date.UTC(2026, 10, 22, 17) / 1_000,
      scheduledAgent: 'bot001',
      owner: 'self',
      rule: 'again',
    });
    expect(again('{ in: 500ms }')).toMatchObject({ label: 'Callback', owner: 'anyone', scheduledTime: 1_795_359_601 });
    expect(again('{ in: 1h, owner: maria }')).toMatchObject({ scheduledAgent: 'maria', owner: 'other' });
    expect(again('{ in: 1h }')).not.toHaveProperty('scheduledAgent');
  });

  test('goes to anyone where the pop allows no owner, and says so', () => {
    const decision = again('{ in: 1h, owner: self }', call({ allowAgentCallbacks: false }));
    expect(decision).toMatchObject({ action: 'callback', owner: 'anyone', fellBack: 'owner-not-allowed' });
    expect(decision).not.toHaveProperty('scheduledAgent');
  });

  test('becomes a plain fallback where its disposition is not of category Scheduled, and says so', () => {
    const plain = again('{ disposition: Sold, in: 1h, owner: self }');
    expect(plain).toMatchObject({ action: 'disposition', label: 'Nobody', fellBack: 'callback-not-scheduled' });
    expect(plain).not.toHaveProperty('scheduledTime');
    expect(again('{ disposition: Nope, in: 1h }').fellBack).toBe('label-not-offered');
    const none = call({ dispositions: USUAL.filter((one) => one.wrapUpCategory !== 'Scheduled') });
    expect(again('{ in: 1h }', none)).toMatchObject({ action: 'disposition', label: 'Nobody' });
  });

  test('prefers the Scheduled one where a code fits several', () => {
    const dispositions = [offered('A', 'Success', { wrapUpCode: 'X' }), offered('B', 'Scheduled', { wrapUpCode: 'X' })];
    expect(again('{ disposition: X, in: 1h }', call({ dispositions })).label).toBe('B');
  });
});

describe('the built-in policy', () => {
  test('ends connected calls with Success where it is offered, all others with No Answer', () => {
    expect(end(defaultPolicy())).toMatchObject({ label: 'Sold', rule: 'reached' });
    expect(end(defaultPolicy(), call({ connected: false }))).toMatchObject({ label: 'Nobody', rule: null });
  });
});

describe('for all policies and calls', () => {
  const word = fc.constantFrom(
    'Sold',
    'Callback',
    'Nobody',
    'Scheduled',
    'Success',
    'No Answer',
    'Busy',
    'Deleted',
    'x',
    '',
  );
  const disposition = fc.record({ label: word, wrapUpCategory: word, wrapUpCode: word, abandon: fc.boolean() });
  const facts: fc.Arbitrary<CallFacts> = fc
    .record({
      kind: fc.constantFrom('preview', 'regular', 'own-callback'),
      agent: fc.string(),
      nthCall: fc.nat(),
      attributes: fc.dictionary(fc.string(), fc.string()),
      dispositions: fc.array(disposition, { maxLength: 6 }),
      allowSkip: fc.boolean(),
      allowAgentCallbacks: fc.boolean(),
      connected: fc.boolean(),
    })
    .map((odd) => call(odd as Partial<CallFacts>));
  const label = fc.constantFrom('Sold', 'Callback', 'Nobody', 'No Answer', 'Busy', 'Nope');
  const rule = fc.oneof(
    label.map((text) => `{ when: { chance: 50% }, then: { disposition: ${text} } }`),
    label.map(
      (text) => `{ when: { connected: true }, then: { callback: { disposition: ${text}, in: 1h, owner: self } } }`,
    ),
    label.map((text) => `{ when: { kind: preview }, then: { skip: { else: ${text} } } }`),
    fc.constant('{ then: { callback: { in: 1m } } }'),
  );
  const policies = fc
    .tuple(fc.array(rule, { maxLength: 4 }), fc.option(label))
    .map(([rules, otherwise]) =>
      policy(`rules: [${rules.join(', ')}]\n${otherwise ? `otherwise: { disposition: ${otherwise} }` : ''}`),
    );

  test('a label is one that the pop offers, or null; a fallback is a harmless one or what otherwise asks for', () => {
    fc.assert(
      fc.property(policies, facts, (one, odd) => {
        const labels = odd.dispositions.map((entry) => entry.label);
        const decision = end(one, odd);
        for (const text of [decision.label, ...decision.alternatives])
          if (text !== null) expect(labels).toContain(text);
        expect(decision.alternatives).not.toContain(decision.label);
        const fellBack = decision.fellBack === 'label-not-offered' || decision.fellBack === 'callback-not-scheduled';
        const fallbacks =
          fellBack && !one.otherwise ? [decision.label, ...decision.alternatives] : decision.alternatives;
        for (const text of one.otherwise ? [] : fallbacks) {
          const entries = odd.dispositions.filter((entry) => entry.label === text).slice(0, 1);
          const harmless = ['No Answer', 'Machine', 'Busy', 'Failure'];
          expect(entries.some((entry) => harmless.includes(entry.wrapUpCategory) && !entry.abandon)).toBe(true);
        }
        if (decision.action === 'callback') {
          const chosen = odd.dispositions.find((entry) => entry.label === decision.label);
          expect(chosen?.wrapUpCategory).toBe('Scheduled');
          expect(decision.scheduledAgent === undefined || odd.allowAgentCallbacks).toBe(true);
        } else {
          expect(decision).not.toHaveProperty('scheduledTime');
        }
        const instead = decideOffer(one, odd, drawsOf(odd));
        if (instead.action === 'skip') expect(instead.instead === undefined).toBe(odd.allowSkip);
      }),
      { numRuns: 400 },
    );
  });

  test('the same inputs give the same decision, and no decision shifts another', () => {
    fc.assert(
      fc.property(policies, facts, (one, odd) => {
        const first = decideEnd(one, odd, drawsOf(odd));
        decideOffer(one, odd, drawsOf(odd));
        decideConnect(one, odd, drawsOf(odd));
        expect(decideEnd(one, odd, drawsOf(odd))).toEqual(first);
      }),
      { numRuns: 100 },
    );
  });
});

describe('named lists', () => {
  test('stand where a list of values may stand', () => {
    const one = policy(`
lists: { vip: [gold, "plat*"], ours: ["Coll*"], results: { Sold: 1, Nobody: 0 } }
rules:
  - { name: it, when: { campaign: { list: ours }, attributes: { seg: { list: vip }, n: { in: vip } } }, then: { disposition: { list: results } } }
`);
    expect(end(one, call({ attributes: { seg: 'Platinum', n: 'gold' } }))).toMatchObject({ rule: 'it', label: 'Sold' });
    expect(end(one, call({ attributes: { seg: 'tin', n: 'gold' } })).rule).toBeNull();
  });

  test('of US federal holidays need not be written: us-2026, and the weekday on which one is observed', () => {
    const hours = (holidays: string, lists = '') =>
      loadPolicy(
        `version: 1\ntimezone: UTC\n${lists}rules: [ { name: open, when: { time: { holidays: ${holidays} } }, then: { disposition: Sold } } ]`,
        'p.yaml',
      );
    const opens = (holidays: string, day: string) => {
      const { policy: one, diagnostics } = hours(holidays);
      expect(diagnostics).toEqual([]);
      return end(one as Policy, call({ now: Date.parse(`${day}T12:00:00Z`) })).rule === 'open';
    };
    const closed = [
      '01-01',
      '01-19',
      '02-16',
      '05-25',
      '06-19',
      '07-03',
      '07-04',
      '09-07',
      '10-12',
      '11-11',
      '11-26',
      '12-25',
    ];
    for (const day of closed) expect(opens('us-2026', `2026-${day}`)).toBe(false);
    for (const day of ['01-02', '05-18', '07-06', '11-19', '12-24']) expect(opens('us-2026', `2026-${day}`)).toBe(true);
    expect(opens('[us-2027, 2026-12-24]', '2026-12-24')).toBe(false);
    expect(opens('[us-2027, 2026-12-24]', '2027-12-24')).toBe(false);
    const slip = hours('us-2025', 'lists: { us-2026: [2026-12-25] }\n').diagnostics;
    expect(slip).toMatchObject([{ code: 'policy/unknown-list', suggestion: 'Did you mean "us-2026"?' }]);
  });

  test('that nobody wrote are told with what was probably meant', () => {
    const { diagnostics } = loadPolicy(
      'version: 1\nlists: { vip: [a] }\nrules: [ { when: { agent: { list: vpi } }, then: { disposition: Sold } } ]',
      'p.yaml',
    );
    expect(diagnostics).toMatchObject([
      { code: 'policy/unknown-list', line: 3, column: 27, suggestion: 'Did you mean "vip"?' },
    ]);
  });
});
