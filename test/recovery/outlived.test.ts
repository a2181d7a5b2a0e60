import { describe, expect, test } from '@jest/globals';
import { isRecord } from '../../src/journal/line.js';
import type { WorldInput } from '../../src/simulator/index.js';
import { fullDisk } from '../journal/support.js';
import { type Lives, startLives } from './lives.js';

const WORLD: WorldInput = {
  version: 1,
  seed: 5,
  users: [{ names: 'bot{1..6}', password: 'demo' }],
  campaigns: [{ name: 'Collections', type: 'power', contacts: 500 }],
  dialling: {
    ring: { fixed: '500ms' },
    outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 },
    farSideHangsUpAfter: { fixed: '10m' },
  },
};
const USERS = ['bot1', 'bot2', 'bot3'];
const POLICY = `version: 1
talk: { fixed: 5s }
wrapUp: { fixed: 1s }
breaks: { afterCalls: 1, for: 60s }
otherwise: { disposition: No Answer }
`;
const NO_BREAKS = POLICY.replace(/^breaks.*\n/m, '');

const granted = (lives: Lives) => lives.facts('break.granted').map(({ at }) => at);
const ended = (lives: Lives) => lives.facts('break.ended').map(({ at }) => at);

/** Killed when all that was written has reached the disk. */
async function dies(lives: Lives): Promise<void> {
  await lives.journal.flush();
  lives.kill();
}

describe('a break, killed and born again', () => {
  async function onBreak(): Promise<Lives> {
    const lives = startLives({ world: WORLD, users: ['bot1'], policy: POLICY });
    await lives.begin();
    await lives.untilState('bot1', 'on-break');
    await lives.clock.advance(20_000);
    await dies(lives);
    return lives;
  }

  test('under way: asked for again, and what is left of it is taken', async () => {
    const lives = await onBreak();
    await lives.clock.advance(5_000);
    await lives.begin();
    await lives.untilState('bot1', 'on-break');
    await lives.until('the end of the break', () => ended(lives).length > 0);
    const [from = 0] = granted(lives);
    const [to = 0] = ended(lives);
    expect(to - from).toBeGreaterThanOrEqual(60_000);
    expect(to - from).toBeLessThan(62_000);
    const { ledger, differences } = await lives.finish();
    expect([ledger.violations, differences]).toEqual([[], []]);
  });

  test('run out meanwhile: over, and the agent works', async () => {
    const lives = await onBreak();
    await lives.clock.advance(50_000);
    const asked = lives.facts('break.asked').length;
    await lives.begin();
    await lives.until('a call', () => lives.facts('pop').length === 2);
    expect(granted(lives)).toHaveLength(1);
    expect(lives.facts('break.asked')).toHaveLength(asked);
    const { ledger, differences } = await lives.finish();
    expect([ledger.violations, differences]).toEqual([[], []]);
  });

  test('asked for and not granted yet: asked for again, and taken whole after the call', async () => {
    const lives = startLives({ world: WORLD, users: ['bot1'], policy: POLICY });
    await lives.begin();
    await lives.untilState('bot1', 'break-pending');
    await dies(lives);
    await lives.clock.advance(2_000);
    await lives.begin();
    await lives.untilState('bot1', 'on-break');
    await lives.until('the end of the break', () => ended(lives).length > 0);
    const [from = 0] = granted(lives);
    expect((ended(lives)[0] ?? 0) - from).toBeGreaterThanOrEqual(60_000);
    const { ledger, differences } = await lives.finish();
    expect(ledger.calls[0]?.dispositions).toHaveLength(1);
    expect([ledger.violations, differences]).toEqual([[], []]);
  });
});

test('the numbers of calls go on after a restart, so that no random stream is drawn twice', async () => {
  const lives = startLives({ world: WORLD, users: ['bot1'], policy: NO_BREAKS });
  await lives.begin();
  await lives.until('two calls', () => lives.facts('call.closed').length === 2);
  await dies(lives);
  await lives.begin();
  await lives.until('two more', () => lives.facts('call.closed').length === 4);
  await lives.finish();
  expect(
    lives
      .facts('pop')
      .map(({ nth }) => nth)
      .slice(0, 4),
  ).toEqual([1, 2, 3, 4]);
});

