/** What a check-up looks at, in this order. Closed list: scripts read it (docs/unattended.md). */
const CHECKS = [
  'name',
  'connect',
  'tls',
  'version',
  'features',
  'log-in',
  'password',
  'clock',
  'alternates',
  'messages',
  'free',
  'station',
  'statuses',
  'licence',
  'campaigns',
  'log-off',
] as const;
export type CheckName = (typeof CHECKS)[number];

export type FindingStatus = 'ok' | 'warning' | 'problem' | 'skipped';

/** What one check found. `message` says what is so, `remedy` what to do about it. */
export interface Finding {
  readonly check: CheckName;
  readonly status: FindingStatus;
  readonly message: string;
  readonly remedy?: string;
}

/** Gathers findings and tells each as it comes; a check may have several, one per host. */
export class Findings {
  private readonly found: Finding[] = [];
  private readonly tell: (finding: Finding) => void;
  private isClosed = false;
  private isWhole = false;

  constructor(tell: (finding: Finding) => void) {
    this.tell = tell;
  }

  get all(): readonly Finding[] {
    return this.found;
  }

  /** Nothing keeps the agent from working, as far as was looked; and it was looked to the end. */
  get isFine(): boolean {
    return this.isWhole && !this.found.some(({ status }) => status === 'problem');
  }

  add(check: CheckName, status: FindingStatus, message: string, remedy?: string): void {
    if (this.isClosed) return;
    const finding = { check, status, message, ...(remedy === undefined ? {} : { remedy }) };
    this.found.push(finding);
    this.tell(finding);
  }

  /** Marks everything that nothing was found of yet. What a check that was given up still finds is not heard. */
  close(why: string, isWhole: boolean): void {
    this.isWhole = isWhole;
    for (const check of CHECKS) {
      if (!this.has(check)) this.found.push({ check, status: 'skipped', message: why });
    }
    this.isClosed = true;
  }

  private has(check: CheckName): boolean {
    return this.found.some((finding) => finding.check === check);
  }
}
