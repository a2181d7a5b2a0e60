import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { EXIT } from '../../src/cli/io.js';
import { type RunFlags, resolveWorkerConfig, type WorkerConfig } from '../../src/config/index.js';
import { CONTROL_ACTS } from '../../src/fleet/control-request.js';
import { AGENT_STATES } from '../../src/journal/record.js';
import { CATALOG, PREFIX } from '../../src/metrics/catalog.js';
import { WorldSchema } from '../../src/simulator/index.js';
import { ask } from '../support/ask.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** After drain.timeout what is left is cut, for which the fleet has ten seconds. */
const CUT_MS = 10_000;

/** The worker that a command line with these files makes; every secret file holds something. */
function worker(flags: RunFlags, files: Record<string, string>): WorkerConfig {
  const readFile = (path: string): string => {
    if (/password|token/.test(path)) return 'x\n';
    const shipped = path.startsWith('/etc/dialer-policies/')
      ? path.replace('/etc/dialer-policies', 'config/policies')
      : path;
    return files[path] ?? read(shipped);
  };
  const { config, diagnostics } = resolveWorkerConfig({ flags, env: {}, readFile, worldSchema: WorldSchema });
  expect(diagnostics).toEqual([]);
  return config as WorkerConfig;
}

async function knowsEveryFlag(words: readonly string[], ...command: string[]): Promise<void> {
  const { out } = await ask([...(command.length > 0 ? command : ['run']), '--help']);
  const flags = words.filter((word) => word.startsWith('-'));
  expect(flags.length).toBeGreaterThan(0);
  expect(flags.filter((word) => !new RegExp(`${word}[ ,]`).test(out))).toEqual([]);
}

describe('the systemd unit', () => {
  const unit = read('config/deploy/dialer-agent.service');
  const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  const [node, script, command, ...words] = setting('ExecStart').split(' ');

  test('runs a command line that is understood, and a worker file that is valid', async () => {
    expect([node, script, command]).toEqual(['/usr/bin/node', '/opt/dialer-agent/dist/cli/main.js', 'run']);
    await knowsEveryFlag(words);
    const config = worker({ config: 'config/deploy/worker.yaml', passwordFile: words.at(-1) }, {});
    expect(words.at(-1)).toBe(`%d/${setting('LoadCredential').split(':')[0]}`);
    expect(config.journal).toMatchObject({ path: `/var/lib/${setting('StateDirectory')}/journal` });
    expect(config.server.firstConnectMs).toBeNull();
    expect(Number(setting('TimeoutStopSec')) * 1_000).toBeGreaterThan(config.drain.timeoutMs + CUT_MS);
  });

  test('is started again where that may help, and only there', () => {
    expect(setting('Restart')).toBe('on-failure');
    expect(setting('RestartPreventExitStatus').split(' ').map(Number)).toEqual([EXIT.usage, EXIT.refused]);
    expect(setting('KillSignal')).toBe('SIGTERM');
  });

  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
  (hasSystemd ? test : test.skip)('systemd itself finds nothing wrong with it', () => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', 'config/deploy/dialer-agent.service'], {
      cwd: root,
      encoding: 'utf8',
    });
    const found = stderr.split('\n').filter((line) => line.includes('dialer-agent') && !/is not executable/.test(line));
    expect({ found, status: found.length === 0 ? 0 : status }).toEqual({ found: [], status: 0 });
  });
});

