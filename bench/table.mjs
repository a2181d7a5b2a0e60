import { slope } from './figures.mjs';

/** What the issue aims for: CPU in multiples of the bare loop, memory in bytes per idle agent. */
export const GOAL = { ratio: 2, bytesPerAgent: 60_000 };

const WIDTHS = [46, 22, 22, 8];
const row = (...cells) =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[index]))).join('');
const whole = (value) => Math.round(value).toLocaleString('en-US');
const spread = (values) => (values.length < 2 ? '' : ` (${whole(Math.min(...values))}-${whole(Math.max(...values))})`);
const kilobytes = (bytes) => `${(bytes / 1_000).toFixed(1)} KB`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** The figures of all sizes, side by side. `pairs`: `{ bare, worker }`, each a list of repeats, smallest size first. */
export function tableOf(pairs) {
  const lines = [row('', 'bare loop', 'worker', 'ratio')];
  for (const { bare, worker } of pairs) {
    const [b, w] = [bare[0], worker[0]];
    lines.push('', `${whole(b.agents)} agents`);
    const both = (label, pick, spreadOf = pick) => {
      const [x, y] = [median(bare.map(pick)), median(worker.map(pick))];
      const seen = (side) => spread(side.flatMap(spreadOf));
      lines.push(row(`  ${label}`, whole(x) + seen(bare), whole(y) + seen(worker), (y / x).toFixed(2)));
    };
    both(
      'CPU µs per call',
      (f) => f.cpuPerCall,
      (f) => f.cpuPerCallWindows,
    );
    both('CPU µs per idle agent-second', (f) => f.cpuPerIdleAgentSecond);
    both('CPU µs per log-in, start-up included', (f) => f.cpuPerLogIn);
    const percent = (f) => `${whole(f.callsPerSecond)}/s, ${whole(f.share * 100)} %`;
    lines.push(row('  calls, and share of a core', percent(b), percent(w)));
    lines.push(row('  simulator, share of its core', ...[b, w].map((f) => `${whole(f.simulatorShare * 100)} %`)));
    lines.push(
      row(
        '  RSS idle, as settled / after a forced GC',
        ...[b, w].map((f) => `${megabytes(f.rss)} / ${megabytes(f.rssCollected)}`),
      ),
    );
  }
  if (pairs.length > 1) lines.push('', ...memoryLines(pairs));
  return lines.join('\n');
}

function memoryLines(pairs) {
  const lines = ['memory per idle agent, as the slope between two sizes'];
  for (let index = 1; index < pairs.length; index++) {
    const [small, large] = [pairs[index - 1], pairs[index]];
    const sizes = `${whole(small.bare[0].agents)} → ${whole(large.bare[0].agents)}`;
    for (const [memory, label] of [
      ['rss', 'RSS as settled'],
      ['rssCollected', 'RSS after a forced GC'],
      ['heapCollected', 'JS heap after a forced GC'],
    ]) {
      const [b, w] = [slope(small.bare[0], large.bare[0], memory), slope(small.worker[0], large.worker[0], memory)];
      lines.push(row(`  ${sizes}: ${label}`, kilobytes(b), kilobytes(w), (w / b).toFixed(2)));
    }
  }
  return lines;
}

/** What one call is made of, as the simulator saw it. */
export function exchangeOf({ exchange }) {
  return Object.entries(exchange)
    .filter(([, { perUnit }]) => perUnit >= 0.02)
    .map(
      ([name, { perUnit, sent, received }]) =>
        `  ${perUnit.toFixed(2).padStart(5)} × ${name}${sent > 0 ? `, ${sent.toFixed(0)} bytes out` : ''}${received > 0 ? `, ${received.toFixed(0)} bytes in` : ''}`,
    )
    .join('\n');
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
