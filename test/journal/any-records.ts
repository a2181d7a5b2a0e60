import fc from 'fast-check';
import type { Fact, JournalRecord, RecordedEvent } from '../../src/journal/record.js';
import { callNamed } from './support.js';

const START = Date.UTC(2026, 0, 5, 9);

const users = ['bot1', 'bot2'];
const ids = fc.constantFrom('1', '2', '3').map((id) => callNamed(id));
const verdict = fc.constantFrom('ok', 'gone', 'refused', 'forbidden', 'unavailable', 'lost', 'unsent' as const);
const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pop' as const), call: ids, nth: fc.nat(9), preview: fc.boolean() }),
  },
  fc.record({ kind: fc.constant('call.renamed' as const), call: ids, was: fc.constantFrom('1', '2', '3') }),
  fc.record({
    kind: fc.constant('preview' as const),
    call: ids,
    outcome: fc.constantFrom('placed', 'skipped', 'timed-out', 'withdrawn'),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('decision' as const),
      call: ids,
      point: fc.constantFrom('offer', 'connect', 'end'),
      policy: fc.constant('demo'),
      rule: fc.constant(null),
      action: fc.constant('disposition'),
      details: fc.record({
        endings: fc.array(fc.record({ label: fc.string() }), { maxLength: 3 }),
        talkMs: fc.nat(9_999),
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('intent' as const),
      command: fc.constantFrom('disposition', 'callback', 'place-preview-call', 'disconnect', 'log-off'),
      call: ids,
      label: fc.string({ unit: 'binary' }),
      choice: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('outcome' as const),
      command: fc.constantFrom('disposition', 'callback', 'place-preview-call'),
      call: ids,
      answer: fc.constantFrom('ok', 'refused', 'lost'),
      verdict: verdict as fc.Arbitrary<'ok'>,
    }),
  },
  fc.record({
    kind: fc.constant('call.closed' as const),
    call: ids,
    label: fc.string(),
    result: fc.constantFrom('accepted', 'void', 'failed', 'unknown'),
    basis: fc.constant('answer'),
    seconds: fc.nat(99),
  }),
  fc.constantFrom<Fact>(
    { kind: 'session.lost', session: 's', reason: 'r' },
    { kind: 'session.closed', session: 's' },
    { kind: 'session.opened', session: 's', host: 'h' },
    { kind: 'break.asked', reason: 'r', forMs: 5 },
    { kind: 'break.granted', reason: 'r', waitSeconds: 1 },
    { kind: 'break.ended', reason: 'r' },
    { kind: 'logoff.asked', reason: 'signal', forGood: true },
    { kind: 'credentials.refused', code: 'c', fingerprint: 'f' },
    { kind: 'event', event: { type: 'link.down' } },
    { kind: 'event', event: { type: 'campaigns.changed', fresh: ['a "b"'], joined: 1 } as RecordedEvent },
    { kind: 'transition', from: 'ready', to: 'on-call', event: 'call.popped', seconds: 1.831977700000003 },
    { kind: 'problem', code: 'x', message: 'line\nend\u2028 and \ud800' },
  ),
);

/** Records of two agents about three calls, in any order, sensible or not. */
export const anyRecords: fc.Arbitrary<JournalRecord[]> = fc.array(
  fc.tuple(fc.constantFrom(...users), anyFact).map(([user, fact]): JournalRecord => ({ at: START, user, ...fact })),
  { maxLength: 40 },
);