describe('the manifests for Kubernetes', () => {
  type Manifest = { kind: string; spec: never; data: Record<string, string>; metadata: { name: string } };
  const all = parseAllDocuments(read('config/deploy/kubernetes.yml')).map((document) => document.toJS() as Manifest);
  const of = (kind: string) => all.find((one) => one.kind === kind) as Manifest;
  const set = of('StatefulSet').spec as unknown as {
    replicas: number;
    serviceName: string;
    template: {
      spec: {
        terminationGracePeriodSeconds: number;
        securityContext: object;
        containers: Record<string, never>[];
        volumes: { name: string }[];
      };
    };
    volumeClaimTemplates: { metadata: { name: string } }[];
  };
  const { spec: pod } = set.template;
  const container = pod.containers[0] as unknown as {
    image: string;
    args: string[];
    env?: unknown;
    lifecycle: { preStop: { exec: { command: string[] } } };
    livenessProbe: { httpGet: { path: string } };
    readinessProbe: { httpGet: { path: string } };
    volumeMounts: { name: string; mountPath: string }[];
    securityContext: object;
  };
  const config = () => {
    const file = of('ConfigMap').data['worker.yaml'] ?? '';
    return worker({ config: container.args.at(-1) }, { '/etc/dialer-agent/worker.yaml': file });
  };

  test('run a command line that is understood, and a worker file that is valid', async () => {
    expect(container.args[0]).toBe('run');
    await knowsEveryFlag(container.args);
    const { http, server, drain } = config();
    expect(http).toMatchObject({ host: '0.0.0.0', port: 9464 });
    expect(http?.token).toBeDefined();
    expect(server.firstConnectMs).toBeNull();
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(drain.timeoutMs + CUT_MS);
    expect(container.image.split(':')[1]).toBe((JSON.parse(read('package.json')) as { version: string }).version);
  });

  test('keep the journal on a volume that outlives the pod, and everything mounted is there', () => {
    const { journal } = config();
    const mounts = container.volumeMounts;
    const claims = set.volumeClaimTemplates.map(({ metadata }) => metadata.name);
    const path = journal?.kind === 'folder' ? journal.path : '';
    const mount = mounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
    expect(claims).toContain(mount?.name);
    const known = new Set([...claims, ...pod.volumes.map(({ name }) => name)]);
    expect(mounts.filter(({ name }) => !known.has(name))).toEqual([]);
    const paths = mounts.map(({ mountPath }) => mountPath);
    expect(paths.filter((inner) => paths.some((outer) => inner.startsWith(`${outer}/`)))).toEqual([]);
  });

  test('never run two pods of one name, and ask what the worker answers', async () => {
    expect([set.replicas, set.serviceName]).toEqual([1, of('Service').metadata.name]);
    const pages = read('src/fleet/http-server.ts');
    const asked = [container.livenessProbe.httpGet.path, container.readinessProbe.httpGet.path];
    for (const path of asked) expect(pages).toContain(`'${path}'`);
    expect(CONTROL_ACTS).toContain('drain');
    const [program, ...words] = container.lifecycle.preStop.exec.command;
    expect([program, ...words.slice(0, 2)]).toEqual(['dialer-agent', 'ctl', 'drain']);
    await knowsEveryFlag(words, 'ctl', 'drain');
  });

  test('hold no secret, and give the pod no right that it does not need', () => {
    expect(all.map(({ kind }) => kind)).not.toContain('Secret');
    expect(container.env).toBeUndefined();
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });
});

describe('the alerts', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly labels: object;
    readonly annotations: Record<string, string>;
  }
  const { groups } = parse(read('config/deploy/prometheus-rules.yml')) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const specs = new Map(Object.values(CATALOG).map((spec) => [PREFIX + spec.name, spec]));

  test('ask for metrics and labels that there are, and for words that are known', () => {
    const words = `${read('docs/errors.md')}\n${read('docs/metrics.md')}`;
    for (const { expr } of rules) {
      for (const [, name = '', selector = ''] of expr.matchAll(/\b(dialer_agent_\w+)(?:\{([^}]*)\})?/g)) {
        const spec = specs.get(name) ?? specs.get(name.replace(/_bucket$/, ''));
        expect([name, spec !== undefined]).toEqual([name, true]);
        for (const [, label = '', value = ''] of selector.matchAll(/(\w+)!?="([^"]*)"/g)) {
          expect([name, Object.keys(spec?.labels ?? {})]).toEqual([name, expect.arrayContaining([label])]);
          expect(AGENT_STATES.includes(value as never) || words.includes(`\`${value}\``)).toBe(true);
        }
      }
    }
    expect(rules.length).toBeGreaterThan(8);
  });

  test('each says what is wrong and what to do, and is told of in the runbook', () => {
    const runbook = read('docs/unattended.md');
    for (const { alert, annotations } of rules) {
      expect(Object.keys(annotations)).toEqual(['summary', 'description']);
      expect(runbook).toContain(`\`${alert}\``);
    }
  });

  const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
  (hasPromtool ? test : test.skip)('promtool agrees, and their own tests pass', () => {
    const run = (...args: string[]) =>
      spawnSync('promtool', args, { cwd: join(root, 'config/deploy'), encoding: 'utf8' });
    expect(run('check', 'rules', 'prometheus-rules.yml').status).toBe(0);
    const { status, stderr } = run('test', 'rules', 'prometheus-rules.test.yml');
    expect([status, stderr]).toEqual([0, '']);
  });
});
