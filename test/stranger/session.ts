/** One ICWS session of the strange server: its message queue, its one reader, and how badly messages are delivered. */
import type { ServerResponse } from 'node:http';
import type { Quirks } from './quirks.js';
import type { Json } from './shapes.js';
import type { Truth } from './truth.js';

const lossy = ['urn:inin.com:queues:queueContentsMessage', 'urn:inin.com:status:userStatusMessage'];

export class Session {
  state: 'live' | 'expired' | 'deleted' = 'live';
  /** When the client was told (401) that the session is gone, or had its DELETE answered. */
  endedAt: number | null = null;
  /** The client never saw the answer of the log-in. */
  orphan = false;
  reading = false;
  readonly subscriptions = new Set<string>();
  queueSubscription: string | null = null;
  station: Json | null = null;
  private readonly waiting: unknown[] = [];
  private stream: ServerResponse | null = null;
  private streamed = 0;
  private dropping = false;
  private writes: Promise<void> = Promise.resolve();
  private ping: NodeJS.Timeout | null = null;
  private pollsInFlight = 0;
  private pollStarts: number[] = [];

  readonly sid: string;
  readonly csrf: string;
  readonly cookie: string;
  readonly user: string;
  private readonly quirks: Quirks;
  private readonly truth: Truth;
  private readonly random: () => number;
  private readonly onDelivered: (interactionId: string) => void;
  private readonly later: (ms: number, act: () => void) => void;

  constructor(
    sid: string,
    csrf: string,
    cookie: string,
    user: string,
    quirks: Quirks,
    truth: Truth,
    random: () => number,
    onDelivered: (interactionId: string) => void,
    later: (ms: number, act: () => void) => void,
  ) {
    this.sid = sid;
    this.csrf = csrf;
    this.cookie = cookie;
    this.user = user;
    this.quirks = quirks;
    this.truth = truth;
    this.random = random;
    this.onDelivered = onDelivered;
    this.later = later;
  }

  // --- writing --------------------------------------------------------------------------------------------------

  /** Puts a message into the session's queue, with the company the quirks give it. */
  post(message: Json): void {
    if (this.state !== 'live') return;
    if (this.dropping && !this.stream && lossy.includes(String(message.__type))) {
      this.truth.note('message lost');
      return;
    }
    const addressed =
      message.__type === 'urn:inin.com:queues:queueContentsMessage'
        ? { ...message, subscriptionId: this.queueSubscription }
        : message;
    if (addressed.__type === 'urn:inin.com:queues:queueContentsMessage' && this.queueSubscription === null) return;
    if (addressed.__type === 'urn:inin.com:status:userStatusMessage' && !this.subscriptions.has('status/user-statuses'))
      return;
    const batch = this.quirks.unknowns ? this.company(addressed) : [addressed];
    this.waiting.push(...batch);
    if (this.quirks.duplicates === 'at-once') this.waiting.push(...batch);
    if (this.quirks.duplicates === 'late' && addressed.__type !== 'urn:inin.com:queues:queueContentsMessage')
      this.later(150 + this.random() * 300, () => this.again(addressed));
    this.flush();
  }

  private again(message: Json): void {
    // A late copy of a state message would be a lie; of an event it is only a repetition.
    const events = ['dialer:dataPopMessage', 'messaging:asyncOperationCompletedMessage'];
    if (this.state !== 'live' || !events.some((type) => String(message.__type).endsWith(type))) return;
    this.waiting.push(message);
    this.flush();
  }

  private company(message: Json): unknown[] {
    const extra = { ...message, futureMember: { nested: [1, null] }, anotherOne: 'x' };
    const pick = this.random();
    if (pick < 0.15) return [{ __type: 'urn:inin.com:future:unheardOfMessage', isDelta: true, campaigns: 3 }, extra];
    if (pick < 0.25) return [extra, { __type: 'urn:inin.com:dialer:campaignStatisticsMessage', isDelta: false }];
    if (pick < 0.3) return [{ isDelta: false }, extra];
    if (pick < 0.35)
      return [{ __type: 'urn:inin.com:dialer:breakStatusMessage', isDelta: false, breakStatus: 77 }, extra];
    if (pick < 0.38) return [extra, null, 42, 'message', []];
    if (pick < 0.41)
      return [{ __type: 'urn:inin.com:status:userStatusMessage', isDelta: true, userStatusList: null }, extra];
    if (pick < 0.44) return [{ __type: 'urn:inin.com:dialer:dataPopMessage', isDelta: false }, extra];
    return [extra];
  }

