/** What a case comes to, per call, per idle agent-second and per log-in. Microseconds, bytes, calls per second. */
export function figuresOf(result) {
  const { agents, marks, idle, loggedIn, collected, logIn } = result;
  const idlePerMs = idle.cpu / idle.ms;
  const windows = marks.slice(1).map((to, index) => {
    const from = marks[index];
    const calls = to.ledger.dispositions - from.ledger.dispositions;
    const ms = to.used.at - from.used.at;
    const cpu = to.used.cpu - from.used.cpu;
    return { calls, ms, cpu, perCall: (cpu - idlePerMs * ms) / calls };
  });
  const [first, last] = [marks[0], marks.at(-1)];
  const ms = last.used.at - first.used.at;
  const calls = last.ledger.dispositions - first.ledger.dispositions;
  const cpu = last.used.cpu - first.used.cpu;
  return {
    agents,
    calls,
    callsPerSecond: (calls / ms) * 1_000,
    cpuPerCall: (cpu - idlePerMs * ms) / calls,
    cpuPerCallWindows: windows.map(({ perCall }) => perCall),
    cpuPerIdleAgentSecond: (idle.cpu / agents / idle.ms) * 1_000,
    cpuPerLogIn: loggedIn.cpu / agents,
    rss: loggedIn.rss,
    rssCollected: collected.rss,
    heapCollected: collected.heapUsed,
    share: cpu / 1_000 / ms,
    simulatorShare: (last.simulatorUsed.cpu - first.simulatorUsed.cpu) / 1_000 / ms,
    logIn: perUnit(logIn, {}, agents),
    exchange: perUnit(last.passed, first.passed, calls),
    ledger: last.ledger,
  };
}

/** Exchanges by name: how many per unit, and the mean bytes of each. */
function perUnit(to, from, units) {
  const rows = {};
  for (const [name, { count, sent, received }] of Object.entries(to)) {
    const before = from[name] ?? { count: 0, sent: 0, received: 0 };
    const times = count - before.count;
    if (times === 0) continue;
    rows[name] = {
      count: times,
      perUnit: times / units,
      sent: (sent - before.sent) / times,
      received: (received - before.received) / times,
    };
  }
  return rows;
}

/** Bytes of memory per further agent, between two sizes. */
export function slope(small, large, memory) {
  return (large[memory] - small[memory]) / (large.agents - small.agents);
}
