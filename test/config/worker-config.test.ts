import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { formatPretty } from '../../src/base/diagnostic.js';
import { checkFiles } from '../../src/cli/check.js';
import { type RunFlags, resolveWorkerConfig, Secret, type WorkerConfig } from '../../src/config/index.js';
import { WorldSchema } from '../../src/simulator/world-config.js';
import { filesOf } from '../support/text-files.js';

const files = {
  'conf/worker.yaml': `version: 1
seed: 3
server:
  url: https://\${CIC}:8019
  alternates: [cic2.example.com]
  applicationName: nightly
  tls: { ca: ca.pem }
  messaging: poll
  firstConnect: never
agents:
  - users: "bot{08..10}"
    password: { env: BOT_PASSWORD }
    station: { remoteWorkstation: "{user}-ws", remoteNumber: "+49{user}" }
    campaigns: [Collections, "Renew*"]
    policy: policies/one.yaml
  - users: [maria, peter]
    password: { file: secrets/people }
load: { logins: 300/m }
limits: { duration: 8h, calls: 100 }
statuses: { break: Lunch }
drain: { timeout: 1m }
recovery: { wait: 5s }
http: { host: 0.0.0.0, port: 0, token: { file: secrets/token } }
journal: { path: records, retain: forever, columns: [zone, is_attr_city] }
log: { level: debug }
safety: { maxAgents: 5 }
`,
  'conf/ca.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  'conf/policies/one.yaml': 'version: 1\ntalk: 1s\n',
  'conf/secrets/people': 'open sesame \n',
  'conf/secrets/token': 'drain-token\n',
  'conf/demo.yaml': `version: 1
server: { simulator: worlds/w.yaml }
agents: [ { users: "bot{1..3}", password: demo, policy: policies/one.yaml } ]
`,
  'conf/worlds/w.yaml': 'version: 1\ncampaigns: [ { name: C, type: power, contacts: { csv: c.csv } } ]\n',
  'conf/inline.yaml': `version: 1
server: { simulator: { campaigns: [ { name: C, type: power } ] } }
agents: [ { users: bot, password: demo, station: { remoteNumber: "5551", persistent: true } } ]
`,
  'mine.yaml': 'version: 1\nname: my own\n',
  'pw.txt': 'from a file\r\n',
};
const env = { CIC: 'cic1.example.com', BOT_PASSWORD: 'hunter2', TOKEN: 'from the environment' };

function configOf(flags: RunFlags): WorkerConfig {
  const { config, diagnostics } = resolveWorkerConfig({
    flags,
    env,
    readFile: filesOf(files),
    worldSchema: WorldSchema,
  });
  if (!config) throw new Error(formatPretty(diagnostics));
  return config;
}

describe('a worker file', () => {
  test('is read with every reference followed and every default filled in', () => {
    const { agents, ...rest } = configOf({ config: 'conf/worker.yaml' });
    expect(rest).toEqual({
      seed: 3,
      server: {
        kind: 'icws',
        url: 'https://cic1.example.com:8019',
        alternates: ['cic2.example.com'],
        applicationName: 'nightly',
        language: 'en-us',
        messaging: 'poll',
        firstConnectMs: null,
        allowPlaintext: false,
        tlsCa: files['conf/ca.pem'],
      },
      load: { loginsPerSecond: 5, start: 'at-once' },
      limits: { durationMs: 28_800_000, calls: 100 },
      statuses: { available: 'Available', break: 'Lunch', end: 'Gone Home' },
      watchdog: { stuckMs: 300_000 },
      drain: { timeoutMs: 60_000 },
      recovery: { waitMs: 5_000 },
      http: { host: '0.0.0.0', port: 0, anyPort: false, token: expect.any(Secret) },
      journal: { kind: 'folder', path: 'conf/records', retainMs: null, columns: ['zone', 'is_attr_city'] },
      reload: { watch: false },
      retryCredentials: false,
      log: { level: 'debug' },
      safety: { allowHosts: ['cic1.example.com', 'cic2.example.com'], maxAgents: 5 },
      quiet: false,
    });
    expect(agents.map(({ user }) => user)).toEqual(['bot08', 'bot09', 'bot10', 'maria', 'peter']);
    expect(agents[1]).toMatchObject({
      station: { kind: 'remote-workstation', workstation: 'bot09-ws', remoteNumber: '+49bot09' },
      campaigns: ['Collections', 'Renew*'],
      policy: { name: 'one', talk: { kind: 'fixed', ms: 1_000 } },
    });
    expect(agents[1]?.password.reveal()).toBe('hunter2');
    expect(agents[3]).toMatchObject({ station: { kind: 'none' }, campaigns: 'all', policy: { name: 'default' } });
    expect(agents[3]?.password.reveal()).toBe('open sesame ');
    expect(rest.http?.token?.reveal()).toBe('drain-token');
  });

  test('may embed the simulator, with its world in the file or beside it', () => {
    expect(configOf({ config: 'conf/demo.yaml' }).server).toMatchObject({
      kind: 'simulator',
      worldFile: 'conf/worlds/w.yaml',
      world: { campaigns: [{ name: 'C', contacts: { csv: 'c.csv' } }], sessionTimeout: 120_000 },
    });
    const { server, agents } = configOf({ config: 'conf/inline.yaml' });
    expect(server).toMatchObject({ kind: 'simulator', worldFile: 'conf/inline.yaml', world: { seed: 1 } });
    expect(agents[0]?.station).toEqual({ kind: 'remote-number', remoteNumber: '5551', persistent: true });
  });

  test('shows no secret, however it is printed', () => {
    const config = configOf({ config: 'conf/worker.yaml' });
    const printed = [JSON.stringify(config), inspect(config, { depth: 9 }), `${config.agents[0]?.password}`].join();
    expect(printed).not.toMatch(/hunter2|sesame|drain-token/);
    expect(printed).toContain('[secret]');
    expect(new Secret('x').reveal()).toBe('x');
  });
});

