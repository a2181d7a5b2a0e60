import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { CallResult, JournalRecord } from '../../src/journal/record.js';
import type { Ledger, WorldInput } from '../../src/simulator/index.js';
import { type Lives, type LivesOptions, startLives } from './lives.js';

type CampaignInput = NonNullable<WorldInput['campaigns']>[number];

const DISPOSITION = '/dialer/disposition';
const PLACE = '/dialer/place-preview-call';

/** One agent and calls that last as long as we want; `keeps` says how long Dialer keeps a call whose agent is lost. */
function worldOf(campaign: Partial<CampaignInput>, more: Partial<WorldInput> = {}): WorldInput {
  return {
    version: 1,
    seed: 5,
    users: [{ names: 'bot1', password: 'demo' }],
    campaigns: [{ name: 'Collections', type: 'power', contacts: 20, ...campaign } as CampaignInput],
    dialling: {
      ring: { fixed: '500ms' },
      outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
      farSideHangsUpAfter: { fixed: '10m' },
    },
    ...more,
  };
}

const POWER = worldOf({});
const PREVIEW = worldOf({ type: 'preview', allowSkip: true, previewTimeout: '60s' });
/** Dialer forgets a call as soon as its agent's sessions are gone. */
const forgetful = (world: WorldInput): WorldInput => ({ ...world, keepLostCalls: '0s' });

/** Labels are drawn, so that a decision that is made twice would show; talks of 5 s, wrap-ups of 4 s. */
const POLICY = `version: 1
talk: { fixed: 5s }
wrapUp: { fixed: 4s }
preview: { think: { fixed: 6s }, ringFor: 20s }
rules:
  - { name: outcomes, then: { disposition: { Success: 1, Busy: 1, Machine: 1, Wrong Party: 1, Not Interested: 1 } } }
otherwise: { disposition: No Answer }
`;
const SKIPPING = POLICY.replace('rules:', 'rules:\n  - { name: skip, when: { kind: preview }, then: { skip: true } }');

async function firstLife(world: WorldInput, more: Partial<LivesOptions> = {}): Promise<Lives> {
  const lives = startLives({ world, users: ['bot1'], policy: POLICY, ...more });
  await lives.begin();
  return lives;
}

/** How the first call stands in what all lives recorded. */
const first = (lives: Lives): string => lives.facts('pop')[0]?.call.interactionId ?? '';
const closings = (lives: Lives, id = first(lives)) =>
  lives
    .facts('call.closed')
    .filter(({ call }) => call.interactionId === id)
    .map(({ result, basis }) => `${result} (${basis})`);
const intents = (lives: Lives, ...commands: string[]) =>
  lives
    .facts('intent')
    .filter(({ command, call }) => commands.includes(command) && call?.interactionId === first(lives));
const stage = (lives: Lives): string => lives.fleet.agents()[0]?.inner ?? '';
const untilStage = (lives: Lives, inner: string) => lives.until(`${inner}`, () => stage(lives).endsWith(inner));
const untilClosed = (lives: Lives) => lives.until('the end of the first call', () => closings(lives).length > 0);

/** Killed when all that was written has reached the disk; what the last milliseconds cost is shown by other tests. */
async function dies(lives: Lives): Promise<void> {
  await lives.journal.flush();
  lives.kill();
}

/** The worker is away for so long; Dialer finds out that his sessions are dead, if it is told to. */
async function away(lives: Lives, ms: number, { expires = false } = {}): Promise<void> {
  await lives.clock.advance(ms);
  if (expires) lives.simulator.control.expireSession('bot1');
  await lives.begin();
}

/** All is over: one end in the journal, at most one disposition in the ledger, and no difference between the two. */
async function settled(lives: Lives, ends: string[], taken: 0 | 1): Promise<Ledger> {
  await untilClosed(lives);
  await lives.until('the agent back at work', () => /ready|on-call|break/.test(lives.state('bot1') ?? 'ready'));
  const { end, ledger, differences } = await lives.finish();
  expect(closings(lives)).toEqual(ends);
  expect(ledger.calls.find(({ interactionId }) => interactionId === first(lives))?.dispositions).toHaveLength(taken);
  expect(ledger.calls.filter(({ dispositions }) => dispositions.length > 1)).toEqual([]);
  expect(differences).toEqual([]);
  expect(ledger.violations).toEqual([]);
  expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
  return ledger;
}

