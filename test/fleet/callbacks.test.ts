import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { workAfter } from '../../src/fleet/calendar.js';
import { CallbackBook } from '../../src/fleet/callback-book.js';
import { rememberedCallbacks } from '../../src/fleet/remembered-callbacks.js';
import { WorkMemory } from '../../src/fleet/work-memory.js';
import { memoryFiles } from '../../src/journal/index.js';
import type { JournalRecord } from '../../src/journal/record.js';
import { loadPolicy } from '../../src/policy/index.js';
import { FOLDER, OURS, openWith, THEIRS } from '../journal/support.js';
import { startRig } from '../support/rig.js';
import { cron, shiftOf } from '../support/shift.js';

const HOUR = 3_600_000;
const call = (interactionId: string) => ({ interactionId, campaignId: 'C', campaign: 'C', kind: 'regular' });
const decided = (user: string, id: string, time: number, rule = 'again'): JournalRecord => ({
  kind: 'decision',
  at: time - HOUR,
  user,
  call: call(id),
  point: 'end',
  policy: 'p',
  rule,
  action: 'callback',
  details: { endings: [{ label: 'Callback', scheduledTime: time / 1_000, owner: 'anyone' }, { label: 'No Answer' }] },
});
const closed = (
  user: string,
  id: string,
  label: string,
  result: 'accepted' | 'void' | 'failed' | 'unknown' = 'accepted',
) =>
  ({ kind: 'call.closed', at: 0, user, call: call(id), label, result, basis: 'answer', seconds: 1 }) as JournalRecord;

describe('the book of callbacks', () => {
  const at = Date.UTC(2026, 10, 20, 15, 30);
  const hour = Date.UTC(2026, 10, 20, 15);

  test('counts by rule and clock hour from the decision on, and no more where the call ended otherwise', () => {
    const book = new CallbackBook();
    for (const [user, id] of [
      ['a', '1'],
      ['a', '2'],
      ['b', '1'],
      ['b', '3'],
      ['b', '4'],
    ] as const)
      book.heard(decided(user, id, at));
    book.heard(decided('c', '9', at + HOUR));
    book.heard(decided('c', '8', at, 'other'));
    expect([book.booked('p', 'again', hour), book.booked('p', 'again', hour + HOUR)]).toEqual([5, 1]);
    expect([book.booked('p', 'other', hour), book.booked('q', 'again', hour)]).toEqual([1, 0]);
    book.heard(closed('a', '1', 'Callback'));
    book.heard(closed('a', '2', 'Callback', 'unknown'));
    expect(book.booked('p', 'again', hour)).toBe(5);
    book.heard(closed('b', '1', 'No Answer'));
    book.heard(closed('b', '3', 'Callback', 'void'));
    book.heard(closed('b', '4', '', 'failed'));
    book.heard(closed('b', '4', '', 'failed'));
    expect(book.booked('p', 'again', hour)).toBe(2);
  });

  test('a decision that is made again replaces the first', () => {
    const book = new CallbackBook();
    book.heard(decided('a', '1', at));
    book.heard(decided('a', '1', at + HOUR));
    expect([book.booked('p', 'again', hour), book.booked('p', 'again', hour + HOUR)]).toEqual([0, 1]);
  });

  test('a restarted worker goes on with what its journal remembers, and leaves the records of others alone', async () => {
    const files = memoryFiles();
    for (const identity of [OURS, THEIRS]) {
      const journal = await openWith({ files, identity });
      await journal.write(decided('a', '1', at));
      await journal.write(closed('a', '1', 'Callback'));
      await journal.close();
    }
    const { policy } = loadPolicy(
      'version: 1\nname: p\nrules: [ { name: again, then: { callback: { in: 1h, capPerHour: 1 } } } ]',
      'p.yaml',
    );
    const book = await rememberedCallbacks({ files, path: FOLDER, identity: OURS }, policy ? [policy] : [], at);
    expect(book.booked('p', 'again', hour)).toBe(1);
  });
});

