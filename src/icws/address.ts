import { UsageError } from '../base/errors.js';
import { IcwsError } from './errors.js';

/** Where the server is and which hosts may be talked to at all. */
export interface ServerAddressOptions {
  /**
   * `https://cic1.example.com:8019`, with a path prefix behind a proxy, or with a `{host}` slot:
   * `https://proxy/api/{host}` (reference §1.8).
   */
  readonly url: string;
  /** The name that fills the slot; required exactly where the url has one. */
  readonly host?: string | undefined;
  /** Further hosts, beside those that the server itself names. */
  readonly alternates?: readonly string[] | undefined;
  /** Left out: the host of `url` and the alternates. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Whether http may go to a host that is not this machine. */
  readonly allowPlaintext?: boolean | undefined;
}

/** One host's address: requests go to `origin` + `basePath` + `/icws/…`. */
export interface HostAddress {
  /** Scheme, host and port, without a trailing slash. */
  readonly origin: string;
  /** '' or a path that begins with a slash and does not end with one. */
  readonly basePath: string;
}

/**
 * The one gate through which a host name becomes an address.
 *
 * Names are compared without regard to case and without a final dot. A listed name without a port allows every port of
 * that host, one with a port only that. A bare name that the server tells (`CIC2`) means the listed name with that first
 * label (`cic2.example.com`) and is turned into it; the reverse is refused, as a domain could be anybody's. `localhost`,
 * `127.0.0.1` and `[::1]` are one name; the other loopback addresses are hosts like any other, and must be listed.
 */
export interface ServerAddress {
  /** The configured host, as named in `hosts`. */
  readonly home: string;
  /** `home` and the configured alternates. */
  readonly hosts: readonly string[];
  isAllowedHost(host: string): boolean;
  /** The name to use for a host that a server told, or undefined where the allow-list or the plaintext rule forbids it. */
  allowedHost(host: string): string | undefined;
  /** Same scheme, port and prefix for every host (reference §1.2). Throws an IcwsError for a host that is not allowed. */
  addressOf(host: string): HostAddress;
  /** The host that a redirect of `asked` leads to, or undefined where it leads nowhere new or is no such address. */
  hostOfRedirect(location: string, asked: string): string | undefined;
}

interface HostName {
  readonly name: string;
  readonly port: string;
}

const SLOT = '{host}';

/** Checks the options and makes the gate. Throws a UsageError that says what to mend. */
export function createServerAddress(options: ServerAddressOptions): ServerAddress {
  const template = parseTemplate(options);
  const home = options.host ?? template.sample.host;
  const hosts = [home, ...(options.alternates ?? [])];
  const allowed = (options.allowHosts ?? [nameOf(home), ...(options.alternates ?? [])]).map((entry) => {
    const host = parseHost(entry);
    if (!host) throw new UsageError(`"${entry}" is not a host name; write it like cic1.example.com or cic1:8019`);
    return host;
  });

  const addressIn = (host: string): HostAddress => {
    const url = new URL(template.isSlotted ? options.url.replaceAll(SLOT, host) : options.url);
    if (!template.isSlotted) {
      const { name, port } = parseHost(host) as HostName;
      url.hostname = name;
      if (port !== '') url.port = port;
    }
    return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
  };
  const isPlaintextRefused = (host: string): boolean => {
    const url = new URL(addressIn(host).origin);
    return url.protocol === 'http:' && options.allowPlaintext !== true && !isLoopback(url.hostname);
  };
  const allowedHost = (text: string): string | undefined => {
    const host = parseHost(text);
    const match = host && matchIn(allowed, host);
    return match === undefined || isPlaintextRefused(match) ? undefined : match;
  };
  const addressOf = (text: string): HostAddress => {
    const host = allowedHost(text);
    if (host !== undefined) return addressIn(host);
    throw new IcwsError('icws/host-not-allowed', `${printable(text)} is not an allowed host (--allow-host adds one)`);
  };

  for (const host of hosts) {
    if (!parseHost(host)) throw new UsageError(`"${host}" is not a host name; write it like cic1.example.com`);
    if (!matchIn(allowed, parseHost(host) as HostName)) {
      throw new UsageError(`the server ${host} is not in the list of allowed hosts; add it or leave the list out`);
    }
    if (isPlaintextRefused(host)) {
      throw new UsageError(
        `${host} would be reached over http in plain text; use https or allow it (--allow-plaintext)`,
      );
    }
  }
  return {
    home,
    hosts,
    isAllowedHost: (host) => allowedHost(host) !== undefined,
    allowedHost,
    addressOf,
    hostOfRedirect: (location, asked) => {
      const host = hostOfRedirect(location, addressOf(asked), template.pattern);
      return host?.toLowerCase() === asked.toLowerCase() ? undefined : host;
    },
  };
}