test('a log-off that was pending belongs to the run that asked for it', async () => {
  const lives = startLives({ world: WORLD, users: ['bot1'], policy: NO_BREAKS });
  await lives.begin();
  await lives.until('a call', () => lives.state('bot1') === 'on-call');
  lives.fleet.drain('test');
  await lives.untilState('bot1', 'logoff-pending');
  await dies(lives);
  await lives.begin();
  await lives.until('a second call', () => lives.facts('pop').length === 2);
  const { ledger, differences } = await lives.finish();
  expect([ledger.violations, differences]).toEqual([[], []]);
});

describe('rule 14: a secret that was refused', () => {
  const tries = (lives: Lives): number => lives.simulator.ledger().requests['POST connection'] ?? 0;

  async function refusedOnce(): Promise<Lives> {
    const lives = startLives({ world: WORLD, users: ['bot1'], policy: NO_BREAKS });
    await lives.begin({ password: 'wrong' });
    await lives.until('the refusal', () => lives.facts('stopped').length > 0);
    lives.kill();
    return lives;
  }

  test('rule 14: is not tried again after a restart, however often', async () => {
    const lives = await refusedOnce();
    for (let life = 0; life < 3; life++) {
      await lives.begin({ password: 'wrong' });
      const end = await lives.fleet.ended;
      expect(end).toMatchObject({ kind: 'refused', reason: 'credentials-refused' });
      const [bot1] = lives.fleet.agents();
      expect(bot1).toMatchObject({
        user: 'bot1',
        state: 'logged-out',
        inner: 'stopped',
        reason: 'credentials-refused',
      });
      await lives.journal.close();
    }
    expect(tries(lives)).toBe(1);
  });

  test('rule 14: gives way to another one, which is tried', async () => {
    const lives = await refusedOnce();
    await lives.begin({ password: 'demo' });
    await lives.until('a call', () => lives.facts('call.closed').length > 0);
    expect(tries(lives)).toBe(2);
    await lives.finish();
  });

  test('rule 14: is tried once more when that is asked for, and remembered again', async () => {
    const lives = await refusedOnce();
    await lives.begin({ password: 'wrong', retryCredentials: true });
    await lives.until('the second refusal', () => tries(lives) === 2);
    await lives.journal.flush();
    lives.kill();
    await lives.begin({ password: 'wrong' });
    expect(await lives.fleet.ended).toMatchObject({ kind: 'refused', reason: 'credentials-refused' });
    expect(tries(lives)).toBe(2);
  });
});

describe.each(['ENOSPC', 'EROFS', 'EIO'])('a disk that fails with %s in mid-run', (code) => {
  test('agents take no further call, finish what is open and log off; nothing is lost', async () => {
    const lives = startLives({
      world: WORLD,
      users: USERS,
      policy: NO_BREAKS,
      disk: (files) => fullDisk(files, 16_000, code),
    });
    await lives.begin();
    await lives.until('the failure', () => lives.journal.failure !== null);
    expect(lives.journal.failure?.code).toBe(code === 'ENOSPC' ? 'journal/full' : 'journal/failed');
    expect(lives.fleet.isDraining).toBe(true);
    const popped = lives.facts('pop').length;
    let ended = false;
    void lives.fleet.ended.then((end) => {
      expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
      ended = true;
    });
    await lives.until('the end', () => ended);
    const ledger = lives.simulator.ledger();
    expect(popped).toBeGreaterThan(0);
    // One more call each that was already dialled (design §4, logoff-pending).
    expect(ledger.pops - popped).toBeLessThanOrEqual(USERS.length);
    expect(ledger.calls.filter(({ dispositions }) => dispositions.length !== 1)).toEqual([]);
    expect(ledger.violations).toEqual([]);
    expect(lives.facts('call.closed').every(({ result }) => result === 'accepted')).toBe(true);
  });
});

test('a journal line of a pop names no contact column unless it is configured', async () => {
  const lives = startLives({ world: WORLD, users: ['bot1'], policy: NO_BREAKS });
  await lives.begin();
  await lives.until('a call', () => lives.facts('call.closed').length > 0);
  const told = lives.facts('pop')[0]?.columns ?? {};
  await lives.finish();
  const written = (await lives.lines()).filter(isRecord).filter(({ kind }) => kind === 'pop');
  expect(Object.keys(told)).toContain('phone_home');
  expect(written.length).toBeGreaterThan(0);
  for (const value of Object.values(told).filter((text) => text.length > 3)) {
    expect(JSON.stringify(written)).not.toContain(value);
  }
});
