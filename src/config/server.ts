import type { Diagnostic } from '../base/diagnostic.js';
import { besideFile, whyUnreadable } from '../base/file-path.js';
import type { Complaints } from './complaints.js';
import type { ServerFile } from './schema.js';
import type { IcwsServer, ReadFile, ServerConfig, SimulatedServer } from './worker-config.js';

/** A world file's content checked, or what is wrong with it. */
export type LoadWorld = (text: string, file: string) => { value?: unknown; diagnostics: readonly Diagnostic[] };

export interface ServerContext {
  /** The worker file; paths in it are relative to its folder. */
  readonly file: string;
  readonly readFile: ReadFile;
  readonly complaints: Complaints;
  readonly loadWorld: LoadWorld;
}

const SETTINGS = {
  applicationName: 'icws-dialer-agent',
  language: 'en-us',
  messaging: 'auto',
  firstConnectMs: 30_000,
} as const;

/** Resolves the server block: which server, by what rules. Undefined when something about it is wrong. */
export function resolveServer(server: ServerFile | undefined, context: ServerContext): ServerConfig | undefined {
  const { complaints } = context;
  if (server === undefined) {
    const message = 'No server is named: neither "server" in a file nor --server.';
    complaints.add([], { code: 'worker/no-server', message }, 'parent');
    return undefined;
  }
  const named = (['url', 'urlTemplate', 'simulator'] as const).filter((key) => server[key] !== undefined);
  if (named.length !== 1) {
    const message =
      named.length === 0
        ? '"server" must name one of url, urlTemplate or simulator.'
        : `"server" names ${named.join(' and ')}; only one of them can be meant.`;
    complaints.add(['server'], { code: 'worker/which-server', message }, 'key');
    return undefined;
  }
  const { applicationName, language, messaging, firstConnect } = server;
  const settings = {
    applicationName: applicationName ?? SETTINGS.applicationName,
    language: language ?? SETTINGS.language,
    messaging: messaging ?? SETTINGS.messaging,
    firstConnectMs: firstConnect === undefined ? SETTINGS.firstConnectMs : firstConnect,
  };
  if (server.simulator !== undefined) return resolveSimulator(server.simulator, settings, context);
  const url = resolveUrl(server, complaints);
  if (url === undefined) return undefined;
  const tlsCa = server.tls && readCertificates(server.tls.ca, context);
  return {
    kind: 'icws',
    ...settings,
    url,
    ...(server.urlTemplate !== undefined && server.host !== undefined ? { host: server.host } : {}),
    alternates: server.alternates ?? [],
    allowPlaintext: server.allowPlaintext ?? false,
    ...(tlsCa === undefined ? {} : { tlsCa }),
  };
}

/** The allow-list of hosts: the configured one, else the host of the address and the alternates (design §6). */
export function resolveAllowedHosts(
  server: ServerConfig | undefined,
  listed: readonly string[] | undefined,
  further: readonly string[],
  complaints: Complaints,
): string[] {
  if (server?.kind !== 'icws') return [...(listed ?? []), ...further];
  const home = homeOf(server);
  const hosts = [...(listed ?? [home, ...server.alternates]), ...further];
  if (!hosts.some((host) => bareName(host) === home || (isLoopback(bareName(host)) && isLoopback(home)))) {
    const message = `The server ${home} is not among "allowHosts".`;
    complaints.add(['safety', 'allowHosts'], { code: 'worker/host-not-allowed', message });
  }
  return [...new Set(hosts)];
}

function resolveUrl(server: ServerFile, complaints: Complaints): string | undefined {
  const key = server.url === undefined ? 'urlTemplate' : 'url';
  const text = server[key] ?? '';
  const complain = (reason: string, message: string, at: string = key): undefined =>
    complaints.add(['server', at], { code: `worker/${reason}`, message });
  const hasSlot = text.includes('{host}');
  if (key === 'urlTemplate' && !hasSlot) return complain('bad-url', '"urlTemplate" must hold {host} somewhere.');
  if (key === 'urlTemplate' && server.host === undefined) {
    return complain('bad-url', '"urlTemplate" needs "host" beside it: the name that fills {host}.');
  }
  if (key === 'url' && hasSlot) return complain('bad-url', 'An address with {host} is written as "urlTemplate".');
  if (key === 'url' && server.host !== undefined) {
    return complain('bad-url', '"host" belongs to "urlTemplate"; "url" holds its host itself.', 'host');
  }
  // A variable that a check elsewhere could not fill in: its warning is there already.
  if (text.includes('${')) return undefined;
  const name = complaints.nameOf(['server', key]);
  const filled = text.replaceAll('{host}', server.host ?? '');
  const example = 'https://cic1.example.com:8019';
  if (!URL.canParse(filled)) return complain('bad-url', `${name} must be an address such as ${example}.`);
  const url = new URL(filled);
  if (url.username !== '' || url.password !== '') {
    return complain('bad-url', `${name} must not hold a user name or a password.`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return complain('bad-url', `${name} must begin with https:// or http://, as in ${example}.`);
  }
  if (url.search !== '' || url.hash !== '') return complain('bad-url', `${name} must not have a query.`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !server.allowPlaintext) {
    complaints.add(['server', key], {
      code: 'worker/plaintext',
      message: `Passwords would go to ${url.hostname} in plain text over http.`,
      suggestion: 'Use https, or set allowPlaintext: true (--allow-plaintext).',
    });
    return undefined;
  }
  return text;
}

function resolveSimulator(
  simulator: unknown,
  settings: Omit<SimulatedServer, 'kind' | 'world' | 'worldFile'>,
  { file, readFile, complaints, loadWorld }: ServerContext,
): SimulatedServer | undefined {
  if (typeof simulator !== 'string') return { kind: 'simulator', ...settings, world: simulator, worldFile: file };
  const worldFile = besideFile(file, simulator);
  let text: string;
  try {
    text = readFile(worldFile);
  } catch (error) {
    const message = `The world file ${worldFile} cannot be read: ${whyUnreadable(error)}.`;
    complaints.add(['server', 'simulator'], { code: 'worker/unreadable', message });
    return undefined;
  }
  const world = loadWorld(text, worldFile);
  complaints.list.push(...world.diagnostics);
  return world.value === undefined ? undefined : { kind: 'simulator', ...settings, world: world.value, worldFile };
}

function readCertificates(path: string, { file, readFile, complaints }: ServerContext): string | undefined {
  const full = besideFile(file, path);
  const complain = (message: string): undefined =>
    complaints.add(['server', 'tls', 'ca'], { code: 'worker/unreadable', message });
  try {
    const text = readFile(full);
    return text.includes('-----BEGIN CERTIFICATE-----') ? text : complain(`${full} holds no certificate in PEM form.`);
  } catch (error) {
    return complain(`The certificate file ${full} cannot be read: ${whyUnreadable(error)}.`);
  }
}

function homeOf(server: IcwsServer): string {
  return server.host === undefined ? new URL(server.url).hostname : bareName(server.host);
}

function bareName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
