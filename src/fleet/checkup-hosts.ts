import { isLoopback, type ServerAddress } from '../icws/address.js';
import type { Introduction } from '../icws/introduction.js';
import type { Reach, ShownCertificate } from '../icws/reach.js';
import type { FindingStatus, Findings } from './finding.js';

/** How the hosts are asked; real ones are joined in `cli`. */
export interface HostProbes {
  reach(host: string): Promise<Reach>;
  introduce(host: string): Promise<Introduction>;
}

interface HostsOptions extends HostProbes {
  readonly address: ServerAddress;
  readonly messaging: 'auto' | 'stream' | 'poll';
  /** Epoch milliseconds. */
  readonly now: number;
  readonly findings: Findings;
}

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a warning: renewing one takes people, and people take weeks. */
const CERTIFICATE_DAYS = 30;

/**
 * Name, connection and TLS of every configured host, then version and features of the first that answers. Returns
 * whether one of them speaks ICWS, so that a password may be sent. What is wrong with an alternate is a warning only.
 */
export async function checkHosts(options: HostsOptions): Promise<boolean> {
  const { address } = options;
  const reached: string[] = [];
  for (const host of address.hosts) {
    if (await checkReach(host, host === address.home ? 'problem' : 'warning', options)) reached.push(host);
  }
  for (const host of reached) if (await checkIntroduction(host, options)) return true;
  return false;
}

/** Whether one host can be reached and believed. `grave` is what it means when not. */
export async function checkReach(
  host: string,
  grave: FindingStatus,
  { address, reach, now, findings }: Pick<HostsOptions, 'address' | 'reach' | 'now' | 'findings'>,
): Promise<boolean> {
  const { hostname, port, protocol } = new URL(address.addressOf(host).origin);
  const door = `port ${port || (protocol === 'https:' ? 443 : 80)} of ${hostname}`;
  const seen = await reach(host);
  if (seen.kind === 'unresolved') {
    findings.add('name', grave, `${hostname} cannot be resolved (${seen.code})`, 'Look at the host name and at DNS.');
    return false;
  }
  findings.add('name', 'ok', `${hostname} is ${seen.addresses.slice(0, 4).join(', ')}`);
  if (seen.kind === 'unconnected') {
    const { message, remedy } = whyUnconnected(seen.code, door);
    findings.add('connect', grave, message, remedy);
    return false;
  }
  const took = seen.kind === 'reached' ? ` (${Math.max(1, Math.round(seen.connectMs))} ms)` : '';
  findings.add('connect', 'ok', `${door} accepts connections${took}`);
  if (seen.kind === 'no-tls') {
    const message = `${door} does not answer a TLS handshake (${seen.code})`;
    findings.add(
      'tls',
      grave,
      message,
      'ICWS speaks https on port 8019 as a rule, and http on 8018: is it the right one?',
    );
    return false;
  }
  if (!seen.tls) {
    if (isLoopback(hostname)) findings.add('tls', 'skipped', `plain http, but it does not leave this machine`);
    else
      findings.add('tls', 'warning', `passwords go to ${hostname} in plain text`, 'Use https (port 8019 as a rule).');
    return true;
  }
  return checkCertificate(seen.tls, hostname, grave, now, findings);
}

function whyUnconnected(code: string, door: string): { message: string; remedy: string } {
  switch (code) {
    case 'ECONNREFUSED':
      return { message: `nothing listens at ${door}`, remedy: 'Look at address and port; is the session manager up?' };
    case 'ETIMEDOUT':
      return { message: `${door} does not answer`, remedy: 'A firewall between here and there? The right address?' };
    default:
      return { message: `${door} cannot be connected to (${code})`, remedy: 'Look at network, address and port.' };
  }
}

function checkCertificate(
  { protocol, certificate, distrust }: NonNullable<Extract<Reach, { kind: 'reached' }>['tls']>,
  host: string,
  grave: FindingStatus,
  now: number,
  findings: Findings,
): boolean {
  const days = Math.floor((certificate.until - now) / DAY_MS);
  const what = `${protocol}, certificate "${certificate.subject}" issued by ${certificate.selfSigned ? 'itself' : `"${certificate.issuer}"`}`;
  const end = Number.isNaN(days) ? '' : `, valid until ${dayOf(certificate.until)} (${days} days)`;
  if (distrust !== undefined) {
    const { message, remedy } = whyDistrusted(distrust, certificate, host);
    findings.add('tls', grave, `${message}; ${what}`, remedy);
    return false;
  }
  if (days < CERTIFICATE_DAYS) findings.add('tls', 'warning', what + end, 'Have it renewed before it ends.');
  else findings.add('tls', 'ok', what + end);
  return true;
}

