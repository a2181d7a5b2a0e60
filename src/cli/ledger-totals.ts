import type { LedgerTotals } from '../report/summary-text.js';

/** The part of a ledger (design §10) that a summary is held against. */
interface LedgerShape {
  readonly pops: number;
  readonly dispositions: number;
  readonly violations: readonly unknown[];
  readonly calls: readonly { readonly dispositions: readonly { readonly scheduledTime: number | null }[] }[];
}

/** Adds up a ledger. */
export function ledgerTotals(ledger: LedgerShape): LedgerTotals {
  return {
    pops: ledger.pops,
    dispositions: ledger.dispositions,
    callbacks: ledger.calls.flatMap((call) => call.dispositions).filter(({ scheduledTime }) => scheduledTime !== null)
      .length,
    violations: ledger.violations.length,
  };
}