const isAccepted = ['accepted (answer)'];
const isForgotten = ['unknown (no-re-pop)'];

describe('killed before a disposition was sent', () => {
  const isPop = ({ kind }: JournalRecord): boolean => kind === 'pop';
  const talkOf = (lives: Lives) => lives.facts('decision').flatMap(({ details }) => details?.talkMs ?? []);

  test('A1: comes again: decided by the same draws', async () => {
    const policy = POLICY.replace('talk: { fixed: 5s }', 'talk: { uniform: { min: 2s, max: 30s } }');
    const lives = await firstLife(POWER, { policy });
    await untilStage(lives, 'talking');
    await lives.clock.advance(500);
    await lives.cutPowerAfter(isPop);
    await away(lives, 1_000);
    await settled(lives, isAccepted, 1);
    const [one, other] = talkOf(lives);
    expect(other).toBe(one);
  });

  test('A1: does not come again: unknown', async () => {
    const lives = await firstLife(forgetful(POWER));
    await untilStage(lives, 'talking');
    await lives.clock.advance(500);
    await lives.cutPowerAfter(isPop);
    await away(lives, 1_000, { expires: true });
    await settled(lives, isForgotten, 0);
  });

  test.each([
    ['goes on until the moment that was decided', 1_000, 0],
    ['hung up at once where that has passed', 30_000, 25_000],
  ])('A2: comes again: %s', async (_what, awayMs, lateMs) => {
    const lives = await firstLife(POWER);
    await untilStage(lives, 'talking');
    await lives.clock.advance(1_000);
    await dies(lives);
    await away(lives, awayMs);
    await settled(lives, isAccepted, 1);
    const [connect] = lives.facts('decision').filter(({ point }) => point === 'connect');
    const lasted = (intents(lives, 'disconnect')[0]?.at ?? 0) - (connect?.at ?? 0);
    expect(lasted).toBeGreaterThanOrEqual(5_000 + lateMs);
    expect(lasted).toBeLessThan(5_000 + lateMs + 4_000);
    expect(intents(lives, 'disposition')).toHaveLength(1);
  });

  test('A2: does not come again: hung up, unknown', async () => {
    const lives = await firstLife(forgetful(POWER));
    await untilStage(lives, 'talking');
    await lives.clock.advance(1_000);
    await dies(lives);
    await away(lives, 1_000, { expires: true });
    await settled(lives, isForgotten, 0);
    const [closed] = lives.facts('call.closed');
    const hungUp = { command: 'disconnect', at: closed?.at, call: closed?.call };
    expect(lives.facts('intent')).toContainEqual(expect.objectContaining(hungUp));
    expect(lives.facts('outcome')).toContainEqual(expect.objectContaining(hungUp));
  });

  test('A3: comes again: hung up once more', async () => {
    const lives = await firstLife(POWER);
    await lives.killAt('before', '/disconnect');
    await away(lives, 1_000);
    const ledger = await settled(lives, isAccepted, 1);
    expect(intents(lives, 'disconnect')).toHaveLength(2);
    expect(ledger.calls[0]?.endedBy).toBe('agent');
  });

  test('A4: comes again: the rest of the wrap-up, the label that was decided', async () => {
    const lives = await firstLife(POWER);
    await untilStage(lives, 'wrapping-up');
    await lives.clock.advance(1_000);
    await dies(lives);
    await away(lives, 500);
    const ledger = await settled(lives, isAccepted, 1);
    const ends = lives.facts('decision').filter(({ point, nth }) => point === 'end' && nth === 1);
    expect(ends).toHaveLength(1);
    expect(ledger.calls[0]?.dispositions[0]?.label).toBe(ends[0]?.details?.endings?.[0]?.label);
    expect((intents(lives, 'disposition')[0]?.at ?? 0) - (ends[0]?.at ?? 0)).toBeGreaterThanOrEqual(4_000);
  });

  test('A4: does not come again: no disposition is sent', async () => {
    const lives = await firstLife(forgetful(POWER));
    await untilStage(lives, 'wrapping-up');
    await dies(lives);
    await away(lives, 500, { expires: true });
    await settled(lives, isForgotten, 0);
    expect(intents(lives, 'disposition')).toEqual([]);
  });

  test('A: another pop: the open call is void, the new one is taken', async () => {
    const lives = await firstLife(forgetful(POWER));
    await untilStage(lives, 'talking');
    await dies(lives);
    await away(lives, 500, { expires: true });
    await lives.untilState('bot1', 'logged-in');
    const other = lives.simulator.control.popNow('bot1', 'Collections');
    await lives.until('the end of the other', () => closings(lives, other).length > 0);
    expect(closings(lives, other)).toEqual(isAccepted);
    await settled(lives, ['void (agent-received-a-new-call)'], 0);
  });
});

