import { describe, expect, it } from '@jest/globals';
import { playShift } from './client.js';
import type { StrangerOptions } from './quirks.js';
import { startStranger } from './server.js';

/** Plays the strange client against the strange server: both read the same reference, so nothing may surprise. */
async function agree(options: Partial<StrangerOptions>, messaging: 'stream' | 'poll') {
  const server = await startStranger({ users: 3, ...options });
  const dialects = ['vendor', 'echo', 'bare'] as const;
  const reports = await Promise.all(
    dialects.map((dialect, index) =>
      playShift({
        url: server.url,
        user: `bot00${index + 1}`,
        password: 'stranger-secret',
        messaging,
        dialect,
        calls: messaging === 'poll' ? 2 : 4,
        idleMs: 4000,
        talkMs: 50,
        breakAtCall: 1,
        callbackEvery: 3,
        skipEvery: 4,
        station: `bot00${index + 1}-ws`,
      }),
    ),
  );
  await server.close();
  // The third client sends no content type, as some in the field do; the strict server minds that.
  const violations = server.truth.violations
    .filter(({ code, user }) => !(code === 'wrong-content-type' && user === 'bot003'))
    .map(({ code, user, detail }) => `${user}: ${code} ${detail}`);
  return { reports, violations, truth: server.truth };
}

describe('The strange client and the strange server agree on the reference', () => {
  it.each([
    ['stream', false],
    ['poll', true],
  ] as const)('over %s, with the Logon Campaign right: %s', async (messaging, logonCampaign) => {
    const { reports, violations, truth } = await agree(
      { logonCampaign, messaging: messaging === 'poll' ? 1 : 2 },
      messaging,
    );
    const odd = reports.flatMap(({ user, surprises, failure }) =>
      [...surprises, ...(failure ? [failure] : [])].map((s) => `${user}: ${s}`),
    );
    expect(odd).toEqual([]);
    expect(violations).toEqual([]);
    expect(truth.undone()).toEqual([]);
    expect(truth.calls.length).toBe(reports.reduce((sum, { calls }) => sum + calls.length, 0));
    expect(reports.every(({ granted, breaks }) => granted && breaks === 1)).toBe(true);
  });

  it('keeps to the rules under bad manners that a plain client can bear', async () => {
    const quirks = { overtake: true, mangledStream: false, duplicates: 'at-once', placed: 'preview-pop' } as const;
    const { reports, violations, truth } = await agree({ quirks }, 'stream');
    expect(reports.map(({ failure }) => failure)).toEqual([null, null, null]);
    expect(violations).toEqual([]);
    expect(truth.undone()).toEqual([]);
  });
});