describe('the journal', () => {
  const KEEP = { retainMs: 30 * 86_400_000, columns: [] };
  const real = { server: 'https://cic:8019', users: 'bob', passwordEnv: 'BOT_PASSWORD' };
  const place = (flags: RunFlags) => configOf(flags).journal;

  test('of a real server is data/journal where the worker is started, with flags alone too', () => {
    expect(place(real)).toEqual({ kind: 'folder', path: 'data/journal', isDefault: true, ...KEEP });
  });

  test('of the embedded simulator is one for each run, unless it is named', () => {
    expect(place({ config: 'conf/demo.yaml' })).toEqual({ kind: 'temporary', columns: [] });
    expect(place({ config: 'conf/demo.yaml', journal: 'mine' })).toEqual({ kind: 'folder', path: 'mine', ...KEEP });
    expect(place({ ...real, config: 'conf/demo.yaml' })).toMatchObject({ path: 'data/journal' });
  });

  test('is where the flag says, relative to the person, or nowhere', () => {
    expect(place({ config: 'conf/worker.yaml', journal: 'mine' })).toEqual({
      kind: 'folder',
      path: 'mine',
      retainMs: null,
      columns: ['zone', 'is_attr_city'],
    });
    expect(configOf({ config: 'conf/worker.yaml', noJournal: true })).not.toHaveProperty('journal');
  });
});

describe('flags', () => {
  const alone = { server: 'http://127.0.0.1:8018', users: 'bot{001..050}', passwordEnv: 'BOT_PASSWORD' };

  test('alone make a configuration', () => {
    const config = configOf({
      ...alone,
      policy: 'mine.yaml',
      duration: '30s',
      seed: '7',
      summary: 'out.json',
      agents: '3',
      station: '{user}-ws',
      campaigns: ['A,B', 'C'],
      logins: '50/s',
      maxCalls: '10',
      messaging: 'stream',
      applicationName: 'x',
      httpHost: '::1',
      retryCredentials: true,
      metricsPort: '0',
      allowHost: ['cic2'],
      drainTimeout: '5s',
      logLevel: 'warn',
      logFile: 'run.log',
      quiet: true,
    });
    expect(config).toMatchObject({
      seed: 7,
      server: {
        kind: 'icws',
        url: 'http://127.0.0.1:8018',
        messaging: 'stream',
        applicationName: 'x',
        firstConnectMs: 30_000,
      },
      load: { loginsPerSecond: 50 },
      limits: { durationMs: 30_000, calls: 10 },
      drain: { timeoutMs: 5_000 },
      http: { host: '::1', port: 0, anyPort: false },
      retryCredentials: true,
      log: { level: 'warn', file: 'run.log' },
      safety: { allowHosts: ['127.0.0.1', 'cic2'] },
      summary: 'out.json',
      quiet: true,
    });
    expect(config.agents.map(({ user }) => user)).toEqual(['bot001', 'bot002', 'bot003']);
    expect(config.agents[2]).toMatchObject({
      station: { kind: 'workstation', workstation: 'bot003-ws' },
      campaigns: ['A', 'B', 'C'],
      policy: { name: 'my own' },
    });
  });

  test('leave what they do not name at its default', () => {
    const config = configOf(alone);
    expect(config.agents).toHaveLength(50);
    expect(config.agents[0]).toMatchObject({
      station: { kind: 'none' },
      campaigns: 'all',
      policy: { name: 'default' },
    });
    expect(config).not.toHaveProperty('seed');
    expect(config.http).toEqual({ host: '127.0.0.1', port: 9_464, anyPort: true });
    expect(configOf({ ...alone, noMetrics: true })).not.toHaveProperty('http');
  });

  test('override the file, and their paths are relative to the person, not to the file', () => {
    const config = configOf({
      config: 'conf/worker.yaml',
      seed: '9',
      policy: 'mine.yaml',
      passwordFile: 'pw.txt',
      station: 'none',
      campaigns: ['all'],
      duration: '1m',
      agents: '4',
    });
    expect(config).toMatchObject({ seed: 9, limits: { durationMs: 60_000, calls: 100 } });
    expect(config.agents).toHaveLength(4);
    for (const seat of config.agents) {
      expect(seat).toMatchObject({ station: { kind: 'none' }, campaigns: 'all', policy: { name: 'my own' } });
      expect(seat.password.reveal()).toBe('from a file');
    }
  });

  test('put another server in the place of the simulator, and other users on the file’s terms', () => {
    const config = configOf({ ...alone, config: 'conf/demo.yaml', users: 'a, b' });
    expect(config.server).toMatchObject({ kind: 'icws', url: 'http://127.0.0.1:8018' });
    expect(config.agents.map(({ user, policy }) => [user, policy.name])).toEqual([
      ['a', 'one'],
      ['b', 'one'],
    ]);
  });
});

