/** ICWS over bare node:http: requests in several clients' dialects, and the message channel polled or streamed by hand. */
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { problemWith } from './contract.js';
import type { Json } from './shapes.js';

/**
 * vendor: as the vendor's own library. echo: as clients that send the whole Set-Cookie line back, application/json and
 * a slash at the end. bare: no content type at all, `{}` with GET and DELETE, no bodies for breaks.
 */
export type Dialect = 'vendor' | 'echo' | 'bare';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

const ownType = 'application/vnd.inin.icws+JSON';

export class WireClient {
  readonly surprises: string[] = [];
  /** A message of the channel, as it came. */
  onMessage: (message: unknown) => void = () => {};
  sid = '';
  private csrf = '';
  private cookie = '';
  private reading = true;
  private stream: IncomingMessage | null = null;
  private pollTimer: NodeJS.Timeout | null = null;
  private wakePoll: (() => void) | null = null;
  pings = 0;
  readonly base: string;
  readonly dialect: Dialect;
  readonly pollMs: number;

  constructor(base: string, dialect: Dialect, pollMs = 1000) {
    this.base = base;
    this.dialect = dialect;
    this.pollMs = pollMs;
  }

  surprise(what: string): void {
    if (this.surprises.length < 60) this.surprises.push(what);
  }

  /** Notes a surprise unless `value` is true. */
  demand(value: boolean, what: string): void {
    if (!value) this.surprise(what);
  }