interface Template {
  readonly isSlotted: boolean;
  /** The url with the home host in its place. */
  readonly sample: URL;
  /** Finds the host in a url made from the template; only with a slot. */
  readonly pattern: RegExp | undefined;
}

function parseTemplate({ url, host }: ServerAddressOptions): Template {
  const isSlotted = url.includes(SLOT);
  if (isSlotted && host === undefined) throw new UsageError(`${url} has a {host} slot; name the host that fills it`);
  if (!isSlotted && host !== undefined) throw new UsageError(`${url} has no {host} slot that "${host}" could fill`);
  const text = isSlotted ? url.replaceAll(SLOT, host as string) : url;
  if (!URL.canParse(text)) throw new UsageError(`"${url}" is not a url; write it like https://cic1.example.com:8019`);
  const sample = new URL(text);
  if (sample.protocol !== 'http:' && sample.protocol !== 'https:') {
    throw new UsageError(`${url}: only http and https are spoken`);
  }
  if (sample.username !== '' || sample.password !== '') throw new UsageError('a server url must not hold credentials');
  if (sample.search !== '' || sample.hash !== '') throw new UsageError(`${url}: a server url has no query`);
  if (!isSlotted) return { isSlotted, sample, pattern: undefined };
  const [before = '', ...rest] = url.split(SLOT).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { isSlotted, sample, pattern: new RegExp(`^${before}([^/:]+)${rest.join('[^/:]+')}`, 'i') };
}

/** The host that a redirect leads to, as a name that `addressOf` takes. */
function hostOfRedirect(location: string, asked: HostAddress, pattern: RegExp | undefined): string | undefined {
  if (!URL.canParse(location, `${asked.origin}/`)) return undefined;
  const url = new URL(location, `${asked.origin}/`);
  if (pattern) return pattern.exec(url.href)?.[1];
  const from = new URL(asked.origin);
  if (url.protocol !== from.protocol || url.host === from.host) return undefined;
  return url.port === from.port
    ? url.hostname
    : `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
}

const nameOf = (host: string): string => parseHost(host)?.name ?? host;

/** Splits `name`, `name:port`, `[v6]:port` or a bare v6 address; undefined for anything that is no host. */
function parseHost(text: string): HostName | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?)\.?(?::(\d{1,5}))?$/i.exec(text.trim());
  if (match) return { name: (match[1] as string).toLowerCase(), port: match[2] ?? '' };
  return /^[0-9a-f]*:[0-9a-f:.]+$/i.test(text.trim())
    ? { name: `[${text.trim().toLowerCase()}]`, port: '' }
    : undefined;
}

/** The name to use for `host` by the rules of ServerAddress, or undefined. */
function matchIn(allowed: readonly HostName[], host: HostName): string | undefined {
  const written = host.port === '' ? '' : `:${host.port}`;
  const fits = (entry: HostName): boolean => entry.port === '' || host.port === '' || entry.port === host.port;
  for (const entry of allowed) if (entry.name === host.name && fits(entry)) return withPort(host.name, written, entry);
  for (const entry of allowed) {
    if (isThisHost(entry.name) && isThisHost(host.name) && fits(entry)) return withPort(host.name, written, entry);
  }
  if (host.name.includes('.') || host.name.startsWith('[')) return undefined;
  const longer = allowed.find((entry) => entry.name.startsWith(`${host.name}.`) && fits(entry));
  return longer && withPort(longer.name, written, longer);
}

/** A listed port applies where the server told none. */
const withPort = (name: string, written: string, entry: HostName): string =>
  `${name}${written !== '' || entry.port === '' ? written : `:${entry.port}`}`;

/** The usual spellings of one and the same loopback host. */
function isThisHost(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
}

/** Whether the name is this machine. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

const printable = (text: string): string => JSON.stringify(text.slice(0, 100));
