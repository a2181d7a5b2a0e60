import { describe, expect, test } from '@jest/globals';
import { ask } from '../support/ask.js';

const WORKER = `version: 1
server: { url: "https://cic1.example.com:8019" }
agents:
  - { users: "day{1..3}", password: { env: NOT_SET }, shift: weekdays }
  - { users: night, password: { env: NOT_SET }, shift: nights }
  - { users: always, password: { env: NOT_SET } }
shifts:
  weekdays:
    start: "0 9 * * mon-fri"
    end: "0 17 * * mon-fri"
    timezone: America/New_York
    breaks: [ { at: "0 12 * * *", for: 30m } ]
    holidays: [2026-12-25]
  nights: { start: "0 22 * * *", end: "0 6 * * *", timezone: Europe/Berlin }
`;

const shifts = (...args: string[]) =>
  ask(['shifts', '-c', 'worker.yaml', ...args], {}, { files: { 'worker.yaml': WORKER } });

describe('dialer-agent shifts', () => {
  test('says of each group who should be working, since when, until when, what then, and why', async () => {
    expect(await shifts('--at', '2026-11-27T12:10-05:00')).toEqual({
      exit: 0,
      err: '',
      out: `1 working, 3 on break, 1 off at 2026-11-27T17:10:00Z

day1 … day3 (3): on break
  since  2026-11-27T12:00:00-05:00[America/New_York]
  until  2026-11-27T12:30:00-05:00[America/New_York], then working
  why    break of 30m at Fri 2026-11-27 12:00, in shift "weekdays" from Fri 2026-11-27 09:00 to Fri 2026-11-27 17:00 (America/New_York)

night: off
  since  2026-11-27T06:00:00+01:00[Europe/Berlin]
  until  2026-11-27T22:00:00+01:00[Europe/Berlin], then working
  why    outside shift "nights": it starts next at Fri 2026-11-27 22:00 (Europe/Berlin)

always: working
  since  ever
  until  ever
  why    no shift is named: always at work
`,
    });
  });

  test('a time without offset is by the clock of each shift', async () => {
    const { out } = await shifts('--at', '2026-12-25T23:00', '--json');
    const { agents, ...totals } = JSON.parse(out);
    expect(totals).toEqual({ version: 1, total: 5, working: 2, break: 0, off: 3 });
    expect(agents.at(0)).toEqual({
      user: 'day1',
      shift: 'weekdays',
      timezone: 'America/New_York',
      at: '2026-12-26T04:00:00.000Z',
      state: 'off',
      since: '2026-12-24T22:00:00.000Z',
      until: '2026-12-28T14:00:00.000Z',
      next: 'working',
      why: '2026-12-25 is a holiday of shift "weekdays": it starts next at Mon 2026-12-28 09:00 (America/New_York)',
    });
    expect(agents.at(3)).toMatchObject({ user: 'night', at: '2026-12-25T22:00:00.000Z', state: 'working' });
  });

  test.each([
    '2026-11-27T17:10:00Z',
    '2026-11-27T12:10:00-05:00[America/New_York]',
    '2026-11-27T12:10[America/New_York]',
    '2026-11-27 12:10:00.000-0500',
  ])('%s is the same instant', async (at) => {
    const { out } = await shifts('--at', at, '--json');
    expect(JSON.parse(out).agents[0].at).toBe('2026-11-27T17:10:00.000Z');
  });

  test.each(['noon', '2026-02-30', '2026-11-27T25:00', '2026-11-27T12:00[Mars/Base]', '27.11.2026'])(
    '%s is refused with what to write',
    async (at) => {
      const { exit, err } = await shifts('--at', at);
      expect([exit, err]).toEqual([2, expect.stringContaining(`--at must be a time such as 2026-11-26T12:00-05:00`)]);
    },
  );
});