describe('killed with a disposition on its way', () => {
  const answers = (lives: Lives) => lives.facts('outcome').filter(({ command }) => command === 'disposition');
  const untilAnswered = (lives: Lives) => lives.until('an answer', () => answers(lives).length > 0);
  const isOutcome = (record: JournalRecord): boolean => record.kind === 'outcome' && record.command === 'disposition';

  test('B1: comes again: sent again', async () => {
    const lives = await firstLife(POWER);
    await lives.killAt('before', DISPOSITION);
    await away(lives, 1_000);
    await settled(lives, isAccepted, 1);
    expect(intents(lives, 'disposition')).toHaveLength(2);
  });

  test('B1: a skipped preview comes again: skipped again', async () => {
    const lives = await firstLife(PREVIEW, { policy: SKIPPING });
    await lives.killAt('before', DISPOSITION);
    await away(lives, 1_000);
    const ledger = await settled(lives, isAccepted, 1);
    expect(ledger.calls[0]).toMatchObject({ placed: false, outcome: 'skipped' });
  });

  test('B1: does not come again: not sent again, unknown', async () => {
    const lives = await firstLife(POWER);
    await lives.killAt('after', DISPOSITION);
    await away(lives, 1_000);
    await settled(lives, isForgotten, 1);
    expect(intents(lives, 'disposition')).toHaveLength(1);
  });

  test('B1: another pop: the next call is not hit, unknown', async () => {
    const lives = await firstLife(POWER);
    await lives.killAt('after', DISPOSITION);
    await away(lives, 1_000);
    await lives.untilState('bot1', 'logged-in');
    const other = lives.simulator.control.popNow('bot1', 'Collections');
    await lives.until('the end of the other', () => closings(lives, other).length > 0);
    expect(closings(lives, other)).toEqual(isAccepted);
    await settled(lives, ['unknown (no-answer)'], 1);
  });

  test('B2: killed in the pause before it is sent again', async () => {
    for (const fault of ['dropped-request', 'lost-response'] as const) {
      const arrived = fault === 'lost-response';
      const lives = await firstLife({ ...POWER, faults: [{ fault, on: 'disposition', times: 1 }] });
      await untilAnswered(lives);
      await dies(lives);
      await away(lives, 1_000);
      await settled(lives, arrived ? isForgotten : isAccepted, 1);
      expect(intents(lives, 'disposition')).toHaveLength(arrived ? 1 : 2);
    }
  });

  test('B3: comes again: sent', async () => {
    const lives = await firstLife({ ...POWER, faults: [{ fault: 'server-error', on: 'disposition', times: 1 }] });
    await untilAnswered(lives);
    await dies(lives);
    await away(lives, 1_000);
    await settled(lives, isAccepted, 1);
  });

  test('B3: does not come again: sent once, void on a 404', async () => {
    const faults = [{ fault: 'server-error', on: 'disposition', times: 1 } as const];
    const lives = await firstLife({ ...forgetful(POWER), faults });
    await untilAnswered(lives);
    await dies(lives);
    await away(lives, 1_000, { expires: true });
    await settled(lives, ['void (not-found)'], 0);
    expect(intents(lives, 'disposition')).toHaveLength(2);
  });

  test('B4: does not come again: not sent again, unknown', async () => {
    const faults = [
      { fault: 'server-error', on: 'disposition', times: 1 } as const,
      { fault: 'lost-response', on: 'disposition', times: 1 } as const,
    ];
    const lives = await firstLife({ ...POWER, faults });
    await lives.until('two answers', () => answers(lives).length === 2);
    expect(answers(lives).map(({ verdict }) => verdict)).toEqual(['lost', 'unavailable']);
    await dies(lives);
    await away(lives, 1_000);
    await settled(lives, isForgotten, 1);
    expect(intents(lives, 'disposition')).toHaveLength(2);
  });

  test('C1: closed at once as accepted', async () => {
    const lives = await firstLife(POWER);
    await untilAnswered(lives);
    await lives.cutPowerAfter(isOutcome);
    await away(lives, 1_000);
    expect(closings(lives)).toEqual(['accepted (answer)', 'accepted (answer)']);
    await settled(lives, ['accepted (answer)', 'accepted (answer)'], 1);
  });

  test('C2: closed at once as void', async () => {
    const faults = [{ fault: 'server-error', on: 'disposition', times: 1 } as const];
    const lives = await firstLife({ ...forgetful(POWER), faults });
    await untilAnswered(lives);
    await dies(lives);
    await away(lives, 1_000, { expires: true });
    await untilClosed(lives);
    await lives.cutPowerAfter(isOutcome);
    await away(lives, 1_000);
    await settled(lives, ['void (not-found)', 'void (not-found)'], 0);
  });

  test('C3: closed at once as accepted', async () => {
    const lives = await firstLife({ ...POWER, faults: [{ fault: 'lost-response', on: 'disposition', times: 1 }] });
    await untilClosed(lives);
    await lives.cutPowerAfter(isOutcome);
    await away(lives, 1_000);
    await settled(lives, ['accepted (resend-404)', 'accepted (resend-404)'], 1);
  });

  test('C4: closed at once as unknown', async () => {
    const lives = await firstLife(PREVIEW, { policy: SKIPPING });
    await lives.killAt('before', DISPOSITION);
    await away(lives, 1_000);
    // The skip is held back until Dialer has withdrawn the preview.
    lives.traps.before = async (request) => {
      if (!request.path.endsWith(DISPOSITION)) return;
      delete lives.traps.before;
      await new Promise<void>((resolve) => void lives.clock.setTimeout(resolve, 70_000));
    };
    await untilClosed(lives);
    await lives.cutPowerAfter(isOutcome);
    await away(lives, 1_000);
    const isUnknown = 'unknown (not-found-after-a-break)';
    await settled(lives, [isUnknown, isUnknown], 0);
  });

  const refusing = (lives: Lives, status: number, times: number): void => {
    let left = times;
    lives.simulator.faults.add({
      name: 'refused',
      onRequest: ({ operation }) =>
        operation.endsWith('dialer/disposition') && left-- > 0
          ? { do: 'answer', answer: { status, headers: {}, body: '{}' } }
          : undefined,
    });
  };

  test('C5: comes again: the next label', async () => {
    const lives = await firstLife(POWER);
    refusing(lives, 400, 1);
    await untilAnswered(lives);
    await lives.cutPowerAfter(isOutcome);
    await away(lives, 1_000);
    const ledger = await settled(lives, isAccepted, 1);
    expect(ledger.calls[0]?.dispositions[0]?.label).toBe('No Answer');
  });

  test('C5: forbidden: closed at once as failed', async () => {
    const lives = await firstLife(forgetful(POWER));
    refusing(lives, 403, 1);
    await untilClosed(lives);
    await lives.cutPowerAfter(isOutcome);
    await away(lives, 1_000, { expires: true });
    await settled(lives, ['failed (refused)', 'failed (refused)'], 0);
  });
});

