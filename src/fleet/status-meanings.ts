import type { StatusCatalog } from '../icws/status-catalog.js';

/** What a status says of Dialer and ACD work. */
export type StatusMeaning = 'acd' | 'dialer-call' | 'follow-up' | 'not-answering' | 'other';

/** Set by Dialer or CIC on the way of a call, by systemId or label (reference §3.1). */
const DIALER_CALL = ['campaign call', 'awaiting callback'];
const AFTER_CALL = ['follow up'];
const NOT_ANSWERING = ['acd - agent not answering', 'acdagentnotanswering', 'agent not answering'];

/** What the statuses of one session mean, by the server's catalog and what was learned. Ids are in lower case. */
export class StatusMeanings {
  private readonly catalog: StatusCatalog;
  private readonly availableId: string;
  private readonly learned = new Set<string>();

  /** `availableId`: of the configured Available; it takes ACD work, whatever the catalog says of it. */
  constructor(catalog: StatusCatalog, availableId: string) {
    this.catalog = catalog;
    this.availableId = availableId;
  }

  meaningOf(id: string): StatusMeaning {
    if (this.isNamed(id, NOT_ANSWERING)) return 'not-answering';
    if (this.isDialerCall(id)) return 'dialer-call';
    if (this.isAfterCall(id)) return 'follow-up';
    return this.isAcd(id) ? 'acd' : 'other';
  }

  isAcd(id: string): boolean {
    return id === this.availableId || this.catalog.isAcd(id) === true;
  }

  isDialerCall(id: string): boolean {
    return this.isNamed(id, DIALER_CALL);
  }

  isAfterCall(id: string): boolean {
    return this.isNamed(id, AFTER_CALL) || this.learned.has(id) || this.catalog.isAfterCallWork(id) === true;
  }

  /** Dialer sets this one after a call: the campaign's own follow-up status. */
  learnFollowUp(id: string): void {
    this.learned.add(id);
  }

  private isNamed(id: string, names: readonly string[]): boolean {
    return this.catalog.wordsOf(id).some((word) => names.includes(word));
  }
}
