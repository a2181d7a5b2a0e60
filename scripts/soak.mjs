// A longer kill test: kills and a mixture of faults, over event streams and polling in turn, for as many minutes as asked.
// Needs dist/ (npm run build).
//
//   npm run soak -- --minutes 10 --agents 100
//
// Prints a line for each life of the worker (its calls, its memory) and at last the counts of kills, faults by kind, calls,
// doubles, losses and unknowns, and "N passed, N failed"; exit code 1 on any failure.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openChecks } from './process-run.mjs';
import { MIXED_FAULTS } from './recovery-files.mjs';
import { describe, playRecovery } from './recovery-run.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    agents: { type: 'string', default: '100' },
    messaging: { type: 'string', default: 'both' },
    // Seconds from the first call of a life to its kill, on average; a quarter of the lives end while they begin.
    life: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const agents = Number(values.agents);
const folder = mkdtempSync(join(tmpdir(), 'dialer-agent-soak-'));
const { check, close } = openChecks();

function tellLife({ messaging, seconds, closed, openAtStart, rssAtStart, rssAtEnd }, number) {
  const memory = `RSS ${rssAtStart ?? '?'} → ${rssAtEnd ?? '?'} MiB`;
  console.log(
    `life ${String(number).padStart(3)} · ${messaging.padEnd(6)} · ${seconds.toFixed(1).padStart(5)} s · ` +
      `${String(openAtStart).padStart(3)} open calls taken up · ${String(closed).padStart(4)} calls closed · ${memory}`,
  );
}

try {
  const trial = await playRecovery({
    ...{ folder, agents, messaging: values.messaging, faults: MIXED_FAULTS, seed: Number(values.seed) },
    contacts: Math.ceil(agents * minutes * 60),
    lifeMs: Number(values.life) * 1_000,
    goesOn: (_kills, elapsedMs) => elapsedMs < minutes * 60_000,
    onLife: tellLife,
  });
  for (const line of describe(trial)) console.log(line);
  for (const sentence of trial.wrong.slice(0, 50)) console.log(`  ${sentence}`);
  const { counts, ledger, reconcile, lives } = trial;
  const { problems } = trial;
  check('lives end by the kill, the last by a drain and exit 0', problems.length === 0, problems.join('\n     '));
  check('no call is dispositioned twice', counts.doubles === 0);
  check('no disposition strays to another call', counts.strays === 0);
  check('no call is lost', counts.losses === 0);
  check('no disposition that was taken is denied', counts.denials === 0);
  check('none failed', counts.failed === 0);
  check('no violation', ledger.violations.length === 0, JSON.stringify(ledger.violations.slice(0, 5)));
  check('reconcile finds no difference', reconcile.exit === 0, reconcile.text.slice(0, 2_000));
  const rss = lives.map(({ rssAtEnd }) => rssAtEnd).filter((mib) => mib !== null);
  if (rss.length > 0)
    console.log(`RSS of the worker at the ends of its lives: ${Math.min(...rss)} to ${Math.max(...rss)} MiB`);
} catch (error) {
  check('the soak goes through', false, String(error.stack));
} finally {
  if (values.keep) console.log(`kept in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
close();
