import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ShiftBreak } from '../../src/config/index.js';
import { dutyAt } from '../../src/fleet/calendar.js';
import type { OpenWork } from '../../src/journal/open-work.js';
import { afterRecord } from '../../src/journal/work-fold.js';
import type { WorldInput } from '../../src/simulator/index.js';
import { type Rig, type RigOptions, startRig } from '../support/rig.js';
import { cron, shiftOf, type Written } from '../support/shift.js';

const world = (more: Partial<WorldInput> = {}): WorldInput => ({
  version: 1,
  users: [{ names: 'bot{1..3}', password: 'demo' }],
  campaigns: [{ name: 'Collections', type: 'predictive', contacts: 100_000 }],
  dialling: { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '60s' } },
  ...more,
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON: ShiftBreak = { kind: 'at', times: [cron('0 12 * * *')], forMs: 30 * MINUTE };
const DAY = { zone: 'America/New_York', start: ['0 9 * * *'], end: ['0 17 * * *'] };

/** One bot of this shift, at a time of its clock such as `2026-11-26T09:00-05:00`. */
const rigAt = (at: string, written: Written = DAY, more: Partial<RigOptions> = {}): Rig =>
  startRig({ world: world(), users: ['bot1'], startAt: Date.parse(at), seat: { shift: shiftOf(written) }, ...more });

const advanceTo = async (rig: Rig, at: string): Promise<void> => {
  while (rig.clock.now() < Date.parse(at))
    await rig.clock.advance(Math.min(10 * MINUTE, Date.parse(at) - rig.clock.now()));
};
const inner = (rig: Rig) => rig.fleet.agents()[0]?.inner;
const sessions = (rig: Rig) => rig.facts('session.opened').length - rig.facts('session.closed').length;
const at = (record: { at: number } | undefined): string | undefined =>
  record && new Date(record.at).toISOString().slice(11, 16);

describe('an agent with a shift', () => {
  test('started outside it waits logged out, without a session, and works from its start to its end', async () => {
    const rig = rigAt('2026-11-26T08:00-05:00');
    await advanceTo(rig, '2026-11-26T08:59:59-05:00');
    expect([rig.state('bot1'), inner(rig), rig.facts('session.opened').length]).toEqual(['logged-out', 'offline', 0]);
    expect(rig.fleet).toMatchObject({ desired: 0 });
    expect(rig.fleet.reasons()).toEqual([]);
    await advanceTo(rig, '2026-11-26T09:10-05:00');
    expect(rig.facts('pop').length).toBeGreaterThan(0);
    expect(rig.fleet.desired).toBe(1);
    await advanceTo(rig, '2026-11-26T17:05-05:00');
    expect([rig.state('bot1'), inner(rig), sessions(rig)]).toEqual(['logged-out', 'offline', 0]);
    expect(at(rig.facts('logoff.asked')[0])).toBe('22:00');
    expect(rig.facts('logoff.asked')[0]).toMatchObject({ reason: 'shift-ended', forGood: false });
    const { end, ledger } = await rig.finish();
    expect(end).toEqual({ kind: 'drained', cutCalls: 0 });
    expect(ledger.violations).toEqual([]);
    expect(rig.clock.pending).toBe(0);
  });

  test('started in mid-shift works at once, and comes back the next day', async () => {
    const rig = rigAt('2026-11-26T14:00-05:00');
    await rig.untilState('bot1', 'on-call');
    await advanceTo(rig, '2026-11-27T08:59-05:00');
    expect(rig.state('bot1')).toBe('logged-out');
    const before = rig.facts('pop').length;
    await advanceTo(rig, '2026-11-27T09:30-05:00');
    expect(rig.facts('pop').length).toBeGreaterThan(before);
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
    expect(ledger.calls.every((call) => call.dispositions.length === 1)).toBe(true);
  });

  test('at the end of the shift it requests the log-off before the disposition of its call', async () => {
    // A call of ten minutes is sure to be open at five.
    const policy = 'version: 1\ntalk: { fixed: 9m }\nwrapUp: { fixed: 1m }\notherwise: { disposition: No Answer }\n';
    const slow = { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '1h' } } as const;
    const rig = rigAt('2026-11-26T16:55-05:00', DAY, { policy, world: world({ dialling: slow }), keepsEvents: true });
    await rig.untilState('bot1', 'on-call');
    await advanceTo(rig, '2026-11-26T17:00:01-05:00');
    expect(rig.state('bot1')).toBe('logoff-pending');
    await advanceTo(rig, '2026-11-26T17:20-05:00');
    expect([rig.state('bot1'), sessions(rig)]).toEqual(['logged-out', 0]);
    const order = rig.records
      .filter((record) => record.kind === 'intent' && ['dialer-log-off', 'disposition'].includes(record.command))
      .map((record) => record.kind === 'intent' && record.command);
    expect(order.slice(0, 2)).toEqual(['dialer-log-off', 'disposition']);
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
    expect(ledger.calls.every((call) => call.outcome === 'dispositioned')).toBe(true);
  });

  test('a change of the clocks in the night of a shift changes neither start nor end of it', async () => {
    // 22:00 to 06:00 over the spring change in Berlin: seven hours, from 21:00Z to 04:00Z.
    const night = { zone: 'Europe/Berlin', start: ['0 22 * * *'], end: ['0 6 * * *'] };
    const rig = rigAt('2026-03-28T21:30+01:00', night);
    await advanceTo(rig, '2026-03-29T06:30+02:00');
    expect(at(rig.facts('session.opened')[0])).toBe('21:00');
    expect(at(rig.facts('logoff.asked')[0])).toBe('04:00');
    await rig.finish();
  });
});