  /** One request, with the headers that the dialect sends; `path` is below the session unless it starts with /icws. */
  send(method: string, path: string, body?: Json, headers: Record<string, string> = {}): Promise<Reply> {
    const absolute = path.startsWith('/icws') ? path : `/icws/${this.sid}${path}`;
    const [bare, query] = absolute.split('?');
    const slash = this.dialect === 'echo' && !bare!.endsWith('/') ? '/' : '';
    const url = new URL(`${bare}${slash}${query ? `?${query}` : ''}`, this.base);
    const payload = this.payload(method, body);
    const all: Record<string, string> = {
      Accept: ownType,
      'X-Some-Header': 'of no interest',
      ...(this.sid ? { Cookie: this.cookie, 'ININ-ICWS-CSRF-Token': this.csrf } : {}),
      ...(payload === null ? {} : { 'Content-Length': String(Buffer.byteLength(payload)) }),
      ...this.contentType(payload),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, headers: all, timeout: 10_000 }, (incoming) => {
        collect(incoming).then((text) => resolve(this.judge(`${method} ${path}`, incoming, text)), reject);
      });
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path} in 10 s`)));
      outgoing.end(payload ?? undefined);
    });
  }

  private payload(method: string, body?: Json): string | null {
    if (body !== undefined) return JSON.stringify(body);
    if (this.dialect === 'bare' && (method === 'GET' || method === 'DELETE')) return '{}';
    return null;
  }

  private contentType(payload: string | null): Record<string, string> {
    if (this.dialect === 'bare' || payload === null) return {};
    return { 'Content-Type': this.dialect === 'echo' ? 'application/json' : `${ownType};charset=utf-8` };
  }

  private judge(what: string, incoming: IncomingMessage, text: string): Reply {
    const status = incoming.statusCode ?? 0;
    let json: unknown = null;
    if (text !== '') {
      const type = String(incoming.headers['content-type'] ?? '');
      this.demand(type.toLowerCase().startsWith(ownType.toLowerCase()), `${what}: content type ${type} for a body`);
      try {
        json = JSON.parse(text);
      } catch {
        this.surprise(`${what}: body is no JSON: ${text.slice(0, 80)}`);
      }
    }
    if (status === 401)
      this.demand(
        /^ICWS realm="ICWS" location="\/ICWS\/connection"$/i.test(String(incoming.headers['www-authenticate'] ?? '')),
        `${what}: 401 with WWW-Authenticate ${incoming.headers['www-authenticate']}`,
      );
    if (status >= 400) {
      const problem = problemWith(status === 503 ? 'AlternateHosts' : 'AnyError', json);
      this.demand(problem === null, `${what}: ${status} body: ${problem}`);
    }
    return { status, headers: incoming.headers, text, json };
  }

  /** A request whose code and shape are known; a difference is a surprise, not an end. */
  async expect(status: number, schema: string | null, method: string, path: string, body?: Json): Promise<Reply> {
    const reply = await this.send(method, path, body);
    this.demand(
      reply.status === status,
      `${method} ${path}: ${reply.status} instead of ${status}: ${reply.text.slice(0, 200)}`,
    );
    if (reply.status === status && schema !== null) {
      const problem = problemWith(schema, reply.json);
      this.demand(problem === null, `${method} ${path}: ${problem}`);
    }
    return reply;
  }

  /** Opens the session; the answer must carry all that clients read from it. */
  async connect(user: string, password: string, applicationName: string): Promise<Json> {
    const reply = await this.send(
      'POST',
      '/icws/connection?include=features,version,server-time,effective-station,default-workstation',
      { __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings', applicationName, userID: user, password },
      { 'Accept-Language': 'en-us' },
    );
    if (reply.status !== 201) throw new Error(`log-in answered ${reply.status}: ${reply.text.slice(0, 200)}`);
    const body = reply.json as Json;
    const problem = problemWith('ConnectionResponse', body);
    this.demand(problem === null, `201: ${problem}`);
    this.demand(reply.headers['inin-icws-session-id'] === body.sessionId, '201: header ININ-ICWS-Session-ID');
    this.demand(reply.headers['inin-icws-csrf-token'] === body.csrfToken, '201: header ININ-ICWS-CSRF-Token');
    this.demand(Array.isArray(body.alternateHostList), '201: alternateHostList is no array');
    for (const member of ['features', 'version', 'serverTimeInfo', 'effectiveStation', 'defaultWorkstationId'])
      this.demand(member in body, `201: included member ${member} is missing`);
    const lines = reply.headers['set-cookie'] ?? [];
    const line = lines.find((candidate) => candidate.startsWith(`icws_${String(body.sessionId)}=`));
    this.demand(line !== undefined, `201: no icws_ cookie in ${JSON.stringify(lines)}`);
    this.demand(/; *path=\/icws\/\d+/i.test(line ?? ''), `201: cookie path in ${line}`);
    this.demand(/; *httponly/i.test(line ?? ''), `201: HttpOnly in ${line}`);
    this.sid = String(body.sessionId);
    this.csrf = String(body.csrfToken);
    this.cookie = this.dialect === 'echo' ? (line ?? '') : (line ?? '').split(';')[0]!;
    return body;
  }

  // --- the message channel --------------------------------------------------------------------------------------

  startPolling(): void {
    void this.pollLoop();
  }

  private async pollLoop(): Promise<void> {
    while (this.reading) {
      try {
        // The cookie alone, as browsers and the vendor's library send it.
        const reply = await this.send('GET', '/messaging/messages', undefined, { 'ININ-ICWS-CSRF-Token': '' });
        if (!this.reading) return;
        this.demand(reply.status === 200, `poll: ${reply.status}`);
        this.demand(Array.isArray(reply.json), `poll: no array but ${reply.text.slice(0, 60)}`);
        if (Array.isArray(reply.json)) for (const message of reply.json) this.onMessage(message);
      } catch (error) {
        if (this.reading) this.surprise(`poll: ${(error as Error).message}`);
      }
      if (!this.reading) return;
      await new Promise<void>((done) => {
        this.wakePoll = done;
        this.pollTimer = setTimeout(done, this.pollMs);
      });
    }
  }

  /** Opens the stream; resolves when the server has answered its head. */
  startStream(): Promise<void> {
    return new Promise((resolve, reject) => {
      const url = new URL(`/icws/${this.sid}/messaging/messages`, this.base);
      const outgoing = request(url, { headers: { Accept: 'text/event-stream', Cookie: this.cookie } }, (incoming) => {
        this.demand(incoming.statusCode === 200, `stream: ${incoming.statusCode}`);
        const type = String(incoming.headers['content-type'] ?? '');
        this.demand(/^text\/event-stream/i.test(type), `stream: content type ${type}`);
        this.stream = incoming;
        this.readEvents(incoming);
        resolve();
      });
      outgoing.on('error', (error) => (this.reading ? reject(error) : resolve()));
      outgoing.end();
    });
  }

  private readEvents(incoming: IncomingMessage): void {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      text += chunk;
      const blocks = text.split(/\r\n\r\n|\n\n|\r\r/);
      text = blocks.pop() ?? '';
      for (const block of blocks) this.readEvent(block);
    });
    incoming.on('error', () => {});
    incoming.on('close', () => this.reading && this.surprise('stream: ended by the server'));
  }

  private readEvent(block: string): void {
    const data: string[] = [];
    for (const line of block.split(/\r\n|\n|\r/)) {
      if (line.startsWith(':')) {
        this.pings += 1;
        this.demand(line === ':ping', `stream: comment ${line}`);
      } else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
      else if (line.startsWith('event:')) this.surprise(`stream: named event ${line}`);
    }
    if (data.length === 0) return;
    this.demand(data.length === 1, 'stream: more than one data line');
    try {
      const message: unknown = JSON.parse(data.join('\n'));
      this.demand(!Array.isArray(message), 'stream: an array instead of a message');
      this.onMessage(message);
    } catch {
      this.surprise(`stream: data is no JSON: ${data.join('').slice(0, 80)}`);
    }
  }

  stopReading(): void {
    this.reading = false;
    if (this.pollTimer) clearTimeout(this.pollTimer);
    this.wakePoll?.();
    this.stream?.destroy();
  }
}

async function collect(incoming: IncomingMessage): Promise<string> {
  incoming.setEncoding('utf8');
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return text;
}
