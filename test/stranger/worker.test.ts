import { beforeAll, describe, expect, it } from '@jest/globals';
import { cases } from './cases.js';
import { runCase } from './judge.js';

/** Several products at once, few agents each: on few cores a case takes its time, together they do not. */
const atOnce = 5;
const daily = cases.filter((one) => one.daily);

describe('The worker, run by flags alone, against an ICWS server that nobody here wrote', () => {
  const verdicts = new Map<string, Promise<readonly string[]>>();

  beforeAll(() => {
    const waiting = daily.map((one) => {
      let start: (verdict: Promise<readonly string[]>) => void = () => {};
      verdicts.set(one.name, new Promise((resolve) => (start = resolve)));
      return { one, start };
    });
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const verdict = runCase({ users: 6, ...next.one }).then(({ problems }) => problems);
        next.start(verdict);
        await verdict.catch(() => {});
      }
    };
    for (let n = 0; n < atOnce; n += 1) void lane();
  });

  it.each(daily)(
    '$name',
    async ({ name }) => {
      expect(await verdicts.get(name)).toEqual([]);
    },
    120_000,
  );
});

describe('Five hundred agents', () => {
  it.each(cases.filter(({ users }) => users === 500))(
    '$name: every call dispositioned once, no rule broken, the accounts equal',
    async (one) => {
      const { problems } = await runCase(one);
      expect(problems).toEqual([]);
    },
    150_000,
  );
});
