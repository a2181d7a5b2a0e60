import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RequestView, WorldInput } from '../../src/simulator/index.js';
import { startRig } from '../support/rig.js';
import { operation, struck } from '../support/struck.js';

const WORLD: WorldInput = {
  version: 1,
  users: [
    { names: 'bot{1..4}', password: 'demo' },
    { names: 'vip{1..2}', password: 'demo', logonCampaign: true },
  ],
  campaigns: [
    {
      name: 'Renewals',
      type: 'preview',
      contacts: 400,
      allowSkip: true,
      previewTimeout: '20s',
      allowAgentCallbacks: true,
    },
    { name: 'Collections', type: 'power', contacts: 400 },
  ],
  dialling: {
    ring: { uniform: { min: '500ms', max: '4s' } },
    outcomes: { answer: 70, noAnswer: 15, busy: 5, machine: 10 },
    farSideHangsUpAfter: { exponential: { mean: '8s' } },
  },
};

const POLICY = `version: 1
talk: { uniform: { min: 1s, max: 20s } }
wrapUp: { uniform: { min: 0s, max: 3s } }
preview: { think: { uniform: { min: 0s, max: 25s } }, ringFor: 6s }
breaks: { afterCalls: 4, for: 20s }
rules:
  - { name: skip, when: { kind: preview, chance: 20% }, then: { skip: true } }
  - { name: again, when: { connected: true, chance: 20% }, then: { callback: { in: 30s, owner: self } } }
otherwise: { disposition: { Success: 1, "No Answer": 2 } }
`;

/** Troubles that lose no message for good: after them the truth can always be known, or the record says that it cannot. */
const troubles = {
  'lost answers to dispositions': (every: number) =>
    struck('lost-response:on=all', { when: operation('POST dialer/disposition'), every }),
  'lost answers to placing': (every: number) =>
    struck('lost-response:on=all', { when: operation('POST dialer/place-preview-call'), every }),
  'lost answers to anything': (every: number) =>
    struck('lost-response:on=all', {
      when: (view: RequestView) => !view.operation.startsWith('GET messaging'),
      every: every * 3,
    }),
  'dropped requests': (every: number) => struck('dropped-request:on=all', { every: every * 3 }),
  'server errors': (every: number) => struck('server-error:on=all,status=500', { every: every * 3 }),
  'duplicate messages': (every: number) => struck('duplicate-message', { every }),
  'slow messages': (every: number) => struck('slow-message:delay=1200ms', { every }),
  'slow answers': (every: number) => struck('slow-answer:on=all,delay=900ms', { every }),
  'cut streams': (every: number) => struck('cut-stream', { every: every * 2 }),
  'expired sessions': (every: number) => struck('expired-session:on=all', { every: every * 12 }),
};

describe('a storm of troubles', () => {
  test('never makes a call end twice, and every call ends', async () => {
    const trouble = fc.record({
      name: fc.constantFrom(...(Object.keys(troubles) as (keyof typeof troubles)[])),
      every: fc.integer({ min: 2, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(trouble, { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
        fc.constantFrom('stream' as const, 'poll' as const),
        fc.integer({ min: 1, max: 1_000 }),
        async (chosen, messaging, seed) => {
          const rig = startRig({
            world: { ...WORLD, seed },
            users: ['bot1', 'bot2', 'bot3', 'vip1'],
            policy: POLICY,
            messaging,
            firstConnectMs: null,
          });
          const lift = chosen.map(({ name, every }) => rig.simulator.faults.add(troubles[name](every)));
          await rig.clock.advance(300_000);
          for (const end of lift) end();
          const { ledger } = await rig.finish();
          const closed = new Map<string, string>();
          for (const { call, result, basis } of rig.facts('call.closed')) {
            expect([...closed.keys()]).not.toContain(call.interactionId);
            closed.set(call.interactionId, `${result} (${basis})`);
          }
          const wrong = ledger.calls.filter(({ interactionId, dispositions, outcome }) => {
            const result = closed.get(interactionId) ?? 'missing';
            if (dispositions.length > 1) return true;
            if (dispositions.length === 1) return !/^(accepted|unknown)/.test(result);
            // A pop that died with its session was never handed to the worker; Dialer then ended the call itself.
            return result === 'missing' ? !/^(withdrawn|ambiguous)/.test(outcome) : result.startsWith('accepted');
          });
          const told = wrong.map((call) => ({ ...call, worker: closed.get(call.interactionId) }));
          expect(told).toEqual([]);
          expect(ledger.violations).toEqual([]);
          expect(rig.clock.pending).toBe(0);
        },
      ),
      { numRuns: Number(process.env.STORMS ?? 12), seed: Number(process.env.STORM_SEED ?? 20_261_122) },
    );
  }, 60_000);
});
