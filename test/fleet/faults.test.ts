import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CallEntry,
  FAULT_MENU,
  type FaultInput,
  type FaultName,
  type Ledger,
  type WorldInput,
} from '../../src/simulator/index.js';
import { type Rig, type RigOptions, startRig } from '../support/rig.js';

const POWER = { name: 'Collections', type: 'power', contacts: 400 } as const;
const PREVIEW = {
  name: 'Renewals',
  type: 'preview',
  contacts: 400,
  allowSkip: true,
  previewTimeout: '20s',
  allowAgentCallbacks: true,
} as const;

const WORLD: WorldInput = {
  version: 1,
  seed: Number(process.env.FAULT_SEED ?? 5),
  users: [
    { names: 'bot{1..4}', password: 'demo' },
    { names: 'vip{1..2}', password: 'demo', logonCampaign: true },
  ],
  campaigns: [PREVIEW, POWER],
  dialling: {
    ring: { uniform: { min: '500ms', max: '3s' } },
    outcomes: { answer: 70, noAnswer: 15, busy: 5, machine: 10 },
    farSideHangsUpAfter: { exponential: { mean: '8s' } },
  },
};

const POLICY = `version: 1
talk: { uniform: { min: 1s, max: 10s } }
wrapUp: { uniform: { min: 0s, max: 2s } }
preview: { think: { uniform: { min: 0s, max: 5s } }, ringFor: 10s }
breaks: { afterCalls: 4, for: 15s }
rules:
  - { name: skip, when: { kind: preview, chance: 20% }, then: { skip: true } }
  - { name: again, when: { connected: true, chance: 20% }, then: { callback: { in: 30s, owner: self } } }
otherwise: { disposition: { Success: 1, "No Answer": 2 } }
`;

interface Story {
  /** Faults; struck from the start. */
  readonly faults: readonly FaultInput[];
  readonly world?: Partial<WorldInput>;
  readonly rig?: Partial<RigOptions>;
  readonly forMs?: number;
  /** Results beside `accepted` that the fault may bring about. */
  readonly mayAlso?: readonly ('void' | 'unknown')[];
  /** Messages are lost for good, so a pop may never arrive. */
  readonly losesPops?: true;
  /** Strikes on the event stream only. */
  readonly streamOnly?: true;
  readonly expect?: (rig: Rig, ledger: Ledger) => void;
}

const dispositions = { on: 'disposition' } as const;

