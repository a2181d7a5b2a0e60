import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Asker } from '../journal/record.js';
import {
  type ControlAct,
  type ControlRequest,
  isControlAct,
  isForAgents,
  readControlRequest,
} from './control-request.js';
import { json, type Page } from './http-page.js';
import type { AgentAnswer, OperatorRequest } from './operate.js';
import type { ReloadReport } from './reload-report.js';

/** What may be asked of the worker by HTTP, and by whom. */
export interface Control {
  /** Whoever bears it may ask. */
  readonly token: { reveal(): string };
  /** The orderly end of the run, as the first SIGTERM brings it about. May be called more than once. */
  drain(asker: Asker): void;
  /** Asks some agents for something. */
  ask(request: OperatorRequest): readonly AgentAnswer[];
  /** Reads the files of the worker anew. */
  reload(asker: Asker): ReloadReport;
}

const PREFIX = '/control/';
/** Whole rosters are named by a glob, so a body need not be long. */
const MOST_BODY_BYTES = 16_384;

/** Whether this path belongs to control, whether or not there is such an act. */
export function isControlPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/**
 * Answers `POST /control/ACT` (docs/control.md). 404 to an act that does not exist, and to all where nobody may ask; 405 to
 * another method, 413 to a body that is too large, 401 without the token (`Authorization: Bearer TOKEN`), 400 to a body
 * that is not understood. How long the comparison takes tells nothing of the token.
 */
export async function answerControl(
  request: IncomingMessage,
  path: string,
  control: Control | undefined,
): Promise<Page> {
  if (!control) return problem(404, 'no token is configured (http.token)');
  const act = path.slice(PREFIX.length);
  if (!isControlAct(act)) return problem(404, 'there is no such thing to ask for; docs/control.md has the list');
  if (request.method !== 'POST') return problem(405, 'only POST is answered', { allow: 'POST' });
  const body = await bodyOf(request, MOST_BODY_BYTES);
  if (body === null) {
    return problem(413, `a body of more than ${MOST_BODY_BYTES} bytes is not read`, { connection: 'close' });
  }
  if (!bears(request.headers.authorization, control.token.reveal())) {
    return problem(401, 'Authorization: Bearer TOKEN, with the token of the worker, is needed', {
      'www-authenticate': 'Bearer',
    });
  }
  const read = readControlRequest(act, body);
  if (typeof read === 'string') return problem(400, read);
  const from = request.socket.remoteAddress;
  const asker = { by: 'http', ...(from && { from }), ...(read.as && { as: read.as }) } as const;
  return carryOut(act, read, asker, control);
}

function carryOut(act: ControlAct, read: ControlRequest, asker: Asker, control: Control): Page {
  if (!isForAgents(act)) return reloadPage(control.reload(asker));
  const { as: _as, agents, ...rest } = read;
  if (agents === undefined || (act === 'drain' && agents.includes('*'))) {
    control.drain(asker);
    return json(202, { draining: true });
  }
  const answers = control.ask({ act, agents, asker, ...rest });
  const accepted = answers.filter((answer) => answer.accepted).length;
  const refused = answers.length - accepted;
  // Nothing came of it: a conflict with how things are, so that scripts need not read the body.
  return json(accepted > 0 ? 200 : 409, { act, accepted, refused, agents: answers });
}

function reloadPage({ diagnostics, ...report }: ReloadReport): Page {
  const plain = diagnostics.map(({ frame: _frame, ...rest }) => rest);
  const isBroken = diagnostics.some(({ severity }) => severity === 'error');
  return json(report.result !== 'refused' ? 200 : isBroken ? 422 : 409, { ...report, diagnostics: plain });
}

function problem(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Page {
  return { ...json(status, { error }), headers };
}

/** The whole body, null where it is longer than `most`; of a longer one, the rest is not read. */
async function bodyOf(request: IncomingMessage, most: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= most) return;
      request.pause();
      resolve(null);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
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
