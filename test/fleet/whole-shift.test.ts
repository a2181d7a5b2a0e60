import { describe, expect, test } from '@jest/globals';
import type { WorldInput } from '../../src/simulator/index.js';
import { startRig } from '../support/rig.js';

const preview = { name: 'Renewals', type: 'preview', contacts: 50, allowSkip: true, previewTimeout: '30s' } as const;
const world = (more: Partial<WorldInput> = {}): WorldInput => ({
  version: 1,
  users: [
    { names: 'bot{1..3}', password: 'demo' },
    { names: 'vip{1..3}', password: 'demo', logonCampaign: true },
    { names: 'poor', password: 'demo', licence: false },
  ],
  campaigns: [preview],
  dialling: { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '60s' } },
  ...more,
});

describe('a whole shift on the simulator', () => {
  test.each(['stream', 'poll'] as const)('over %s every call ends once and no rule is broken', async (messaging) => {
    const rig = startRig({ world: world(), users: ['bot1', 'bot2', 'vip1'], messaging });
    await rig.until('twenty calls', () => rig.facts('call.closed').length >= 20, 600_000);
    const { end, ledger } = await rig.finish();
    expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
    expect(ledger.violations).toEqual([]);
    expect(ledger.calls.every((call) => call.dispositions.length === 1)).toBe(true);
    expect(rig.facts('call.closed').length).toBe(ledger.pops);
    expect(rig.clock.pending).toBe(0);
  });
});