describe('planned breaks', () => {
  test('a break at noon is asked for at noon and lasts as planned; then work goes on', async () => {
    const rig = rigAt('2026-11-26T11:55-05:00', { ...DAY, breaks: [NOON] });
    await advanceTo(rig, '2026-11-26T12:40-05:00');
    expect(rig.facts('break.asked')).toMatchObject([{ reason: 'shift', forMs: 30 * MINUTE }]);
    const [asked, granted, ended] = ['break.asked', 'break.granted', 'break.ended'].map(
      (kind) => rig.facts(kind as 'break.asked')[0]?.at ?? 0,
    ) as [number, number, number];
    expect(asked).toBe(Date.parse('2026-11-26T12:00-05:00'));
    expect(ended - granted).toBe(30 * MINUTE);
    await rig.untilState('bot1', 'on-call', HOUR);
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
  });

  test('started in mid-break, it takes what is left', async () => {
    const rig = rigAt('2026-11-26T12:10-05:00', { ...DAY, breaks: [NOON] });
    await rig.untilState('bot1', 'on-break');
    expect(rig.fleet.agents()[0]).toMatchObject({
      reason: 'shift',
      shift: { state: 'break', until: '2026-11-26T17:30:00.000Z' },
    });
    const [{ forMs } = { forMs: 0 }] = rig.facts('break.asked');
    expect(forMs).toBeGreaterThan(19 * MINUTE);
    expect(forMs).toBeLessThanOrEqual(20 * MINUTE);
    await rig.finish();
  });

  test('breaks every so often count from the start of the shift', async () => {
    const rig = rigAt('2026-11-26T08:30-05:00', {
      ...DAY,
      breaks: [{ kind: 'every', everyMs: 2 * HOUR, forMs: 10 * MINUTE }],
    });
    await advanceTo(rig, '2026-11-26T17:30-05:00');
    expect(rig.facts('break.asked').map(at)).toEqual(['16:00', '18:00', '20:00']);
    await rig.finish();
  });

  test('the end of the shift ends a break', async () => {
    const late = { ...DAY, breaks: [{ kind: 'at', times: [cron('50 16 * * *')], forMs: HOUR }] } as const;
    const rig = rigAt('2026-11-26T16:45-05:00', late);
    await rig.untilState('bot1', 'on-break', HOUR);
    await advanceTo(rig, '2026-11-26T17:01-05:00');
    expect([rig.state('bot1'), sessions(rig)]).toEqual(['logged-out', 0]);
    expect(at(rig.facts('break.ended')[0])).toBe('22:00');
    await rig.finish();
  });

  test('breaks after so many calls go on beside planned ones', async () => {
    const policy =
      'version: 1\ntalk: { fixed: 5s }\nwrapUp: { fixed: 1s }\nbreaks: { afterCalls: 3, for: 2m }\notherwise: { disposition: No Answer }\n';
    const rig = rigAt('2026-11-26T11:00-05:00', { ...DAY, breaks: [NOON] }, { policy });
    await advanceTo(rig, '2026-11-26T12:35-05:00');
    const reasons = rig.facts('break.granted').map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'shift')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'after-calls').length).toBeGreaterThan(3);
    await rig.finish();
  });
});

