import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Rehearsal } from '../../src/report/rehearsal.js';
import { ask } from '../support/ask.js';

/** Runs `rehearse` on files in memory. */
const rehearse = (files: Record<string, string>, args: readonly string[], interrupted = false) =>
  ask(['rehearse', '-c', 'worker.yaml', ...args], {}, { files, interrupted });

async function report(files: Record<string, string>, args: readonly string[]): Promise<Rehearsal> {
  const said = await rehearse(files, [...args, '--json']);
  expect({ exit: said.exit, err: said.err.trim().split('\n').at(-1) }).toEqual({
    exit: 0,
    err: expect.stringMatching(/^\d+ days? and \d+ calls in [\d.]+ s$/),
  });
  return JSON.parse(said.out) as Rehearsal;
}

const POLICY = `version: 1
timezone: America/New_York
rules:
  - { name: nobody, when: { connected: false }, then: { disposition: No Answer } }
  - { name: again, when: { chance: 30% }, then: { callback: { disposition: Callback, in: 3h, owner: self } } }
  - { name: rest, then: { disposition: { Success: 50, No Answer: 50 } } }
otherwise: { disposition: No Answer }
`;
const WORLD = `version: 1
seed: 3
users: [ { names: "bot{1..3}", password: secret } ]
campaigns:
  - { name: Collections, type: predictive, contacts: 60, allowAgentCallbacks: true }
  - { name: Renewals, type: preview, contacts: 40, allowSkip: true, allowAgentCallbacks: true }
`;
const REAL = `version: 1
server: { url: "https://\${CIC_HOST}:8019" }
agents: [ { users: "bot{1..3}", password: { env: BOT_PASSWORD }, policy: policy.yaml } ]
`;
const files = { 'worker.yaml': REAL, 'policy.yaml': POLICY, 'world.yaml': WORLD };
const DAYS = ['--from', '2026-03-06', '--days', '3', '--world', 'world.yaml'];

describe('a rehearsal', () => {
  test.each([[[]], [['--json']]])('says the same again, byte for byte, for the same seed (%j)', async (form) => {
    const args = [...DAYS, '--seed', '5', ...form];
    const first = await rehearse(files, args);
    const second = await rehearse(files, args);
    expect(first.exit).toBe(0);
    expect(first.out.length).toBeGreaterThan(2_000);
    expect(second.out).toBe(first.out);
  });

  test('says something else for another seed', async () => {
    const [one, other] = await Promise.all([5, 6].map((seed) => report(files, [...DAYS, '--seed', String(seed)])));
    expect({ ...one, seed: 0 }).not.toEqual({ ...other, seed: 0 });
  });

  test('agrees with the ledger of the simulator, and adds up', async () => {
    const found = await report(files, [...DAYS, '--recycle']);
    const { calls, dispositions, callbacks, ledger, agents, campaigns } = found;
    expect(calls.total).toBeGreaterThan(150);
    expect(ledger).toEqual({
      pops: calls.total,
      dispositions: calls.total,
      callbacks: callbacks.agreed,
      violations: 0,
    });
    expect(dispositions).toMatchObject({ accepted: calls.total, void: 0, failed: 0, unknown: 0 });
    expect(calls.open).toBe(0);
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
    expect(sum(agents.map((agent) => agent.calls))).toBe(calls.total);
    expect(sum(agents.flatMap(({ days }) => days.map((day) => day.calls)))).toBe(calls.total);
    expect(sum(campaigns.map((campaign) => campaign.calls))).toBe(calls.total);
    expect(callbacks.list).toHaveLength(callbacks.agreed);
    expect(callbacks.calledBack).toBeGreaterThan(10);
  });

  test('days are those of the zone: the one on which clocks go forward has 23 hours', async () => {
    const { zone, from, to, agents } = await report(files, DAYS);
    expect({ zone, from, to }).toEqual({
      zone: 'America/New_York',
      from: '2026-03-06T00:00:00-05:00[America/New_York]',
      to: '2026-03-09T00:00:00-04:00[America/New_York]',
    });
    const worked = agents[0]?.days
      .slice(0, 3)
      .map(({ date, workedSeconds }) => [date, Math.round(workedSeconds / 3600)]);
    expect(worked).toEqual([
      ['2026-03-06', 24],
      ['2026-03-07', 24],
      ['2026-03-08', 23],
    ]);
  });

  test('needs neither the server nor its secrets, nor a world: it makes one up for roster and policy', async () => {
    const { world, agents } = await report(files, ['--from', '2026-03-06', '--days', '1', '--agents', '1']);
    expect(world).toMatchObject({ origin: 'made up for the roster', recycled: true });
    expect(agents.map(({ user }) => user)).toEqual(['bot1']);
    expect(agents.every(({ calls }) => calls > 5)).toBe(true);
  });

  test('a week in which nothing happens costs next to nothing', async () => {
    const idle = WORLD.replace('contacts: 60', 'contacts: 0').replace('contacts: 40', 'contacts: 0');
    const { calls } = await report({ ...files, 'world.yaml': idle }, ['--from', '2026-03-06', '--world', 'world.yaml']);
    expect(calls.total).toBe(0);
  });

  test('keeps to the limit of calls, and tells that it ended early', async () => {
    const limited = `${REAL}limits: { calls: 5, duration: 1m }\n`;
    const found = await report({ ...files, 'worker.yaml': limited }, DAYS);
    expect(found).toMatchObject({ ended: 'call limit', calls: { total: expect.any(Number), open: 0 } });
    expect(found.calls.total).toBeGreaterThanOrEqual(5);
    expect(found.calls.total).toBeLessThan(12);
    expect(found.notes).toContain('limits.duration is left aside: --days says how long');
  });

  test('writes each call as CSV, without any column of a contact', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rehearse-'));
    const { calls } = await report(files, [...DAYS, '--calls', join(folder, 'calls.csv')]);
    const text = readFileSync(join(folder, 'calls.csv'), 'utf8');
    rmSync(folder, { recursive: true });
    expect(text.trim().split('\r\n')).toHaveLength(calls.total + 1);
    expect(text).toMatch(/^poppedAt,agent,campaign,/);
    expect(text).not.toMatch(/\+1555|America\//);
  });

  test('ends at once when it is interrupted, and says nothing', async () => {
    expect(await rehearse(files, DAYS, true)).toMatchObject({ exit: 130, out: '' });
  });
});

