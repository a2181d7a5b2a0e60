// npm run build && node bench/journal.mjs [--rates 100,400,1000] [--seconds 5] [--folder DIR]
//
// What the journal costs: CPU of this process per call-equivalent (the records that one predictive call leaves behind,
// inputs of the chart included), how long an intent waits for the disk, and how fast recovery and queries read. Each
// figure is the difference between writing the records to the journal and only making them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../dist/base/clock.js';
import { nodeFiles } from '../dist/journal/node-files.js';
import { nodeProcesses } from '../dist/journal/processes.js';
import { queryCalls } from '../dist/journal/queries.js';
import { openJournal } from '../dist/journal/store.js';

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '50,400,1000' },
    seconds: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const seconds = Number(values.seconds);
const rates = values.rates.split(',').map(Number);
const clock = systemClock();
const say = (text) => process.stdout.write(`${text}\n`);

/** The records of one call in the order of their writing; `write` may return a promise to be awaited. */
async function oneCall(write, user, n) {
  const call = { interactionId: String(1_000_000 + n), campaignId: 'c-17', campaign: 'Collections', kind: 'regular' };
  const put = (fact) => write({ at: Date.now(), user, ...fact });
  const event = (fields) => put({ kind: 'event', event: fields });
  const order = n * 5;
  event({ type: 'status.seen', status: 'dialer-call' });
  event({
    type: 'call.popped',
    pop: { ...call, preview: false, placed: false, previewEndsInMs: null, contact: 'k3J9x_2mNq0' },
  });
  put({ kind: 'pop', call, nth: n, preview: false, placed: false, previewEndsInMs: null, contact: 'k3J9x_2mNq0' });
  put({ kind: 'transition', from: 'ready', to: 'on-call', event: 'call.popped', seconds: 12.345 });
  put({
    kind: 'decision',
    call,
    point: 'connect',
    policy: 'collections',
    rule: null,
    action: 'talk',
    nth: n,
    details: { talkMs: 43_210 },
  });
  event({ type: 'call.talk-decided', call: call.interactionId, talkMs: 43_210 });
  event({ type: 'call.ended', call: call.interactionId, by: 'far-side' });
  const endings = [{ label: 'Success' }, { label: 'No Answer' }];
  put({
    kind: 'decision',
    call,
    point: 'end',
    policy: 'collections',
    rule: 'outcomes',
    action: 'disposition',
    nth: n,
    details: { wrapUpMs: 3_210, endings, connected: true, endedBy: 'far-side', talkedMs: 40_001 },
  });
  event({ type: 'call.end-decided', call: call.interactionId, wrapUpMs: 3_210, choices: 2, label: 'Success' });
  const before = clock.monotonic();
  await put({ kind: 'intent', command: 'disposition', call, label: 'Success', order, nth: n, choice: 0 });
  const waited = clock.monotonic() - before;
  put({ kind: 'outcome', command: 'disposition', call, answer: 'ok', status: 200, order, nth: n, verdict: 'ok' });
  event({ type: 'call.disposition-answered', command: order, verdict: 'ok', label: 'Success' });
  put({ kind: 'call.closed', call, label: 'Success', result: 'accepted', basis: 'answer', seconds: 47.2 });
  put({ kind: 'transition', from: 'on-call', to: 'logged-in', event: 'call.disposition-answered', seconds: 47.21 });
  event({ type: 'status.seen', status: 'follow-up' });
  event({ type: 'available.confirmed', command: order + 1 });
  put({ kind: 'transition', from: 'logged-in', to: 'ready', event: 'available.confirmed', seconds: 0.02 });
  event({ type: 'status.seen', status: 'acd' });
  return waited;
}
const RECORDS_PER_CALL = 18;

