import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { RequestObservation } from '../journal/record.js';

/** The latencies of one operation, in seconds. Percentiles are exact to 1 %. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Latencies {
  observe(observation: RequestObservation): void;
  /** By operation, those first that were observed most often. */
  snapshot(): Record<string, Latency>;
}

const MOST_OPERATIONS = 64;
const LONGEST_MICROSECONDS = 3_600_000_000;

/** Latencies per operation, in microsecond histograms of fixed size; after 64 operations the rest is `other`. */
export function createLatencies(): Latencies {
  const operations = new Map<string, { histogram: RecordableHistogram; count: number; max: number }>();
  const seriesOf = (operation: string) => {
    const name = operations.has(operation) || operations.size < MOST_OPERATIONS ? operation : 'other';
    let series = operations.get(name);
    if (!series) {
      const histogram = createHistogram({ lowest: 1, highest: LONGEST_MICROSECONDS, figures: 2 });
      series = { histogram, count: 0, max: 0 };
      operations.set(name, series);
    }
    return series;
  };
  return {
    observe({ operation, seconds }) {
      if (!Number.isFinite(seconds)) return;
      const microseconds = Math.min(LONGEST_MICROSECONDS, Math.max(1, Math.round(seconds * 1e6)));
      const series = seriesOf(operation);
      series.histogram.record(microseconds);
      series.count += 1;
      series.max = Math.max(series.max, microseconds);
    },
    snapshot() {
      const rows = [...operations].sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1));
      return Object.fromEntries(
        rows.map(([operation, { histogram, count, max }]) => {
          const at = (percent: number): number => Math.min(max, histogram.percentile(percent)) / 1e6;
          return [operation, { count, p50: at(50), p95: at(95), p99: at(99), max: max / 1e6 }];
        }),
      );
    },
  };
}