describe('any shift, in the week of a change of clocks', () => {
  const hour = fc.integer({ min: 0, max: 23 });
  const line = fc
    .tuple(fc.constantFrom('0', '30', '0,30'), hour, fc.constantFrom('*', 'mon-fri', '0,6'))
    .map(([m, h, d]) => `${m} ${h} * * ${d}`);
  const lines = fc.array(line, { minLength: 1, maxLength: 3 });
  const breaks = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('at' as const),
        times: lines.map((texts) => texts.map(cron)),
        forMs: fc.constantFrom(10, 45).map((m) => m * MINUTE),
      }),
      fc.record({
        kind: fc.constant('every' as const),
        everyMs: fc.constantFrom(1, 3).map((h) => h * HOUR),
        forMs: fc.constant(15 * MINUTE),
      }),
    ),
    { maxLength: 2 },
  );

  test('an agent without calls does at any time what the calendar says', async () => {
    const idle = world({ campaigns: [{ name: 'Nothing', type: 'predictive', contacts: 0 }] });
    await fc.assert(
      fc.asyncProperty(lines, lines, breaks, fc.integer({ min: 1, max: 60 }), async (start, end, planned, offset) => {
        const shift = shiftOf({ start, end, breaks: planned });
        const rig = startRig({
          world: idle,
          users: ['bot1'],
          startAt: Date.parse('2026-03-07T12:00-05:00') + offset * MINUTE,
          seat: { shift },
        });
        for (let minute = 0; minute < 30 * 60; minute += 29) {
          await rig.clock.advance(29 * MINUTE);
          const duty = dutyAt(shift, rig.clock.now());
          // A change of this minute may still be under way.
          if (rig.clock.now() - (duty.since ?? 0) < MINUTE) continue;
          const shown = { working: 'ready', break: 'on-break', off: 'logged-out' }[duty.state];
          expect([new Date(rig.clock.now()).toISOString(), rig.state('bot1')]).toEqual([
            new Date(rig.clock.now()).toISOString(),
            shown,
          ]);
        }
        const { ledger } = await rig.finish();
        expect(ledger.violations).toEqual([]);
        expect(rig.clock.pending).toBe(0);
      }),
      { numRuns: 4 },
    );
  }, 60_000);
});

describe('when the clocks are not to be trusted', () => {
  test('a worker that slept over the start of the shift makes it good within a minute, and says so', async () => {
    const skew = { ms: 0 };
    const changes: string[] = [];
    const rig = rigAt('2026-11-26T08:30-05:00', DAY, { skew, onShiftChange: (timing) => changes.push(timing) });
    await rig.clock.advance(10 * MINUTE);
    skew.ms = 2 * HOUR; // it is 10:40 now
    await rig.clock.advance(MINUTE + 5_000);
    expect(rig.facts('session.opened')).toHaveLength(1);
    expect(changes).toEqual(['made-good']);
    await rig.finish();
  });

  test('a worker that slept over the end of the shift logs off when it wakes', async () => {
    const skew = { ms: 0 };
    const rig = rigAt('2026-11-26T15:00-05:00', DAY, { skew });
    await rig.untilState('bot1', 'on-call');
    skew.ms = 3 * HOUR;
    await rig.clock.advance(2 * MINUTE);
    expect(rig.facts('logoff.asked')).toMatchObject([{ reason: 'shift-ended' }]);
    expect(rig.state('bot1')).toBe('logged-out');
    await rig.finish();
  });

  test('a clock set back into the shift brings the agent in again, and its break is not repeated', async () => {
    const skew = { ms: 0 };
    const rig = rigAt('2026-11-26T11:58-05:00', { ...DAY, breaks: [NOON] }, { skew });
    await rig.untilState('bot1', 'on-break', HOUR);
    await advanceTo(rig, '2026-11-26T12:35-05:00');
    skew.ms = -20 * MINUTE;
    await rig.clock.advance(30 * MINUTE);
    expect(rig.facts('break.asked')).toHaveLength(1);
    skew.ms = 5 * HOUR;
    await rig.clock.advance(5 * MINUTE);
    expect(rig.state('bot1')).toBe('logged-out');
    skew.ms = 0;
    await rig.clock.advance(2 * MINUTE);
    expect(rig.state('bot1')).not.toBe('logged-out');
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
  });

  test('woken for nothing, many times, it asks nobody for anything', async () => {
    const rig = rigAt('2026-11-26T09:30-05:00', DAY, { keepsEvents: true });
    await rig.clock.advance(HOUR);
    const told = rig
      .facts('event')
      .filter(({ event }) => ['shift.began', 'logoff.asked', 'break.asked'].includes(event.type));
    expect(told).toHaveLength(1);
    await rig.finish();
  });
});