/** One story for each fault of the menu: what the agent is expected to do in it, beside what holds in every one. */
const STORIES: Readonly<Record<FaultName, Story>> = {
  'dropped-request': {
    faults: [
      { fault: 'dropped-request', ...dispositions, every: 3 },
      { fault: 'dropped-request', rate: '3%' },
    ],
  },
  'connection-reset': {
    faults: [
      { fault: 'connection-reset', ...dispositions, every: 3 },
      { fault: 'connection-reset', rate: '3%' },
    ],
  },
  'lost-response': {
    faults: [
      { fault: 'lost-response', on: ['disposition', 'place-preview-call'], every: 3 },
      { fault: 'lost-response', rate: '3%' },
    ],
    mayAlso: ['unknown'],
  },
  'cut-answer': {
    faults: [
      { fault: 'cut-answer', ...dispositions, every: 2 },
      { fault: 'cut-answer', rate: '3%' },
    ],
    mayAlso: ['unknown'],
  },
  'server-error': {
    faults: [
      { fault: 'server-error', status: 500, at: '20s', for: '8s', again: '60s' },
      { fault: 'server-error', ...dispositions, every: 3 },
    ],
  },
  'html-error': {
    faults: [
      { fault: 'html-error', ...dispositions, every: 2 },
      { fault: 'html-error', on: 'messages', at: '20s', for: '5s' },
    ],
  },
  'too-many-requests': { faults: [{ fault: 'too-many-requests', retryAfter: '3s', on: 'all', rate: '5%' }] },
  'slow-answer': { faults: [{ fault: 'slow-answer', delay: '3s', rate: '20%' }] },
  'slow-request': { faults: [{ fault: 'slow-request', on: 'commands', rate: '30%' }], mayAlso: ['unknown'] },
  hang: {
    faults: [
      { fault: 'hang', ...dispositions, every: 4 },
      { fault: 'hang', acts: true, on: 'disposition', every: 5 },
      { fault: 'hang', on: 'messages', rate: '2%' },
    ],
    mayAlso: ['unknown'],
  },
  'expired-session': {
    faults: [
      { fault: 'expired-session', ...dispositions, every: 4 },
      { fault: 'expired-session', rate: '1%' },
    ],
    expect: (rig) => expect(rig.facts('session.lost').length).toBeGreaterThan(0),
  },
  'no-new-sessions': {
    faults: [{ fault: 'no-new-sessions', for: '20s' }],
    rig: { firstConnectMs: null },
    expect: (_rig, ledger) => expect(ledger.sessions.opened).toBe(4),
  },
  'lost-message': { faults: [{ fault: 'lost-message', on: ['completed', 'status', 'queue', 'break'], rate: '10%' }] },
  'slow-message': { faults: [{ fault: 'slow-message', delay: '1500ms', rate: '20%' }], mayAlso: ['void'] },
  'duplicate-message': {
    faults: [
      { fault: 'duplicate-message', rate: '50%' },
      { fault: 'duplicate-message', on: 'pop', after: '3s' },
    ],
  },
  'reordered-message': { faults: [{ fault: 'reordered-message', rate: '30%' }], mayAlso: ['void'] },
  'cut-stream': {
    faults: [{ fault: 'cut-stream', rate: '5%' }],
    streamOnly: true,
    expect: (rig) => expect(rig.facts('session.lost')).toEqual([]),
  },
  'torn-stream': {
    faults: [{ fault: 'torn-stream', on: ['status', 'queue', 'completed'], rate: '5%' }],
    streamOnly: true,
  },
  'silent-stream': {
    faults: [{ fault: 'silent-stream', on: ['status', 'queue'], rate: '2%' }],
    streamOnly: true,
    losesPops: true,
    mayAlso: ['void', 'unknown'],
  },
  'split-stream': {
    faults: [{ fault: 'split-stream' }],
    streamOnly: true,
    expect: (rig) => expect(rig.facts('reconnect')).toEqual([]),
  },
  'unknown-message': { faults: [{ fault: 'unknown-message' }] },
  'unknown-field': { faults: [{ fault: 'unknown-field' }] },
  'unknown-enum': {
    faults: [{ fault: 'unknown-enum' }],
    expect: (rig) => expect(rig.facts('break.granted').length).toBeGreaterThan(0),
  },
  'lost-sessions': { faults: [{ fault: 'lost-sessions', at: '15s', again: '20s', agents: 2, told: false }] },
  'half-open': {
    faults: [{ fault: 'half-open', at: '30s', for: '60s' }],
    forMs: 200_000,
    losesPops: true,
    mayAlso: ['void', 'unknown'],
  },
  switchover: {
    faults: [{ fault: 'switchover', at: '30s', again: '70s', gap: '3s' }],
    world: { alternateHost: '127.0.0.2' },
    rig: { alternates: ['127.0.0.2'] },
    expect: (rig, ledger) => {
      expect(new Set(rig.facts('session.opened').map(({ host }) => host))).toEqual(
        new Set(['127.0.0.1:8018', '127.0.0.2']),
      );
      expect(ledger.sessions.opened).toBeGreaterThanOrEqual(8);
    },
  },
  'dialer-link-down': { faults: [{ fault: 'dialer-link-down', at: '20s', for: '6s', again: '45s' }] },
  'unasked-break': {
    faults: [{ fault: 'unasked-break', at: '20s', for: '10s', again: '30s' }],
    expect: (_rig, ledger) => expect(ledger.faults['unasked-break']).toBeGreaterThan(1),
  },
  'late-pop': {
    faults: [
      { fault: 'late-pop', after: 'break', every: 1, delay: '2s' },
      { fault: 'late-pop', after: 'log-off', delay: '100ms' },
      { fault: 'slow-answer', on: 'set-status', delay: '800ms' },
    ],
  },
  'auto-logout': { faults: [{ fault: 'auto-logout', at: '20s', for: '5s', again: '40s' }] },
  'campaign-withdrawn': {
    faults: [{ fault: 'campaign-withdrawn', campaign: 'Ren*', at: '20s', for: '15s', again: '60s' }],
  },
  'clock-skew': {
    faults: [{ fault: 'clock-skew', by: '-90s' }],
    rig: { policy: POLICY.replace('max: 5s', 'max: 25s') },
    expect: (_rig, ledger) => expect(ledger.calls.filter(({ outcome }) => outcome === 'withdrawn')).toEqual([]),
  },
};

const NAMES = Object.keys(FAULT_MENU) as FaultName[];

describe.each(['stream', 'poll'] as const)('a fleet by %s', (messaging) => {
  const names = NAMES.filter((name) => messaging === 'stream' || !STORIES[name].streamOnly);
  test.each(names)(
    '%s',
    async (name) => {
      const story = STORIES[name];
      const rig = startRig({
        world: { ...WORLD, ...story.world, faults: [...story.faults] },
        users: ['bot1', 'bot2', 'bot3', 'vip1'],
        policy: POLICY,
        messaging,
        ...story.rig,
      });
      await rig.clock.advance(story.forMs ?? 120_000);
      for (const { id, spec } of rig.simulator.injections.list())
        if (spec.fault !== 'late-pop') rig.simulator.injections.lift(id);
      const { end, ledger } = await rig.finish();
      expect(wrongCalls(rig, ledger, story)).toEqual([]);
      expect(ledger.violations).toEqual([]);
      expect(ledger.faults[name]).toBeGreaterThan(0);
      expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
      expect(ledger.dispositions).toBeGreaterThan(8);
      story.expect?.(rig, ledger);
      expect(rig.clock.pending).toBe(0);
    },
    30_000,
  );
});

