/** Shifts against the simulator by hand: node test/stranger/hand.mjs try-simulator.ts [part of a name] */
import { runSimulatorCase, simulatorCases } from './simulator.js';

for (const one of simulatorCases.filter(({ name }) => name.includes(process.argv[3] ?? ''))) {
  const started = Date.now();
  const { problems, reports } = await runSimulatorCase(one);
  const calls = reports.map((report) => report.calls.length).join('+');
  console.log(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${one.name} (${calls} calls, ${Date.now() - started} ms)`);
  for (const problem of problems) console.log(`       ${problem}`);
  if (process.env.TRACE) console.log(JSON.stringify(reports, null, 1));
}
