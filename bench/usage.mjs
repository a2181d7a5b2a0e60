/** CPU of all threads in microseconds since the start, and memory in bytes; `collect` forces a full collection first. */
export function usage({ collect } = {}) {
  const { user, system } = process.cpuUsage();
  if (collect) {
    globalThis.gc();
    globalThis.gc();
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { cpu: user + system, at: performance.now(), rss, heapUsed };
}
