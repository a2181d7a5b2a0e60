import { backoffDelay } from '../base/backoff.js';
import { CSRF_TOKEN_HEADER, ICWS_MEDIA_TYPE } from '../wire/index.js';
import type { HostAddress } from './address.js';
import type { Answer } from './answer.js';
import { classify } from './classify.js';
import { type Command, DEFAULT_TIMEOUT_MS, MOST_TRIES, type RetryRule } from './command.js';
import type { IcwsError } from './errors.js';
import { parseJson } from './loose.js';
import { exchange, type SessionDeps } from './observation.js';
import type { SessionGrant } from './session-grant.js';
import type { Lane, WireRequest } from './transport.js';

/** Where a session's requests go and what they carry, built once per session. */
export interface SessionLink {
  readonly origin: string;
  /** Prefix of every path: `{basePath}/icws/{sid}`. */
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The same with a content type, for requests with a body. */
  readonly bodyHeaders: Readonly<Record<string, string>>;
  /** Texts that no message may repeat. */
  readonly secrets: readonly string[];
}

/** The link of a granted session. The cookie is explicit on every call: jars match paths, and proxies change them. */
export function linkOf(address: HostAddress, grant: SessionGrant): SessionLink {
  const headers: Record<string, string> = { accept: ICWS_MEDIA_TYPE, [CSRF_TOKEN_HEADER]: grant.csrfToken };
  if (grant.cookie !== '') headers.cookie = grant.cookie;
  return {
    origin: address.origin,
    root: `${address.basePath}/icws/${encodeURIComponent(grant.id)}`,
    headers,
    bodyHeaders: { ...headers, 'content-type': `${ICWS_MEDIA_TYPE};charset=utf-8` },
    secrets: [grant.csrfToken, grant.cookie, ...grant.cookie.split(/[;=|]\s*/), grant.id].filter(isTelling),
  };
}

/** Language codes and the like are parts of the cookie, too, and no secrets. */
const isTelling = (text: string): boolean => text.length >= 6 && !/^(?:languageid|[a-z]{2}-[a-z]{2})$/i.test(text);

/** Pauses between the tries of one command, in milliseconds. */
const BACKOFF = { baseMs: 200, maxMs: 2_000 };
/** A server that asks for more patience than this is answered by whoever gave the command. */
const LONGEST_WAIT_MS = 5_000;

export interface RunnerHooks {
  /** A 401 came: the session is over. */
  onUnauthorized(error: IcwsError): void;
  /** A 410 came: resolves when it is known whether the session still lives (reference §7 #22). */
  onWithdrawn(): Promise<void>;
}

/** Runs commands of one session. Nothing is sent after `end`. */
export class RequestRunner {
  private readonly deps: SessionDeps;
  private readonly link: SessionLink;
  private readonly hooks: RunnerHooks;
  /** Ends whatever is under way: requests and pauses. */
  private readonly cancels = new Set<() => void>();
  private ended: IcwsError | undefined;

  constructor(deps: SessionDeps, link: SessionLink, hooks: RunnerHooks) {
    this.deps = deps;
    this.link = link;
    this.hooks = hooks;
  }

  /** From now on every command answers `lost` with this error; those under way are aborted. */
  end(error: IcwsError): void {
    if (this.ended) return;
    this.ended = error;
    for (const cancel of [...this.cancels]) cancel();
    this.cancels.clear();
  }

  /** Sends a command, again where its rule allows. `sent` of the answer tells of all tries together. */
  async run<T>(command: Command<T>): Promise<Answer<T>> {
    const body = command.body === undefined ? undefined : JSON.stringify(command.body);
    let sent = false;
    for (let tries = 1; ; tries++) {
      const answer = this.ended ? lost(false, this.ended) : await this.attempt(command, body);
      sent ||= answer.kind !== 'lost' || answer.sent;
      const pauseMs = this.pauseBefore(tries, command.retry, answer);
      if (pauseMs === undefined) return answer.kind === 'lost' ? { ...answer, sent } : answer;
      await this.pause(pauseMs);
    }
  }

  private async attempt<T>(command: Command<T>, body: string | undefined): Promise<Answer<T>> {
    const { operation, method, path, timeoutMs = DEFAULT_TIMEOUT_MS } = command;
    const answer = await this.send(operation, { method, path, timeoutMs, lane: 'command' }, body);
    if ('error' in answer) return { kind: 'lost', ...answer };
    const { status, text } = answer;
    if (status >= 200 && status < 300) {
      const json = command.read && text !== '' ? parseJson(text) : undefined;
      return { kind: 'ok', status, body: json === undefined ? undefined : command.read?.(json) };
    }
    const error = this.classify(operation, answer);
    if (status === 401) this.hooks.onUnauthorized(error);
    else if (status === 410 && operation !== 'connection-state') await this.hooks.onWithdrawn();
    return { kind: 'refused', status, error };
  }

  /** Names an answer that is no success, without this session's secrets. */
  classify(operation: Command['operation'], answer: { status: number; headers: WireHeaders; text: string }): IcwsError {
    return classify({ operation, ...answer, secrets: this.link.secrets, nowMs: this.deps.clock.now() });
  }

  /** Sends one request of this session once; aborted when the session ends. */
  async send(
    operation: Command['operation'],
    request: { method: WireRequest['method']; path: string; timeoutMs: number; lane: Lane },
    body?: string,
  ): ReturnType<typeof exchange> {
    const { link, cancels } = this;
    let cancel: (() => void) | undefined;
    const wire: WireRequest & { body?: string } = {
      origin: link.origin,
      path: link.root + request.path,
      method: request.method,
      headers: body === undefined ? link.headers : link.bodyHeaders,
      timeoutMs: request.timeoutMs,
      lane: request.lane,
      onCancellable: (given) => {
        cancel = given;
        cancels.add(given);
      },
    };
    if (body !== undefined) wire.body = body;
    const answer = await exchange(this.deps, operation, wire);
    if (cancel) cancels.delete(cancel);
    return answer;
  }

  /** How long to wait before the next try, or undefined when there is none. */
  private pauseBefore(tries: number, rule: RetryRule, answer: Answer<unknown>): number | undefined {
    if (answer.kind === 'ok' || this.ended || tries >= MOST_TRIES || rule === 'never') return undefined;
    const isTransient = answer.kind === 'lost' || answer.error.code === 'icws/unavailable';
    const mayRepeat = rule === 'always' ? isTransient : answer.kind === 'lost' && !answer.sent;
    const wishMs = answer.error.retryAfterMs ?? 0;
    if (!mayRepeat || wishMs > LONGEST_WAIT_MS) return undefined;
    return Math.max(wishMs, backoffDelay(BACKOFF, tries - 1, this.deps.random));
  }

  private pause(ms: number): Promise<void> {
    const { clock } = this.deps;
    return new Promise((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer);
        this.cancels.delete(done);
        resolve();
      };
      const timer = clock.setTimeout(done, ms);
      this.cancels.add(done);
    });
  }
}

type WireHeaders = Readonly<Record<string, string | string[] | undefined>>;

const lost = (sent: boolean, error: IcwsError): Answer<never> => ({ kind: 'lost', sent, error });