describe('shifts over a change of the clocks', () => {
  const worker = (shift: string, breaks = ''): string => `version: 1
server: { url: "https://cic1.example.com" }
agents: [ { users: "bot{1..2}", password: { env: P }, shift: s, policy: policy.yaml } ]
shifts: { s: { ${shift}${breaks} } }
`;
  const nobody = WORLD.replace('contacts: 60', 'contacts: 0').replace('contacts: 40', 'contacts: 0');
  const week = (from: string): string[] => ['--from', from, '--days', '7', '--world', 'world.yaml'];
  /** Begin and end of each day's work, to the minute, with the offset of the zone. */
  const worked = ({ agents }: Rehearsal): string[] =>
    (agents[0]?.days ?? []).flatMap(({ date, worked: stretches }) =>
      stretches.map(({ from, to }) => `${date} ${minute(from)} to ${minute(to)}`),
    );
  const minute = (local: string): string => local.replace(/^.*T(\d\d:\d\d):\d\d([^[]*)\[.*$/, '$1$2');

  test.each([
    [
      'New York, clocks go forward: a start that is skipped happens at the end of the gap',
      '2026-03-06',
      'start: "30 2 * * *", end: "0 9 * * *", timezone: America/New_York',
      [
        '2026-03-06 02:30-05:00 to 09:00-05:00',
        '2026-03-07 02:30-05:00 to 09:00-05:00',
        '2026-03-08 03:00-04:00 to 09:00-04:00',
        '2026-03-09 02:30-04:00 to 09:00-04:00',
        '2026-03-10 02:30-04:00 to 09:00-04:00',
        '2026-03-11 02:30-04:00 to 09:00-04:00',
        '2026-03-12 02:30-04:00 to 09:00-04:00',
      ],
    ],
    [
      'Berlin, clocks go back: a start that comes twice happens at its first pass, and once',
      '2026-10-23',
      'start: "30 2 * * *", end: "0 5 * * *", timezone: Europe/Berlin, holidays: ["2026-10-27"]',
      [
        '2026-10-23 02:30+02:00 to 05:00+02:00',
        '2026-10-24 02:30+02:00 to 05:00+02:00',
        '2026-10-25 02:30+02:00 to 05:00+01:00',
        '2026-10-26 02:30+01:00 to 05:00+01:00',
        '2026-10-28 02:30+01:00 to 05:00+01:00',
        '2026-10-29 02:30+01:00 to 05:00+01:00',
      ],
    ],
    [
      'an office week in New York keeps its hours, holidays left out',
      '2026-03-06',
      'start: "0 9 * * 1-5", end: "0 17 * * 1-5", timezone: America/New_York, holidays: ["2026-03-11"]',
      [
        '2026-03-06 09:00-05:00 to 17:00-05:00',
        '2026-03-09 09:00-04:00 to 17:00-04:00',
        '2026-03-10 09:00-04:00 to 17:00-04:00',
        '2026-03-12 09:00-04:00 to 17:00-04:00',
      ],
    ],
  ])('%s', async (_, from, shift, expected) => {
    const found = await report({ ...files, 'worker.yaml': worker(shift), 'world.yaml': nobody }, week(from));
    expect(worked(found)).toEqual(expected);
    expect(found.zone).toBe(/timezone: ([\w/]+)/.exec(shift)?.[1]);
    expect(found.agents.map(({ shift: name }) => name)).toEqual(['s', 's']);
  });

  test('agents rest by the plan, finish their calls when the shift ends, and owners are called back in their shift', async () => {
    const shift = 'start: "0 11 * * 1-5", end: "0 14 * * 1-5", timezone: America/New_York';
    const breaks = ', breaks: [ { at: "0 12 * * 1-5", for: 30m } ]';
    const busy = WORLD.replace('contacts: 60', 'contacts: 600');
    const found = await report({ ...files, 'worker.yaml': worker(shift, breaks), 'world.yaml': busy }, [
      ...['--from', '2026-03-06', '--days', '1', '--world', 'world.yaml'],
    ]);
    const [day] = found.agents[0]?.days ?? [];
    expect(day?.breaks.map(({ from, reason }) => [from.slice(11, 14), reason])).toEqual([['12:', 'shift']]);
    expect(found.calls.total).toBeGreaterThan(60);
    expect(found.ledger).toMatchObject({ pops: found.calls.total, dispositions: found.calls.total, violations: 0 });
    const owned = found.callbacks.list.filter(({ owner }) => owner === 'self');
    expect(owned.length).toBeGreaterThan(2);
    for (const { ownerLocal } of owned) expect(ownerLocal?.slice(11, 13)).toMatch(/^1[123]$/);
    expect(found.warnings.map(({ code }) => code)).not.toContain('shift-never-starts');
  });

  test('a shift that has no day in these is told', async () => {
    const shift = 'start: "0 9 25 12 *", end: "0 17 25 12 *", timezone: America/New_York';
    const found = await report({ ...files, 'worker.yaml': worker(shift), 'world.yaml': nobody }, week('2026-03-06'));
    expect(found.warnings.filter(({ code }) => code === 'shift-never-starts')).toEqual([
      expect.objectContaining({ agents: ['bot1', 'bot2'], count: 2 }),
    ]);
    expect(found.ended).toBe('complete');
  });
});

describe('the warnings of a rehearsal', () => {
  const codes = (found: Rehearsal): string[] => [...new Set(found.warnings.map(({ code }) => code))].sort();

  test('a callback at night by the clock of the contact', async () => {
    const found = await report(files, DAYS);
    expect(codes(found)).toEqual(['callback-outside-hours', 'contacts-ran-out']);
    const night = found.callbacks.list.filter(({ contactLocal }) => {
      const hour = Number(contactLocal?.slice(11, 13));
      return hour < 8 || hour >= 21;
    });
    expect(night.length).toBeGreaterThan(5);
    expect(found.warnings.find(({ code }) => code === 'callback-outside-hours')?.count).toBe(night.length);
  });

  test('a callback agreed for a good hour at which nobody works, so that its call comes at night', async () => {
    const worker = `version: 1
server: { url: "https://cic1.example.com" }
agents: [ { users: de, password: { env: P }, shift: s, policy: policy.yaml } ]
shifts: { s: { start: "0 9 * * *", end: "0 12 * * *", timezone: Europe/Berlin } }
`;
    const policy = `version: 1
rules:
  - name: later
    when: { attributes: { attempts: { lt: 2 } } }
    then: { callback: { in: 1h, window: { from: "09:00", to: "20:00", timezone: { attribute: tz } } } }
otherwise: { disposition: No Answer }
`;
    const world = `version: 1
campaigns: [ { name: Denver, type: power, contacts: { csv: contacts.csv } } ]
dialling: { outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 } }
`;
    const contacts = 'i3_identity,tz,phone\n1,America/Denver,+15550000001\n2,America/Denver,+15550000002\n';
    const found = await report(
      { 'worker.yaml': worker, 'policy.yaml': policy, 'world.yaml': world, 'contacts.csv': contacts },
      ['--from', '2026-11-23', '--days', '3', '--world', 'world.yaml'],
    );
    expect(
      found.callbacks.list.map(({ contactLocal, calledContactLocal }) => [
        contactLocal,
        calledContactLocal?.slice(0, 14),
      ]),
    ).toEqual([
      ['2026-11-23T09:00:00-07:00[America/Denver]', '2026-11-24T01:'],
      ['2026-11-23T09:00:00-07:00[America/Denver]', '2026-11-24T01:'],
    ]);
    expect(found.warnings.filter(({ code }) => code.startsWith('call'))).toEqual([
      expect.objectContaining({ code: 'called-outside-hours', count: 2, agents: ['de'] }),
    ]);
  });

  test('an agent in no campaign, a rule never used, a label that is not offered', async () => {
    const worker = `version: 1
server: { url: "https://cic1.example.com" }
agents:
  - { users: lost, password: { env: P }, campaigns: [Elsewhere], policy: policy.yaml }
  - { users: bot1, password: { env: P }, policy: policy.yaml }
`;
    const world = WORLD.replace('"bot{1..3}", password: secret', 'lost, password: secret, logonCampaign: true');
    const policy = `${POLICY.replace('Success: 50', 'Sold: 50')}`.replace(
      'rules:',
      'rules:\n  - { name: vip, when: { attributes: { vip: "Y" } }, then: { disposition: Success } }',
    );
    const found = await report({ 'worker.yaml': worker, 'policy.yaml': policy, 'world.yaml': world }, DAYS);
    expect(codes(found)).toEqual(expect.arrayContaining(['label-fallback', 'no-campaign', 'rule-never-used']));
    expect(found.warnings.find(({ code }) => code === 'no-campaign')?.agents).toEqual(['lost']);
    expect(found.warnings.find(({ code }) => code === 'rule-never-used')?.message).toContain(
      'Rule vip of policy policy',
    );
    expect(found.notes).toContainEqual(expect.stringContaining('bot1: not among the users of the world'));
  });

  test('with --strict they make exit code 1', async () => {
    expect((await rehearse(files, [...DAYS, '--strict'])).exit).toBe(1);
  });
});

describe('what is typed wrong', () => {
  test.each([
    ['--from yesterday', ['--from', 'yesterday'], /--from must be a day such as 2026-03-06/],
    ['a day that does not exist', ['--from', '2026-02-30'], /not "2026-02-30"/],
    ['no days', ['--from', '2026-03-06', '--days', '0'], /--days must be a whole number from 1 to 366/],
    ['a zone that does not exist', ['--from', '2026-03-06', '--zone', 'Mars/Base'], /--zone must be a time zone/],
    [
      'a world that is not there',
      ['--from', '2026-03-06', '--world', 'no.yaml'],
      /no\.yaml: the world file cannot be read/,
    ],
    ['a seed that is no number', ['--from', '2026-03-06', '--seed', 'x'], /--seed must be a whole number/],
  ])('%s is told, and exits 2', async (_, args, message) => {
    const said = await rehearse(files, args);
    expect(said).toMatchObject({ exit: 2, out: '', err: expect.stringMatching(message) });
  });

  test('a broken policy is told with file and line, and nothing is rehearsed', async () => {
    const said = await rehearse({ ...files, 'policy.yaml': 'version: 1\nrulez: []\n' }, DAYS);
    expect(said).toMatchObject({ exit: 2, out: '', err: expect.stringMatching(/policy\.yaml:2:1/) });
  });
});
