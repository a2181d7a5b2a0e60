import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.js';
import type { Answer } from './answer.js';
import type { Simulator } from './simulator.js';
import type { Sink } from './world.js';

/** A stream whose reader is this far behind is cut. */
const MOST_UNSENT = 8_388_608;
/** Between the pieces of a message that is sent in pieces, so that they do not travel together. */
const PIECE_GAP_MS = 2;
/** Pings go out in so many portions, so that thousands of streams do not all write at once. */
const PING_PORTIONS = 15;

/** Answers with server-sent events: unnamed, one `data:` line of JSON each, `:ping` as keep-alive (reference §10.10). */
export function openEventStream(parts: {
  readonly simulator: Simulator;
  readonly pinger: Pinger;
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly sessionId: string;
}): void {
  const { simulator, pinger, response, answer, sessionId } = parts;
  response.writeHead(answer.status, answer.headers);
  const stream = new EventStream(response, simulator.clock);
  stream.ping();
  const end = simulator.openStream(sessionId, stream);
  pinger.add(stream);
  response.on('close', () => {
    pinger.remove(stream);
    end();
  });
}

/** One event stream on its way to its reader. What comes while pieces are still to be sent waits behind them. */
class EventStream implements Sink {
  private readonly response: ServerResponse;
  private readonly clock: Clock;
  private readonly pieces: Uint8Array[] = [];
  private isSilent = false;
  private isEnding = false;

  constructor(response: ServerResponse, clock: Clock) {
    this.response = response;
    this.clock = clock;
  }

  message(json: string): void {
    this.write(event(json));
  }

  ping(): void {
    this.write(':ping\n\n');
  }

  close(): void {
    if (this.isSilent) return;
    if (this.pieces.length === 0) this.response.end();
    else this.isEnding = true;
  }

  split(json: string, at: readonly number[]): void {
    const bytes = Buffer.from(event(json));
    const cuts = [0, ...at.map((share) => Math.floor(share * bytes.length)), bytes.length];
    const isFirst = this.pieces.length === 0;
    cuts.slice(1).forEach((cut, index) => {
      this.pieces.push(bytes.subarray(cuts[index], cut));
    });
    if (isFirst) this.sendPiece();
  }

  tear(json: string): void {
    const bytes = Buffer.from(event(json));
    this.isSilent = true;
    this.response.write(bytes.subarray(0, bytes.length / 2), () => this.response.destroy());
  }

  silence(): void {
    this.isSilent = true;
  }

  private write(text: string): void {
    if (this.isSilent) return;
    if (this.pieces.length > 0) this.pieces.push(Buffer.from(text));
    else this.response.write(text);
    if (this.response.writableLength > MOST_UNSENT) this.response.destroy();
  }

  private readonly sendPiece = (): void => {
    const piece = this.pieces.shift();
    if (piece && piece.length > 0 && !this.isSilent) this.response.write(piece);
    if (this.pieces.length > 0) this.clock.setTimeout(this.sendPiece, PIECE_GAP_MS);
    else if (this.isEnding && !this.isSilent) this.response.end();
  };
}

function event(json: string): string {
  return `data: ${json}\n\n`;
}

/** Keeps idle streams alive. */
export interface Pinger {
  add(stream: EventStream): void;
  remove(stream: EventStream): void;
  stop(): void;
}

/** Sends a comment on every stream each `everyMs` milliseconds. */
export function createPinger(clock: Clock, everyMs: number): Pinger {
  const portions = Array.from({ length: PING_PORTIONS }, () => new Set<EventStream>());
  const homes = new Map<EventStream, Set<EventStream>>();
  let turn = 0;
  let next = 0;
  let timer: unknown;
  const ping = (): void => {
    for (const stream of portions[turn++ % PING_PORTIONS] ?? []) stream.ping();
    timer = clock.setTimeout(ping, everyMs / PING_PORTIONS);
  };
  timer = clock.setTimeout(ping, everyMs / PING_PORTIONS);
  return {
    add: (stream) => {
      const home = portions[next++ % PING_PORTIONS];
      if (!home) return;
      home.add(stream);
      homes.set(stream, home);
    },
    remove: (stream) => {
      homes.get(stream)?.delete(stream);
      homes.delete(stream);
    },
    stop: () => clock.clearTimeout(timer),
  };
}