describe('a worker that was killed', () => {
  const workOf = (rig: Rig): Map<string, OpenWork> => {
    const work = new Map<string, OpenWork>();
    for (const record of rig.records) work.set(record.user, afterRecord(work.get(record.user), record));
    return work;
  };

  test('goes on in mid-shift with the next process', async () => {
    const first = rigAt('2026-11-26T10:00-05:00', { ...DAY, breaks: [NOON] });
    await first.untilState('bot1', 'on-call');
    first.fleet.kill();
    const next = rigAt('2026-11-26T12:05-05:00', { ...DAY, breaks: [NOON] }, { work: workOf(first) });
    await next.untilState('bot1', 'on-break');
    first.simulator.close();
    await next.finish();
  });

  test('forgets a planned break that was asked for and not granted: the calendar says whether there is one now', async () => {
    const policy = 'version: 1\ntalk: { fixed: 10m }\nwrapUp: { fixed: 1m }\notherwise: { disposition: No Answer }\n';
    const slow = { outcomes: { answer: 1 }, farSideHangsUpAfter: { fixed: '1h' } } as const;
    const campaigns: WorldInput['campaigns'] = [{ name: 'Collections', type: 'power', contacts: 1_000 }];
    const more = { policy, world: world({ campaigns, dialling: slow }) };
    const first = rigAt('2026-11-26T11:55-05:00', { ...DAY, breaks: [NOON] }, more);
    await first.untilState('bot1', 'break-pending', HOUR);
    first.fleet.kill();
    first.simulator.close();
    // The next world is another one, where the numbers of calls begin anew.
    const work = new Map([...workOf(first)].map(([user, left]) => [user, { ...left, call: null }]));
    const next = rigAt('2026-11-26T14:00-05:00', { ...DAY, breaks: [NOON] }, { ...more, work });
    await next.until('a call of its own', () => next.facts('pop').length > 0, HOUR);
    await next.clock.advance(30 * MINUTE);
    expect(next.facts('break.granted')).toEqual([]);
    await next.finish();
  });

  test('with a call open, and the shift over meanwhile: the call is ended first, then the agent leaves', async () => {
    const first = rigAt('2026-11-26T16:58-05:00');
    await first.untilState('bot1', 'on-call');
    first.fleet.kill();
    first.simulator.close();
    const next = rigAt('2026-11-26T17:30-05:00', DAY, { work: workOf(first) });
    await next.until('the end of the call', () => next.facts('call.closed').length > 0, HOUR);
    await next.until('the log-off', () => sessions(next) === 0 && next.facts('session.closed').length > 0, HOUR);
    expect(next.facts('pop')).toHaveLength(0);
    await next.clock.advance(HOUR);
    expect([inner(next), next.facts('session.opened').length]).toEqual(['offline', 1]);
    await next.finish();
  });
});

describe('an operator and the calendar', () => {
  const ask = (rig: Rig, act: 'log-off' | 'log-in' | 'end-break') =>
    rig.fleet.ask({ agents: ['*'], act, asker: { by: 'http', from: '127.0.0.1' } });

  test('an agent that an operator logged off stays out until its next shift', async () => {
    const rig = rigAt('2026-11-26T10:00-05:00');
    await rig.untilState('bot1', 'on-call');
    ask(rig, 'log-off');
    await advanceTo(rig, '2026-11-26T16:00-05:00');
    expect([inner(rig), rig.fleet.desired, rig.fleet.reasons()]).toEqual(['offline', 0, []]);
    expect(rig.fleet.agents()[0]).toMatchObject({ reason: 'logged-off-by-operator' });
    await advanceTo(rig, '2026-11-27T09:05-05:00');
    expect([rig.state('bot1') === 'logged-out', rig.fleet.desired]).toEqual([false, 1]);
    await rig.finish();
  });

  test('an agent that an operator logged in outside its shift works on until the next one has ended', async () => {
    const rig = rigAt('2026-11-26T07:00-05:00');
    ask(rig, 'log-in');
    await advanceTo(rig, '2026-11-26T07:30-05:00');
    expect(rig.facts('pop').length).toBeGreaterThan(0);
    await advanceTo(rig, '2026-11-26T17:05-05:00');
    expect([inner(rig), sessions(rig), rig.facts('session.opened').length]).toEqual(['offline', 0, 1]);
    await rig.finish();
  });

  test('a planned break that an operator ended is not asked for again', async () => {
    const rig = rigAt('2026-11-26T11:58-05:00', { ...DAY, breaks: [NOON] });
    await rig.untilState('bot1', 'on-break', HOUR);
    ask(rig, 'end-break');
    await advanceTo(rig, '2026-11-26T12:40-05:00');
    expect(rig.facts('break.asked')).toHaveLength(1);
    expect(at(rig.facts('break.ended')[0])).toBe('17:00');
    await rig.finish();
  });

  test('an agent that a supervisor took out of its campaigns goes back at its next shift', async () => {
    const rig = rigAt('2026-11-26T10:00-05:00', DAY, {
      world: world({ faults: [{ fault: 'auto-logout', at: '5m' }] }),
    });
    await rig.until('the removal', () => inner(rig) === 'no-campaign', HOUR);
    const before = rig.facts('pop').length;
    await advanceTo(rig, '2026-11-27T08:59-05:00');
    expect([inner(rig), rig.facts('pop').length]).toEqual(['offline', before]);
    await rig.until('a call', () => rig.facts('pop').length > before, HOUR);
    await rig.finish();
  });
});