/** Calls begin at `rate` per second, evenly in ticks of 3 ms, spread over 500 agents. */
async function atRate(write, rate) {
  const waits = [];
  const running = [];
  const startedAt = clock.monotonic();
  const used = process.cpuUsage();
  let begun = 0;
  while (clock.monotonic() - startedAt < seconds * 1_000) {
    const due = Math.floor(((clock.monotonic() - startedAt) / 1_000) * rate);
    for (; begun < due; begun++) {
      running.push(
        oneCall(write, `bot${String(begun % 500).padStart(3, '0')}`, begun + 1).then((ms) => waits.push(ms)),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await Promise.all(running);
  const { user, system } = process.cpuUsage(used);
  return { calls: begun, cpu: (user + system) / begun, waits: waits.sort((a, b) => a - b) };
}

function journalIn(folder) {
  return openJournal({
    path: join(folder, 'journal'),
    files: nodeFiles(),
    clock,
    processes: nodeProcesses(process),
    identity: { server: 'http://127.0.0.1:8018', applicationName: 'bench' },
    circumstances: { tool: 'bench', chart: 'bench', policies: {}, seed: 1 },
    freshSalt: 'no-secrets-here-0123456789',
    onFailure: (error) => {
      throw error;
    },
  });
}

const folder = mkdtempSync(join(values.folder, 'journal-bench-'));
try {
  say(`journal: ${RECORDS_PER_CALL} records per call, ${seconds} s each`);
  say('calls/s   without µs/call   with µs/call   journal µs/call   intent waits p50 ms   p99 ms');
  await atRate(() => {}, 2_000);
  for (const rate of rates) {
    const without = await atRate(() => {}, rate);
    const journal = await journalIn(join(folder, String(rate)));
    const withIt = await atRate((record) => journal.write(record), rate);
    await journal.close();
    const quantile = (q) => (withIt.waits[Math.floor(withIt.waits.length * q)] ?? 0).toFixed(2);
    const figures = [without.cpu.toFixed(0), withIt.cpu.toFixed(0), (withIt.cpu - without.cpu).toFixed(0)];
    say(
      `${String(rate).padEnd(9)} ${figures[0].padEnd(17)} ${figures[1].padEnd(14)} ${figures[2].padEnd(17)} ${quantile(0.5).padEnd(21)} ${quantile(0.99)}`,
    );
  }
  await flatOut();
} finally {
  rmSync(folder, { recursive: true });
}

/** As fast as it goes with 100 agents that wait for their intents, then what it takes to read it all again. */
async function flatOut() {
  const path = join(folder, 'flat-out');
  const calls = 20_000;
  const records = calls * RECORDS_PER_CALL;
  const run = async (write) => {
    const used = process.cpuUsage();
    const startedAt = clock.monotonic();
    const agents = Array.from({ length: 100 }, async (_, agent) => {
      for (let n = agent; n < calls; n += 100) await oneCall(write, `bot${agent}`, n + 1);
    });
    await Promise.all(agents);
    const { user, system } = process.cpuUsage(used);
    return { cpu: (user + system) / calls, seconds: (clock.monotonic() - startedAt) / 1_000 };
  };
  const without = await run(() => {});
  const journal = await journalIn(path);
  const withIt = await run((record) => journal.write(record));
  await journal.close();
  const speed = Math.round(records / withIt.seconds);
  say(`flat out, 100 agents: ${speed} records/s, journal ${(withIt.cpu - without.cpu).toFixed(0)} µs/call`);
  const queriedAt = clock.monotonic();
  let rows = 0;
  for await (const _row of queryCalls({ files: nodeFiles(), path: join(path, 'journal') }, {})) rows++;
  say(`queries: ${rows} calls from ${records} records in ${((clock.monotonic() - queriedAt) / 1_000).toFixed(2)} s`);
  const openedAt = clock.monotonic();
  const again = await journalIn(path);
  say(`recovery: ${again.recovery.work.size} agents in ${((clock.monotonic() - openedAt) / 1_000).toFixed(2)} s`);
  await again.close();
}