describe('the shipped files', () => {
  const examples = readdirSync('config', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `config/${name}`);
  const ajv = new Ajv({ allErrors: true, strict: false });
  const validators = new Map(
    ['worker', 'policy', 'policy-test', 'world'].map((kind) => [
      kind,
      ajv.compile(JSON.parse(readFileSync(`config/${kind}.schema.json`, 'utf8')) as object),
    ]),
  );
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const check = (name: string) =>
    checkFiles([name], { format: 'pretty', readFile, env: { BOT_PASSWORD: 'x' }, worldSchema: WorldSchema });

  test('are there', () => {
    expect(examples).toContain('config/demo.yaml');
    expect(examples.length).toBeGreaterThan(5);
  });

  test.each(examples)('%s pleases the loader and the schema that its first line names', (name) => {
    expect(check(name).text).toBe('1 file checked, no problems.');
    const kind = /^# yaml-language-server: \$schema=\S*?([\w-]+)\.schema\.json\n/.exec(readFile(name))?.[1] ?? '';
    const validate = validators.get(kind);
    validate?.(parse(readFile(name)));
    expect(validate?.errors).toBeNull();
  });

  test('and the YAML blocks of the documents please the schema of what they are', () => {
    const documents = [
      'README.md',
      ...readdirSync('docs')
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ];
    for (const document of documents) {
      for (const [, text = ''] of readFile(document).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)) {
        const block = parse(text) as Record<string, unknown>;
        const kinds: [string, string][] = [
          ['cases', 'policy-test'],
          ['campaigns', 'world'],
          ['users', 'world'],
          ['faults', 'world'],
          ['agents', 'worker'],
          ['server', 'worker'],
          ['shifts', 'worker'],
        ];
        const kind = kinds.find(([key]) => key in block)?.[1] ?? 'policy';
        const validate = validators.get(kind);
        validate?.(block);
        expect({ document, text, errors: validate?.errors }).toEqual({ document, text, errors: null });
      }
    }
  });

  test.each(['policy', 'policy-test'])('every key in the schema of a %s is described', (kind) => {
    const bare: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, child] of Object.entries(node)) {
        if (key === 'properties') {
          for (const [name, field] of Object.entries(child as Record<string, { description?: string }>)) {
            if (!field.description) bare.push(`${path}.${name}`);
          }
        }
        walk(child, ['properties', 'items', 'anyOf', 'definitions'].includes(key) ? path : `${path}.${key}`);
      }
    };
    walk(JSON.parse(readFile(`config/${kind}.schema.json`)), kind);
    expect(bare).toEqual([]);
  });

  test('the schemas refuse what the loaders refuse', () => {
    const refused: [string, unknown][] = [
      ['policy', { version: 1, tlak: '5s' }],
      ['policy', { version: 1, talk: 5 }],
      ['policy', { version: 1, rules: [{ then: {} }] }],
      ['policy', { version: 1, rules: [{ when: { endedBy: 'them' }, then: { hangUp: true } }] }],
      ['policy', { version: 1, rules: [{ when: { nthCall: { evry: 2 } }, then: { hangUp: true } }] }],
      ['policy-test', { policy: 'p.yaml', cases: [{ name: 'a' }] }],
      ['worker', { version: 1, shifts: { day: { start: '0 9 * * *' } } }],
      ['worker', { version: 1, http: { token: 'plain' } }],
      ['worker', { version: 1, journal: { retain: 30 } }],
      ['worker', { version: 1, agents: [] }],
      ['world', { version: 1, campaigns: [{ name: 'C', type: 'fast' }] }],
    ];
    for (const [kind, value] of refused) expect([value, validators.get(kind)?.(value)]).toEqual([value, false]);
  });

  test('the demo has the size that it promises', () => {
    const { config } = resolveWorkerConfig({
      flags: { config: 'config/demo.yaml' },
      env: {},
      readFile,
      worldSchema: WorldSchema,
    });
    const world = config?.server.kind === 'simulator' ? config.server.world : undefined;
    expect(config?.agents.length).toBeGreaterThanOrEqual(20);
    expect(world?.campaigns.map(({ type }) => type)).toEqual(['predictive', 'power', 'preview']);
    const contacts = world?.campaigns.map((one) => one.contacts as number) ?? [];
    expect(contacts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(200);
    expect(config?.limits.durationMs).toBeLessThanOrEqual(30_000);
  });
});
