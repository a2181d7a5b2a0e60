import { runCase } from './judge.js';

for (const atLeastMs of [300, 450, 600, 750, 900, 1050, 1200]) {
  const { truth } = await runCase({
    name: 'x',
    users: 30,
    enough: 0,
    atLeastMs,
    ...(process.argv[3] ? { messaging: process.argv[3] as 'poll' } : {}),
  });
  console.log(atLeastMs, truth.violations.map(({ code }) => code).join(), truth.undone().length);
  const user = truth.violations[0]?.user;
  if (user) console.log(truth.traces.get(user)?.join('\n').slice(-3000));
}
