/** What is needed of a counter, or of a gauge that only goes up and down, of prom-client. */
interface Incremented<L extends string> {
  inc(labels: Readonly<Record<L, string>>, change: number): void;
}

interface Cell<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  change: number;
}

/**
 * The series of one metric. What happens between two scrapes is gathered here and handed over at the scrape: prom-client
 * checks and hashes the labels at each change, and one call makes twenty of them. Label values must be bounded.
 */
export class GatheredSeries<L extends string> {
  private readonly names: readonly L[];
  private readonly metric: Incremented<L>;
  private readonly cells = new Map<string, Cell<L>>();

  /** `make` gets what prom-client is to call before each scrape. */
  constructor(names: readonly L[], make: (collect: () => void) => Incremented<L>) {
    this.names = names;
    this.metric = make(() => this.handOver());
  }

  /** A change of 0 makes the series known. */
  inc(labels: Readonly<Record<L, string>>, change = 1): void {
    let key = '';
    for (const name of this.names) key += `${labels[name]}\n`;
    const cell = this.cells.get(key);
    if (cell) cell.change += change;
    else this.cells.set(key, { labels, change });
  }

  private handOver(): void {
    for (const cell of this.cells.values()) {
      this.metric.inc(cell.labels, cell.change);
      cell.change = 0;
    }
  }
}
