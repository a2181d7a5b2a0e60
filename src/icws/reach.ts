import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Clock } from '../base/clock.js';

/** What a server shows of itself at the TLS handshake. Times in epoch milliseconds. */
export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** The names it is good for, as it lists them. */
  readonly names: string;
  readonly from: number;
  readonly until: number;
  readonly selfSigned: boolean;
}

/** How far one host could be reached. `code` is the system's own word, such as ECONNREFUSED. */
export type Reach =
  | { readonly kind: 'unresolved'; readonly code: string }
  | { readonly kind: 'unconnected'; readonly addresses: readonly string[]; readonly code: string }
  /** Something listens there that speaks no TLS, or another one. */
  | { readonly kind: 'no-tls'; readonly addresses: readonly string[]; readonly code: string }
  | {
      readonly kind: 'reached';
      readonly addresses: readonly string[];
      readonly connectMs: number;
      /** Of https only. `distrust`: why its certificate is not believed, in the system's word. */
      readonly tls?: { readonly protocol: string; readonly certificate: ShownCertificate; readonly distrust?: string };
    };

export interface ReachOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** For each of the three steps. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Looks how far a host can be reached: name, connection, TLS handshake. Nothing is sent over the connection, so that a
 * certificate which is not believed can be looked at without harm. Never throws.
 */
export async function reach({ origin, ca, timeoutMs, clock }: ReachOptions): Promise<Reach> {
  const url = new URL(origin);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const within = <T>(work: Promise<T>): Promise<T> => limited(clock, timeoutMs, work);
  let addresses: string[];
  try {
    addresses = (await within(lookup(host, { all: true }))).map(({ address }) => address);
  } catch (error) {
    return { kind: 'unresolved', code: codeOf(error) };
  }
  const startedMs = clock.monotonic();
  // The clock's timer keeps the process while it waits; a socket that nobody waits for any more does not.
  const socket = connectTcp({ host, port }).unref();
  try {
    await within(opened(socket, 'connect'));
  } catch (error) {
    socket.destroy();
    return { kind: 'unconnected', addresses, code: codeOf(error) };
  }
  const connectMs = clock.monotonic() - startedMs;
  if (url.protocol !== 'https:') {
    socket.destroy();
    return { kind: 'reached', addresses, connectMs };
  }
  const secure = connectTls({
    socket,
    // A certificate that is not believed is what we came to see; nothing is ever written to this connection.
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    host,
  });
  try {
    await within(opened(secure, 'secureConnect'));
    return { kind: 'reached', addresses, connectMs, tls: shown(secure) };
  } catch (error) {
    return { kind: 'no-tls', addresses, code: codeOf(error) };
  } finally {
    secure.destroy();
  }
}

function shown(socket: TLSSocket) {
  const certificate = socket.getPeerCertificate(true);
  const issuer = certificate.issuerCertificate as PeerCertificate | undefined;
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    certificate: {
      subject: nameOf(certificate.subject),
      issuer: nameOf(certificate.issuer),
      names: certificate.subjectaltname ?? '',
      from: Date.parse(certificate.valid_from),
      until: Date.parse(certificate.valid_to),
      selfSigned: issuer === undefined ? false : issuer.fingerprint256 === certificate.fingerprint256,
    },
    ...(socket.authorized ? {} : { distrust: String(socket.authorizationError) }),
  };
}

/** The common name of a subject or issuer, else its organisation. */
function nameOf(subject: PeerCertificate['subject'] | undefined): string {
  return [subject?.CN ?? subject?.O ?? ''].flat()[0] ?? '';
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    // Stays, so that nothing that comes later is an error that nobody hears.
    socket.on('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
  });
}

async function limited<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let timer: unknown;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimeout(() => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })), ms);
  });
  work.catch(() => {}); // it may fail after its time is up
  try {
    return await Promise.race([work, limit]);
  } finally {
    clock.clearTimeout(timer);
  }
}

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  return errors?.[0] === undefined ? 'unknown' : codeOf(errors[0]);
}