describe('killed with a preview in hand', () => {
  test('P1: comes again: placed at the moment that was decided', async () => {
    const lives = await firstLife(PREVIEW);
    await untilStage(lives, 'previewing');
    await lives.clock.advance(1_000);
    await dies(lives);
    await away(lives, 1_000);
    await settled(lives, isAccepted, 1);
    const [offer] = lives.facts('decision');
    const looked = (intents(lives, 'place-preview-call')[0]?.at ?? 0) - (offer?.at ?? 0);
    expect(looked).toBeGreaterThanOrEqual(6_000);
    expect(looked).toBeLessThan(7_000);
  });

  test('P2: comes again, not placed: placed', async () => {
    const lives = await firstLife(PREVIEW);
    await lives.killAt('before', PLACE);
    await away(lives, 1_000);
    const ledger = await settled(lives, isAccepted, 1);
    expect(ledger.calls[0]?.placed).toBe(true);
    expect(intents(lives, 'place-preview-call')).toHaveLength(2);
  });

  test('P2: comes again, placed: not placed again', async () => {
    const lives = await firstLife(PREVIEW);
    await lives.killAt('after', PLACE);
    await away(lives, 100);
    await settled(lives, isAccepted, 1);
    expect(intents(lives, 'place-preview-call')).toHaveLength(1);
  });

  test('P2: does not come again: never placed blindly', async () => {
    const lives = await firstLife(forgetful(PREVIEW));
    await lives.killAt('before', PLACE);
    await away(lives, 1_000, { expires: true });
    await settled(lives, isForgotten, 0);
    expect(intents(lives, 'place-preview-call')).toHaveLength(1);
  });

  test('P3: comes again: placed', async () => {
    const lives = await firstLife({
      ...PREVIEW,
      faults: [{ fault: 'server-error', on: 'place-preview-call', times: 1 }],
    });
    await lives.until('an answer', () =>
      lives.facts('outcome').some(({ command }) => command === 'place-preview-call'),
    );
    await dies(lives);
    await away(lives, 1_000);
    await settled(lives, isAccepted, 1);
    expect(intents(lives, 'place-preview-call')).toHaveLength(2);
  });

  test('P4: comes again: rings as long as was decided', async () => {
    const outcomes = { answer: 0, noAnswer: 1, busy: 0, machine: 0 };
    const dialling = { ...PREVIEW.dialling, ring: { fixed: '5m' }, outcomes };
    const lives = await firstLife({ ...PREVIEW, dialling });
    await untilStage(lives, 'ringing');
    await lives.clock.advance(5_000);
    await dies(lives);
    await away(lives, 2_000);
    await settled(lives, isAccepted, 1);
    const rang = (intents(lives, 'disconnect')[0]?.at ?? 0) - (intents(lives, 'place-preview-call')[0]?.at ?? 0);
    expect(rang).toBeGreaterThanOrEqual(20_000);
    expect(rang).toBeLessThan(21_000);
    expect(intents(lives, 'place-preview-call')).toHaveLength(1);
  });

  test('P5: comes again: skipped', async () => {
    const lives = await firstLife(PREVIEW, { policy: SKIPPING });
    await untilStage(lives, 'previewing');
    await dies(lives);
    await away(lives, 1_000);
    const ledger = await settled(lives, isAccepted, 1);
    expect(ledger.calls[0]).toMatchObject({ placed: false, outcome: 'skipped' });
  });

  test.each<[string, CallResult]>([['previewing', 'unknown']])(
    'P: does not come again while %s: %s',
    async (inner, result) => {
      const lives = await firstLife(forgetful(PREVIEW));
      await untilStage(lives, inner);
      await dies(lives);
      await away(lives, 1_000, { expires: true });
      await settled(lives, [`${result} (no-re-pop)`], 0);
    },
  );
});

test('docs/exactly-once.md names tests that there are', () => {
  const own = readFileSync('test/recovery/decision-table.test.ts', 'utf8');
  const [table = ''] = readFileSync('docs/exactly-once.md', 'utf8').split('### What else outlives a crash');
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  let row = '';
  const missing: string[] = [];
  let named = 0;
  for (const line of rows) {
    const cells = line.split('|').map((cell) => cell.trim());
    row = /^[A-DP]\d?$/.test(cells[1] ?? '') ? (cells[1] ?? '') : row;
    for (const [, name = ''] of (cells.at(-2) ?? '').matchAll(/`([^`]+)`/g)) {
      named++;
      const isThere = own.includes(`'${row}: ${name}`) || own.includes(`${row}: %s', `) || own.includes(`'${name}'`);
      if (!isThere) missing.push(`${row}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
  expect(named).toBeGreaterThan(25);
});
