// npm run build && node bench/journal.mjs [--rates 50,400,1000] [--windows 8] [--folder DIR]
//
// What the journal costs: CPU of this process per call (the records that one predictive call leaves behind), how long an
// intent waits for the disk, and how fast recovery and queries read. Windows of a second with and without the journal
// take turns; what both do, making the records that every run makes, cancels out. On a machine that others use, the least
// of many windows says more than their median.
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
    windows: { type: 'string', default: '8' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const windows = Number(values.windows);
const WINDOW_MS = 1_000;
const rates = values.rates.split(',').map(Number);
const clock = systemClock();
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * The records of one call in the order of their writing, as the worker of `npm run bench` writes them; what the chart is
 * told is recorded for a journal only. Returns how long the intent waited.
 */
async function oneCall(write, keepsEvents, user, n) {
  const interactionId = String(1_000_000 + n);
  const ref = () => ({ interactionId, campaignId: '3EFAE342-F550-4D10', campaign: 'Collections', kind: 'regular' });
  const put = (fact) => write({ at: Date.now(), user, ...fact });
  const event = (told) => {
    if (keepsEvents) put({ kind: 'event', event: told });
  };
  const command = (name, order, answer) => {
    put({ kind: 'outcome', command: name, call: ref(), nth: n, order, answer: 'ok', verdict: 'ok', status: 200 });
    event({ command: order, verdict: 'ok', ...answer });
  };
  const order = n * 5;
  const pop = { preview: false, placed: false, previewEndsInMs: null, contact: '' };
  event({ type: 'status.seen', status: 'dialer-call' });
  event({ type: 'call.popped', pop: { ...ref(), ...pop } });
  put({ kind: 'pop', call: ref(), nth: n, ...pop, dialingMode: 2 });
  decided('connect', 'talk', null, { talkMs: 43_210 });
  event({ type: 'call.talk-decided', call: interactionId, talkMs: 43_210 });
  put({ kind: 'transition', from: 'ready', to: 'on-call', event: 'call.popped', seconds: 12.345678900000003 });
  await pause();
  event({ type: 'stage.ended' });
  put({ kind: 'intent', command: 'disconnect', call: ref(), nth: n, order });
  command('disconnect', order, { type: 'call.disconnect-answered' });
  const endings = [{ label: 'Success' }, { label: 'No Answer' }];
  const how = { connected: true, endedBy: 'us', talkedMs: 43_210.45530099999 };
  decided('end', 'disposition', 'outcomes', { endings, wrapUpMs: 3_210, ...how });
  event({ type: 'call.end-decided', call: interactionId, wrapUpMs: 3_210, choices: 2, label: 'Success' });
  event({ type: 'status.seen', status: 'follow-up' });
  await pause();
  event({ type: 'stage.ended' });
  const before = clock.monotonic();
  await put({
    kind: 'intent',
    command: 'disposition',
    ...{ call: ref(), nth: n, order: order + 1, choice: 0, label: 'Success' },
  });
  const waited = clock.monotonic() - before;
  await pause();
  command('disposition', order + 1, { type: 'call.disposition-answered', label: 'Success' });
  put({
    kind: 'call.closed',
    call: ref(),
    label: 'Success',
    result: 'accepted',
    basis: 'answer',
    seconds: 47.20070001,
  });
  moved('on-call', 'logged-in', 'call.disposition-answered');
  await pause();
  event({ type: 'available.confirmed', command: order + 2 });
  moved('logged-in', 'ready', 'available.confirmed');
  event({ type: 'status.seen', status: 'acd' });
  return waited;

  function decided(point, action, rule, details) {
    put({ kind: 'decision', call: ref(), point, policy: 'collections', rule, action, nth: n, details });
  }
  function moved(from, to, by) {
    put({ kind: 'transition', from, to, event: by, seconds: 0.2098197069999 });
  }
}
const RECORDS_PER_CALL = 22;
/** An answer of the server. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Calls begin at `rate` per second for a window, evenly in ticks of 3 ms, spread over 500 agents. */
async function atRate(write, keepsEvents, rate, from) {
  const running = [];
  const startedAt = clock.monotonic();
  const used = process.cpuUsage();
  let begun = 0;
  while (clock.monotonic() - startedAt < WINDOW_MS) {
    const due = Math.floor(((clock.monotonic() - startedAt) / 1_000) * rate);
    for (; begun < due; begun++) {
      running.push(oneCall(write, keepsEvents, `bot${String(begun % 500).padStart(3, '0')}`, from + begun));
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  const waits = await Promise.all(running);
  const { user, system } = process.cpuUsage(used);
  return { calls: begun, cpu: (user + system) / begun, waits };
}

async function journalIn(folder, onCommit = () => {}) {
  const journal = await openJournal({
    onCommit,
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
  return Object.assign(journal, { write: journal.write.bind(journal) });
}

const sorted = (list) => [...list].sort((a, b) => a - b);
const quantile = (list, q) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? 0;
/** The least and the median. */
const two = (list) => `${quantile(list, 0).toFixed(0)} · ${quantile(list, 0.5).toFixed(0)}`;

const folder = mkdtempSync(join(values.folder, 'journal-bench-'));
try {
  say(
    `journal: ${RECORDS_PER_CALL} records per call, ${windows} windows of a second with it and without; µs per call, least · median`,
  );
  say('calls/s   without        with           journal adds   commits per call   intent waits p50 ms   p99 ms');
  for (const rate of rates) {
    let commits = 0;
    const journal = await journalIn(join(folder, String(rate)), () => commits++);
    const figures = { without: [], with: [], waits: [], calls: 0 };
    await atRate(() => {}, false, rate, 0);
    await atRate(journal.write, true, rate, 0);
    commits = 0;
    for (let window = 1; window <= windows; window++) {
      figures.without.push((await atRate(() => {}, false, rate, window * 1e6)).cpu);
      const { cpu, waits, calls } = await atRate(journal.write, true, rate, window * 1e6);
      figures.with.push(cpu);
      figures.waits.push(...waits);
      figures.calls += calls;
    }
    await journal.close();
    const added = [0, 0.5].map((q) => quantile(figures.with, q) - quantile(figures.without, q));
    const row = [two(figures.without), two(figures.with), added.map((micros) => micros.toFixed(0)).join(' · ')];
    const waits = [0.5, 0.99].map((q) => quantile(figures.waits, q).toFixed(2));
    const cells = [...row.map((cell) => cell.padEnd(15)), (commits / figures.calls).toFixed(2).padEnd(19)];
    say(`${String(rate).padEnd(10)}${cells.join('')}${waits[0].padEnd(22)}${waits[1]}`);
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
  const run = async (write, keepsEvents) => {
    const used = process.cpuUsage();
    const startedAt = clock.monotonic();
    const agents = Array.from({ length: 100 }, async (_, agent) => {
      for (let n = agent; n < calls; n += 100) await oneCall(write, keepsEvents, `bot${agent}`, n + 1);
    });
    await Promise.all(agents);
    const { user, system } = process.cpuUsage(used);
    return { cpu: (user + system) / calls, seconds: (clock.monotonic() - startedAt) / 1_000 };
  };
  const without = await run(() => {}, false);
  const journal = await journalIn(path);
  const withIt = await run(journal.write, true);
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