/** Calls whose end in the worker's records is not what the ledger bears out; none in any story. */
function wrongCalls(rig: Rig, ledger: Ledger, { mayAlso = [], losesPops }: Story): object[] {
  const told = new Map<string, string[]>();
  for (const { call, result } of rig.facts('call.closed')) {
    told.set(call.interactionId, [...(told.get(call.interactionId) ?? []), result]);
  }
  const isRight = ({ interactionId, dispositions, outcome }: CallEntry): boolean => {
    const results = told.get(interactionId) ?? [];
    const [result] = results;
    const wasRead = rig.facts('pop').some(({ call }) => call.interactionId === interactionId);
    if (dispositions.length > 1 || results.length > 1) return false;
    // What Dialer took for this call was meant for it, and for no other.
    const meant = rig.facts('intent').filter(({ call }) => call?.interactionId === interactionId);
    if (dispositions.some(({ label }) => !meant.some((intent) => intent.label === label))) return false;
    if (dispositions.length === 1)
      return result === 'accepted' || (result === 'unknown' && mayAlso.includes('unknown'));
    // A pop that died with its session was never handed to the worker; Dialer keeps the call open for a while.
    if (result === undefined) return losesPops === true || (/^(withdrawn|ambiguous|open)/.test(outcome) && !wasRead);
    return result === 'void' || result === 'unknown';
  };
  return ledger.calls
    .filter((call) => !isRight(call))
    .map((call) => ({
      ...call,
      worker: rig.facts('call.closed').filter((fact) => fact.call.interactionId === call.interactionId),
    }));
}

describe('a call whose session is lost', () => {
  const losing = (keepLostCalls: string, messaging: 'stream' | 'poll'): Rig =>
    startRig({
      world: { ...WORLD, keepLostCalls, faults: [{ fault: 'lost-sessions', at: '10s', again: '13s', agents: 3 }] },
      users: ['bot1', 'bot2', 'bot3', 'vip1'],
      policy: POLICY,
      messaging,
    });
  const endings = (rig: Rig) => new Set(rig.facts('call.closed').map(({ result }) => result));

  test.each(['stream', 'poll'] as const)(
    'goes on after the return while Dialer keeps it (by %s)',
    async (messaging) => {
      const rig = losing('30s', messaging);
      await rig.clock.advance(150_000);
      const { ledger } = await rig.finish();
      expect(wrongCalls(rig, ledger, { faults: [] })).toEqual([]);
      expect(endings(rig)).toEqual(new Set(['accepted']));
      expect(ledger.repops).toBeGreaterThan(2);
      expect(ledger.violations).toEqual([]);
    },
  );

  test.each(['stream', 'poll'] as const)('is void or unknown where Dialer keeps nothing (by %s)', async (messaging) => {
    const rig = losing('0s', messaging);
    await rig.clock.advance(150_000);
    const { ledger } = await rig.finish();
    const broken = ledger.calls.filter(({ wrapUp }) => wrapUp === 'Ambiguous - Agent Connection Broken');
    expect(broken.length).toBeGreaterThan(3);
    expect(wrongCalls(rig, ledger, { faults: [] })).toEqual([]);
    for (const { interactionId } of broken) {
      const ends = rig.facts('call.closed').filter(({ call }) => call.interactionId === interactionId);
      expect(ends.length).toBeLessThanOrEqual(1);
      for (const { result } of ends) expect(['void', 'unknown']).toContain(result);
    }
    expect(ledger.violations).toEqual([]);
  });
});

/** Faults after which the truth is knowable, or known to be unknowable: any mixture of them may come. */
const MIXABLE = NAMES.filter((name) => name !== 'half-open' && name !== 'silent-stream' && name !== 'no-new-sessions');

test('a mixture of faults: no call ends twice, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.constantFrom(...MIXABLE), { minLength: 2, maxLength: 6 }),
      fc.constantFrom('stream' as const, 'poll' as const),
      fc.integer({ min: 1, max: 100_000 }),
      async (names, messaging, seed) => {
        const rig = startRig({
          world: {
            ...WORLD,
            seed,
            alternateHost: '127.0.0.2',
            faults: names.flatMap((name) => [...STORIES[name].faults]),
          },
          users: ['bot1', 'bot2', 'bot3', 'vip1'],
          policy: POLICY,
          messaging,
          alternates: ['127.0.0.2'],
          firstConnectMs: null,
        });
        await rig.clock.advance(180_000);
        for (const { id } of rig.simulator.injections.list()) rig.simulator.injections.lift(id);
        const { ledger } = await rig.finish();
        expect(wrongCalls(rig, ledger, { faults: [], mayAlso: ['unknown'] })).toEqual([]);
        expect(ledger.violations).toEqual([]);
        expect(rig.clock.pending).toBe(0);
      },
    ),
    { numRuns: Number(process.env.MIXTURES ?? 8), seed: Number(process.env.MIXTURE_SEED ?? 20_261_122) },
  );
}, 120_000);