  private noteDelivery(message: unknown): void {
    const call = (message as { call?: { interactionId?: string } } | null)?.call;
    const type = String((message as Json | null)?.__type ?? '');
    if (type) this.truth.trace(this.user, `   -> ${type.slice(13)}`);
    if (call?.interactionId) this.onDelivered(call.interactionId);
  }

  // --- polling --------------------------------------------------------------------------------------------------

  /** Answers a poll with all that waits; `null` when the client broke a rule so badly that it gets nothing. */
  startPoll(): void {
    this.reading = true;
    if (this.pollsInFlight > 0) this.truth.violate('overlapping-polls', this.user);
    if (this.stream) this.later(300, () => this.stream && this.truth.violate('poll-beside-stream', this.user));
    this.pollsInFlight += 1;
    const now = Date.now();
    this.pollStarts.push(now);
    const last = this.pollStarts.slice(-5);
    if (last.length >= 2 && now - last.at(-2)! < 500)
      this.truth.violate('polling-too-fast', this.user, `gap ${now - last.at(-2)!} ms`);
    else if (last.length === 5 && now - last[0]! < 3600)
      this.truth.violate('polling-too-fast', this.user, `5 polls in ${now - last[0]!} ms`);
  }

  drain(): unknown[] {
    const messages = this.waiting.splice(0);
    for (const message of messages) this.noteDelivery(message);
    return messages;
  }

  endPoll(): void {
    this.pollsInFlight -= 1;
  }

  // --- streaming ------------------------------------------------------------------------------------------------

  openStream(response: ServerResponse, headers: Record<string, string>): void {
    this.reading = true;
    const old = this.stream;
    if (old)
      this.later(400, () => !old.destroyed && !old.writableEnded && this.truth.violate('two-streams', this.user));
    this.stream = response;
    this.streamed = 0;
    this.pollStarts = [];
    response.writeHead(200, {
      'Content-Type': 'text/event-stream;charset=utf-8',
      'Cache-Control': 'no-cache',
      ...headers,
    });
    response.flushHeaders();
    response.on('close', () => {
      if (this.stream === response) this.stream = null;
      if (this.ping) clearInterval(this.ping);
    });
    response.on('error', () => {});
    if (this.quirks.mangledStream) this.write('\uFEFF:hello\r\nretry: 250\n\n');
    this.ping = setInterval(() => this.write(':ping\n\n'), 1000);
    this.ping.unref();
    this.flush();
  }

  private flush(): void {
    while (this.stream && this.waiting.length > 0) {
      const message = this.waiting.shift();
      this.write(this.encode(message));
      this.noteDelivery(message);
      this.streamed += 1;
      if (this.quirks.cutEvery > 0 && this.streamed >= this.quirks.cutEvery) this.cut();
    }
  }

  /** Ends the stream politely or brutally; the session lives. */
  private cut(): void {
    const stream = this.stream;
    if (!stream) return;
    this.truth.note('stream cut');
    this.truth.trace(this.user, '   stream cut');
    this.stream = null;
    this.dropping = this.quirks.cutLoses;
    const brutal = this.random() < 0.5;
    this.writes = this.writes.then(() => {
      // A brutal end waits for the socket, so that what counts as sent was sent.
      stream.write('', () => (brutal ? setTimeout(() => stream.destroy(), 5) : stream.end()));
    });
  }

  private encode(message: unknown): string {
    if (!this.quirks.mangledStream) return `data: ${JSON.stringify(message)}\n\n`;
    const newline = ['\n', '\r\n', '\r'][Math.floor(this.random() * 3)]!;
    const lines = JSON.stringify(message, null, this.random() < 0.5 ? 1 : undefined).split('\n');
    const space = this.random() < 0.5 ? ' ' : '';
    const extras = this.random() < 0.3 ? `: a comment${newline}id: 7${newline}` : '';
    return `${extras}${lines.map((line) => `data:${space}${line}${newline}`).join('')}${newline}`;
  }

  private write(text: string): void {
    const stream = this.stream;
    if (!stream) return;
    if (!this.quirks.mangledStream) {
      stream.write(text);
      return;
    }
    const bytes = Buffer.from(text);
    this.writes = this.writes.then(async () => {
      for (let at = 0; at < bytes.length; ) {
        const next = at + 1 + Math.floor(this.random() * Math.max(8, bytes.length / 3));
        stream.write(bytes.subarray(at, next));
        at = next;
        await new Promise((done) => setImmediate(done));
      }
    });
  }

  /** The end of the session: its stream ends, its messages are gone. */
  end(state: 'expired' | 'deleted'): void {
    this.state = state;
    this.waiting.length = 0;
    const stream = this.stream;
    this.stream = null;
    if (this.ping) clearInterval(this.ping);
    void this.writes.then(() => stream?.end());
  }
}
