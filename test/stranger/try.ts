import { runWorker } from './product.js';
import { startStranger } from './server.js';

const [, , , messaging = 'auto', right = 'no', users = '4', duration = '4s', quirks = '{}', extra = '{}'] =
  process.argv;
const server = await startStranger({
  users: Number(users),
  logonCampaign: right === 'yes',
  quirks: JSON.parse(quirks),
  ...JSON.parse(extra),
});
const result = await runWorker({
  url: server.url,
  users: `bot{001..${String(users).padStart(3, '0')}}`,
  messaging: messaging as 'auto',
  duration,
});
const { truth } = server;
console.log(result.stderr.slice(-6000));
console.log('code', result.code, JSON.stringify(result.summary, null, 1));
console.log('calls', truth.calls.length, 'undone', truth.undone(), truth.labels());
console.log('violations', truth.violations.length, truth.violations.slice(0, 20));
console.log(truth.requests, truth.notes, 'live', server.liveSessions(), 'metrics', result.metrics.length);
const who = process.env.TRACE ?? truth.violations[0]?.user ?? truth.undone()[0]?.agent;
if (who)
  console.log(
    truth.traces
      .get(who)
      ?.join('\n')
      .slice(-Number(process.env.TRACE_LENGTH ?? 6000)),
  );
await server.close();