function whyDistrusted(
  code: string,
  { names, from, until }: ShownCertificate,
  host: string,
): { message: string; remedy: string } {
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        message: `the certificate is not for ${host} but for ${names || 'no name at all'}`,
        remedy: 'Write the server by a name that its certificate lists.',
      };
    case 'CERT_HAS_EXPIRED':
      return { message: `the certificate ended on ${dayOf(until)}`, remedy: 'Have it renewed.' };
    case 'CERT_NOT_YET_VALID':
      return { message: `the certificate begins on ${dayOf(from)}`, remedy: 'Look at the clock of this machine.' };
    default:
      return {
        message: `the certificate is not believed (${code})`,
        remedy: "Put the authority's certificate (PEM) into server.tls.ca; a self-signed one is its own authority.",
      };
  }
}

/** Whether this host can be given a password: not where something else than ICWS answers. */
async function checkIntroduction(host: string, options: HostsOptions): Promise<boolean> {
  const { address, findings } = options;
  const answer = await options.introduce(host);
  switch (answer.kind) {
    case 'icws':
      findings.add(
        'version',
        'ok',
        `${host} is ICWS${answer.release === undefined ? '' : `, release ${answer.release}`}`,
      );
      if (answer.features) checkFeatures(answer.features, options);
      return true;
    case 'foreign': {
      const what = answer.html ? 'an HTML page' : 'something that is no JSON';
      const remedy =
        'This is no ICWS server, and is not given a password. Look at the port (8018, 8019); behind a web proxy the address has a path: urlTemplate.';
      findings.add('version', 'problem', `${host} answers with ${what} (HTTP ${answer.status})`, remedy);
      return false;
    }
    case 'redirect': {
      const other = address.hostOfRedirect(answer.location, host);
      const isAllowed = other !== undefined && address.isAllowedHost(other);
      const message = `${host} redirects to ${originOf(answer.location)} (HTTP ${answer.status})`;
      if (isAllowed) findings.add('version', 'ok', `${message}, which is allowed`);
      else findings.add('version', 'problem', message, 'If that is your server, name it as the address.');
      return isAllowed;
    }
    case 'unavailable': {
      const others = answer.alternates.slice(0, 5).join(', ');
      const remedy = 'The other half of a switchover pair serves then; or the session manager is down.';
      const named = others === '' ? 'and names no other host' : `and names ${others}`;
      findings.add('version', 'warning', `${host} serves no sessions now (HTTP ${answer.status}) ${named}`, remedy);
      return true;
    }
    case 'refused':
      findings.add('version', 'warning', answer.error.message, 'An ICWS server tells its version; is it one?');
      return true;
    case 'failed':
      findings.add(
        'version',
        'problem',
        answer.error.message,
        'It takes connections but does not answer: look at the server.',
      );
      return false;
  }
}

/** What the server can do, as far as it matters to an agent. */
function checkFeatures(
  features: ReadonlyMap<string, number>,
  { messaging, findings }: Pick<HostsOptions, 'messaging' | 'findings'>,
): void {
  const told = (name: string): string => (features.has(name) ? `${name} ${features.get(name)}` : `no ${name}`);
  const what = `${told('messaging')}, ${told('dialer')}, ${told('status')}, ${told('queues')}`;
  if (!features.has('dialer')) {
    findings.add('features', 'warning', what, 'The server lists no Dialer: is it installed, and licensed?');
  } else if ((features.get('messaging') ?? 0) >= 2 || messaging === 'poll') {
    findings.add('features', 'ok', what);
  } else if (messaging === 'stream') {
    findings.add('features', 'problem', `${what}: the server offers no event stream`, 'Set messaging: auto or poll.');
  } else {
    findings.add(
      'features',
      'warning',
      `${what}: messages are polled, once a second`,
      'Nothing to mend; streams need messaging 2.',
    );
  }
}

/** Without what may stand in a path or query. */
function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : JSON.stringify(location.slice(0, 60));
}

const dayOf = (ms: number): string =>
  Number.isNaN(ms) ? 'no day that can be read' : new Date(ms).toISOString().slice(0, 10);
