/** One answer of the HTTP server. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One line of plain text. */
export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n`, headers };
}

export function json(status: number, value: unknown): Page {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}
