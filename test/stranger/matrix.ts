/** The whole matrix by hand: node test/stranger/hand.mjs matrix.ts [part of a name] [at once, 4 by default] */
import { cases } from './cases.js';
import { runCase } from './judge.js';

const part = process.argv[3] ?? '';
const atOnce = Number(process.argv[4] ?? 4);
const waiting = cases.filter(({ name, daily }) => (part === 'daily' ? daily : name.includes(part)));
let bad = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const { problems, truth, result } = await runCase(one);
      if (problems.length > 0) bad += 1;
      const summary = `${truth.calls.length} calls, ${truth.breaksGranted} breaks, ${truth.now()} ms`;
      console.log(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${one.name} (${summary})`);
      for (const problem of problems) console.log(`       ${problem}`);
      if (process.env.TRACE === undefined || problems.length === 0) continue;
      const user = process.env.TRACE?.startsWith('bot')
        ? process.env.TRACE
        : (truth.violations[0]?.user ??
          truth.undone()[0]?.agent ??
          /agent":"(bot[0-9]+)/.exec(problems.join())?.[1] ??
          'bot001');
      console.log(truth.traces.get(user)?.join('\n').slice(-8000));
      console.log(JSON.stringify(Object.fromEntries(truth.notes)), result.stderr.slice(-3000));
    }
  }),
);
console.log(`${bad} bad`);
process.exitCode = bad === 0 ? 0 : 1;
