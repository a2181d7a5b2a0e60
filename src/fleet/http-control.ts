import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json, type Page, text } from './http-page.js';

/** What may be asked of the worker by HTTP, and by whom. */
export interface Control {
  /** Whoever bears it may ask. */
  readonly token: { reveal(): string };
  /** The orderly end of the run, as the first SIGTERM brings it about. May be called more than once. */
  drain(): void;
}

/** A request needs no body; a client that sends one all the same may send so much. */
const MOST_BODY_BYTES = 1_024;

/**
 * Answers `POST /control/drain`: 202 once the drain has begun, 401 without the token (`Authorization: Bearer TOKEN`), 413
 * to a larger body. How long the comparison takes tells nothing of the token.
 */
export async function answerDrain(request: IncomingMessage, control: Control): Promise<Page> {
  if (request.method !== 'POST') return text(405, 'only POST is answered', { allow: 'POST' });
  if (!(await endsWithin(request, MOST_BODY_BYTES))) {
    return text(413, `a body of more than ${MOST_BODY_BYTES} bytes is not read`, { connection: 'close' });
  }
  if (!bears(request.headers.authorization, control.token.reveal())) {
    return text(401, 'Authorization: Bearer TOKEN, with the token of the worker, is needed', {
      'www-authenticate': 'Bearer',
    });
  }
  control.drain();
  return json(202, { draining: true });
}

/** Whether the whole body is no longer than `most`. Of a longer one, the rest is not read. */
async function endsWithin(request: IncomingMessage, most: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= most) return;
      request.pause();
      resolve(false);
    });
    request.on('end', () => resolve(true));
    request.on('error', reject);
  });
}

/** Digests have one length, whatever was sent. */
function bears(authorization: string | undefined, token: string): boolean {
  const sent = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
  return sent !== undefined && timingSafeEqual(digest(sent), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
