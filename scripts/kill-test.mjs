// Kills a working worker (SIGKILL) again and again while calls flow, starts it anew on the same journal, drains it, and
// holds its journal against the simulator's ledger: no call dispositioned twice, none lost. Needs dist/ (npm run build).
//
//   npm run kill-test -- --kills 20 --agents 30 --messaging stream --faults mixed
//   npm run kill-test -- --trial stream/none --trial poll/mixed     # two at the same time
//
// --messaging: stream, poll, or both, life by life. --faults: none (default) or mixed; --fault SPEC adds one (docs/faults.md).
// Prints one line per check, what each trial came to, and "N passed, N failed"; exit code 1 on any failure.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openChecks } from './process-run.mjs';
import { MIXED_FAULTS } from './recovery-files.mjs';
import { describe, playRecovery } from './recovery-run.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    agents: { type: 'string', default: '30' },
    messaging: { type: 'string', default: 'stream' },
    faults: { type: 'string', default: 'none' },
    fault: { type: 'string', multiple: true, default: [] },
    trial: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const { check, close } = openChecks();

const trials = values.trial ?? [`${values.messaging}/${values.faults}`];
const played = await Promise.all(trials.map((name) => play(name)));
for (const report of played) report();
close();

/** Plays one trial, named `messaging/faults`. Resolves with what prints it, so that trials at the same time do not mix. */
async function play(name) {
  const [messaging, mixture = 'none'] = name.split('/');
  if (!/^(stream|poll|both)$/.test(messaging) || !/^(none|mixed)$/.test(mixture)) {
    return () => check(`"${name}" is a trial`, false, 'say MESSAGING/FAULTS: stream, poll or both; none or mixed');
  }
  const faults = [...(mixture === 'mixed' ? MIXED_FAULTS : []), ...values.fault];
  const folder = mkdtempSync(join(tmpdir(), 'dialer-agent-kill-'));
  try {
    const trial = await playRecovery({
      ...{ folder, agents: Number(values.agents), messaging, faults, seed: Number(values.seed), contacts: 20_000 },
      goesOn: (done) => done < kills,
    });
    const what = `${kills} kills over ${messaging}, ${faults.length === 0 ? 'no faults' : `${faults.length} faults`}`;
    return () => tell(trial, what, faults.length > 0);
  } catch (error) {
    return () => check(`the kill test ${name} goes through`, false, String(error.stack));
  } finally {
    if (values.keep) console.log(`kept in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

function tell(trial, what, hasFaults) {
  for (const line of describe(trial)) console.log(line);
  for (const sentence of trial.wrong.slice(0, 20)) console.log(`  ${sentence}`);
  const { counts, ledger, reconcile } = trial;
  check(`${what}: every life but the last ends by the kill`, trial.kills === kills);
  check(`${what}: the last life drains and exits 0`, trial.problems.length === 0, trial.problems.join('\n     '));
  check(`${what}: calls flow, and kills cut into them`, counts.calls > kills * 2 && openCalls(trial) > kills / 2);
  check(`${what}: no call is dispositioned twice`, counts.doubles === 0);
  check(`${what}: no disposition strays to another call`, counts.strays === 0);
  check(`${what}: no call is lost`, counts.losses === 0);
  check(`${what}: no disposition that was taken is denied`, counts.denials === 0);
  check(`${what}: none failed`, counts.failed === 0);
  if (!hasFaults) check(`${what}: every call has exactly one disposition`, ledger.dispositions === ledger.pops);
  const { violations } = ledger;
  check(`${what}: no violation`, violations.length === 0, JSON.stringify(violations.slice(0, 5)));
  check(`${what}: reconcile finds no difference`, reconcile.exit === 0, reconcile.text.slice(0, 2_000));
}

function openCalls({ lives }) {
  return lives.reduce((sum, { openAtStart }) => sum + openAtStart, 0);
}
