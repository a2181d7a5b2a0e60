import { EventEmitter, once } from 'node:events';
import { expect, test } from '@jest/globals';
import { watchForCrashes } from '../../src/cli/crash.js';
import { lastWords } from '../../src/cli/last-words.js';

/** A process that can die. */
function mortal() {
  const events = new EventEmitter();
  const said: string[] = [];
  const exits: number[] = [];
  const died = once(events, 'died');
  const onCrash = watchForCrashes(
    {
      on: (event, fn) => events.on(event, fn),
      exit: (code) => {
        exits.push(code);
        events.emit('died');
      },
    },
    (text) => said.push(text),
    false,
  );
  return { events, said, exits, died, onCrash };
}

test.each(['uncaughtException', 'unhandledRejection'])('%s: last words, last acts, exit code 1', async (event) => {
  const { events, said, exits, died, onCrash } = mortal();
  const acts: string[] = [];
  onCrash(async (error) => acts.push(`journal closed after ${(error as Error).message}`));
  onCrash(() => {
    throw new Error('an act that fails');
  });
  onCrash(() => acts.push('taken back'))();
  events.emit(event, new Error('boom'));
  await died;
  expect(acts).toEqual(['journal closed after boom']);
  expect(exits).toEqual([1]);
  expect(said.join('')).toMatch(/^dialer-agent: ended by a mistake of this program: boom\. Start it again: .*\n$/);
});

test('a second mistake while dying does not wait for the acts of the first', async () => {
  const { events, exits, died, onCrash } = mortal();
  onCrash(() => new Promise(() => {}));
  events.emit('uncaughtException', new Error('one'));
  events.emit('uncaughtException', new Error('two'));
  await died;
  expect(exits).toEqual([1]);
});

test.each([
  ['nothing where all went as asked', { end: { kind: 'drained', cutCalls: 0 } }, undefined],
  ['how long calls were given', { end: { kind: 'drained', cutCalls: 2 } }, /^2 calls were cut: the drain has 2m \(/],
  ['the journal first', { end: { kind: 'drained', cutCalls: 2 }, hasJournalFailed: true }, /^The journal failed/],
  ['where what was open is', { end: { kind: 'killed' } }, /in the journal, and the next start takes it up\.$/],
  ['that it is nowhere', { end: { kind: 'killed' }, hasJournal: false }, /no journal was kept/],
  [
    'who says what to mend',
    { end: { kind: 'refused', reason: 'icws/transport-refused', message: 'nobody there.' } },
    /^No agent could work at https:\/\/cic1 \(icws\/transport-refused\): nobody there\. dialer-agent doctor/,
  ],
  ['the licence', { end: { kind: 'refused', reason: 'no-licence', message: '' } }, /I3_ACCESS_DIALER_ADDON/],
] as const)('a run that ends says %s', (_what, ending, words) => {
  const said = lastWords({
    ...{ server: 'https://cic1', drainTimeoutMs: 120_000, hasJournal: true, hasJournalFailed: false },
    ...ending,
  });
  if (words === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(words);
});