describe('the working hours of owners', () => {
  const weekdays = shiftOf({
    start: ['0 9 * * 1-5'],
    end: ['0 17 * * 1-5'],
    breaks: [{ kind: 'at', times: [cron('0 12 * * 1-5')], forMs: HOUR / 2 }],
    holidays: ['2026-11-26'],
  });

  test('are those of the calendar, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 * 24 * 60 }), { minLength: 1, maxLength: 60 }), (minutes) => {
        const memory = new WorkMemory();
        for (const minute of minutes) {
          const instant = Date.UTC(2026, 9, 25) + minute * 60_000;
          expect(memory.after(weekdays, instant)).toEqual(workAfter(weekdays, instant));
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('callbacks of a fleet', () => {
  const world = {
    version: 1 as const,
    users: [{ names: 'bot{1..6}', password: 'demo' }],
    campaigns: [{ name: 'Collections', type: 'power' as const, contacts: 300, allowAgentCallbacks: true }],
    dialling: { outcomes: { answer: 1, noAnswer: 0, busy: 0, machine: 0 }, farSideHangsUpAfter: { fixed: '60s' } },
  };

  test('all agents together keep to the cap of an hour, within the hours of the contact', async () => {
    const rig = startRig({
      world,
      users: ['bot1', 'bot2', 'bot3', 'bot4', 'bot5', 'bot6'],
      policy: `version: 1
timezone: America/New_York
talk: { fixed: 5s }
wrapUp: { fixed: 1s }
rules:
  - name: again
    then: { callback: { in: 1h, window: { from: "09:00", to: "11:00" }, capPerHour: 7, jitter: 2h, owner: self } }
otherwise: { disposition: No Answer }
`,
    });
    await rig.until('thirty callbacks', () => rig.facts('callback').length >= 30, 600_000);
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
    const hours = new Map<string, number>();
    for (const { details, rule } of rig.facts('decision').filter(({ action }) => action === 'callback')) {
      expect(rule).toBe('again');
      const hour = details?.local?.slice(0, 13) ?? '';
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    for (const [hour, count] of hours) {
      expect(hour.slice(11)).toMatch(/^(?:09|10)$/);
      expect(count).toBeLessThanOrEqual(7);
    }
    expect([...hours.values()].filter((count) => count === 7).length).toBeGreaterThan(2);
  });

  test('what is fallen back on is told as a problem, once for each campaign', async () => {
    const rig = startRig({
      world,
      users: ['bot1'],
      policy: `version: 1
timezone: America/New_York
talk: { fixed: 5s }
rules:
  - name: again
    then: { callback: { in: 1h, window: { from: "09:00", to: "20:00", timezone: { attribute: nowhere } } } }
otherwise: { disposition: No Answer }
`,
    });
    await rig.until('a callback', () => rig.facts('callback').length > 0, 600_000);
    await rig.finish();
    expect(rig.facts('problem')[0]).toMatchObject({
      code: 'policy/zone-unknown',
      message: "Campaign Collections, policy rig: a contact's column names no known time zone.",
    });
  });

  test('own callbacks come when their owner works: in his shift, not in its break', async () => {
    const rig = startRig({
      world,
      users: ['bot1', 'bot2'],
      seat: {
        shift: shiftOf({
          zone: 'UTC',
          start: ['0 9 * * *'],
          end: ['0 13 * * *'],
          breaks: [{ kind: 'at', times: [cron('0 10 * * *')], forMs: 2 * HOUR }],
        }),
      },
      policy: `version: 1
timezone: UTC
talk: { fixed: 5s }
rules:
  - name: mine
    when: { agent: bot1 }
    then: { callback: { in: 55m, owner: self, jitter: 3h } }
  - name: too-late
    then: { callback: { in: 1h, owner: self, within: 2h } }
otherwise: { disposition: No Answer }
`,
    });
    await rig.until('some callbacks', () => rig.facts('callback').length > 8, 600_000);
    const { ledger } = await rig.finish();
    expect(ledger.violations).toEqual([]);
    const times = (user: string) =>
      rig
        .facts('decision')
        .filter((decision) => decision.action === 'callback' && decision.user === user)
        .map(({ details }) => details?.local?.slice(11, 19) ?? '');
    for (const time of times('bot1'))
      expect(time < '10:00:00' ? time >= '09:55:00' : time >= '12:00:00' && time < '13:00:00').toBe(true);
    expect(
      rig
        .facts('callback')
        .filter(({ user }) => user === 'bot2')
        .map(({ owner }) => owner),
    ).toContain('anyone');
    expect(rig.facts('problem').map(({ code }) => code)).toContain('policy/owner-off-shift');
  });
});
