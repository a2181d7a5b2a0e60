/** Calls that are under way at a mark are counted on one side of it; so much may the two sides differ. */
const TOLERANCE = 0.03;
/** A name that comes less often than this per call or log-in is chance, not the exchange. */
const RARE = 0.02;
/** CPU per call depends on how many calls share a wake-up: the sides must have had about the same rate. */
const RATE_TOLERANCE = 0.25;

/** What is wrong with one side by itself: the simulator's own truth. */
export function sideProblems(side, { agents, calls, ledger }) {
  const about = `${side}, ${agents} agents`;
  const problems = [];
  if (calls <= 0) problems.push(`${about}: no call was completed between the marks`);
  for (const [code, count] of Object.entries(ledger.violationsByCode)) problems.push(`${about}: ${count} × ${code}`);
  for (const [status, count] of Object.entries(ledger.answers)) {
    if (!/^2\d\d$/.test(status)) problems.push(`${about}: ${count} requests were answered with ${status}`);
  }
  if (ledger.unknownRoutes > 0) problems.push(`${about}: ${ledger.unknownRoutes} requests had no route`);
  if (ledger.sessions.opened !== agents) problems.push(`${about}: ${ledger.sessions.opened} sessions were opened`);
  const { open = 0, dispositioned = 0, ...others } = ledger.outcomes;
  if (dispositioned !== ledger.dispositions || open + dispositioned !== ledger.pops || Object.keys(others).length > 0) {
    problems.push(`${about}: not every call was dispositioned once: ${JSON.stringify(ledger.outcomes)}`);
  }
  return problems;
}

/** Whether both sides did the same: the same exchanges as often, with the same bytes, at about the same rate. */
export function pairProblems(bare, worker) {
  const rates = [bare.callsPerSecond, worker.callsPerSecond];
  const problems = [
    ...compare(`${bare.agents} agents, per log-in`, bare.logIn, worker.logIn),
    ...compare(`${bare.agents} agents, per call`, bare.exchange, worker.exchange),
  ];
  if (Math.max(...rates) > Math.min(...rates) * (1 + RATE_TOLERANCE)) {
    problems.push(`${bare.agents} agents: ${rates.map(Math.round).join(' and ')} calls/s are no fair comparison`);
  }
  return problems;
}

function compare(about, bare, worker) {
  const problems = [];
  for (const name of new Set([...Object.keys(bare), ...Object.keys(worker)])) {
    const [a, b] = [bare[name] ?? NOTHING, worker[name] ?? NOTHING];
    if (Math.max(a.perUnit, b.perUnit) < RARE) continue;
    if (differs(a.perUnit, b.perUnit)) {
      problems.push(
        `${about}: ${name} passed ${a.perUnit.toFixed(2)} times for the bare loop and ${b.perUnit.toFixed(2)} times for the worker`,
      );
    } else if (differs(a.sent, b.sent) || differs(a.received, b.received)) {
      problems.push(
        `${about}: ${name} has other bytes for the bare loop (${bytes(a)}) than for the worker (${bytes(b)})`,
      );
    }
  }
  return problems;
}

const NOTHING = { perUnit: 0, sent: 0, received: 0 };
const differs = (a, b) => Math.abs(a - b) > TOLERANCE * Math.max(a, b);
const bytes = ({ sent, received }) => `${sent.toFixed(0)} out, ${received.toFixed(0)} in`;
