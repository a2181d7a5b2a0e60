import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/base/errors.js';
import { Secret } from '../../src/config/index.js';
import { type FleetStatus, type HttpServer, startHttpServer } from '../../src/fleet/http-server.js';
import type { AgentAnswer, OperatorRequest } from '../../src/fleet/operate.js';
import type { ReloadReport } from '../../src/fleet/reload-report.js';
import { AGENT_STATES, type Asker } from '../../src/journal/record.js';
import { createMetrics } from '../../src/metrics/registry.js';
import { createTally } from '../../src/report/tally.js';
import { parseExposition } from '../support/exposition.js';

const metrics = createMetrics({
  version: '1',
  nodeVersion: 'v20',
  known: { states: AGENT_STATES },
  processMetrics: false,
});
const tally = createTally({ startedAt: Date.UTC(2026, 0, 5, 9), users: ['bot1', 'bot2', 'bot3'] });
const status: FleetStatus = {
  ready: true,
  desired: 3,
  reasons: [],
  agents: () => ['bot1', 'bot2', 'bot3'].map((user) => ({ user, state: 'logged-out' })),
  totals: () => tally.snapshot(Date.UTC(2026, 0, 5, 9, 1)),
};

let server: HttpServer | undefined;
let current: () => FleetStatus = () => status;

async function serve(): Promise<string> {
  current = () => status;
  server = await startHttpServer({ host: '127.0.0.1', port: 0, metrics, status: () => current() });
  return server.url;
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Asked {
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(url: string, method = 'GET', { agent, headers, body: sent }: Asked = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent: agent ?? false, headers: { ...headers } }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
}

/** As much of a browser's document as the live page uses. */
class FakeElement {
  textContent = '';
  private children: FakeElement[] = [];
  append(...children: FakeElement[]): void {
    this.children.push(...children);
  }
  replaceChildren(...children: FakeElement[]): void {
    this.children = children;
  }
  get all(): string {
    return this.children.length > 0 ? this.children.map((child) => child.all).join('|') : String(this.textContent);
  }
}

class FakePage {
  readonly hidden = false;
  private readonly elements = new Map<string, FakeElement>();
  createElement(): FakeElement {
    return new FakeElement();
  }
  getElementById(id: string): FakeElement {
    const element = this.elements.get(id) ?? new FakeElement();
    this.elements.set(id, element);
    return element;
  }
  text(id: string): string {
    return this.getElementById(id).all;
  }
}

describe('the HTTP server', () => {
  test('serves the metrics with the content type of the text format', async () => {
    const reply = await ask(`${await serve()}/metrics`);
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(parseExposition(reply.body).get('dialer_agent_agents')?.samples).toHaveLength(7);
  });

  test('is healthy while it lives, and ready while the agents are as desired', async () => {
    const url = await serve();
    expect((await ask(`${url}/healthz`)).status).toBe(200);
    const ready = await ask(`${url}/readyz`);
    expect([ready.status, JSON.parse(ready.body)]).toEqual([200, { ready: true, desired: 3, reasons: [] }]);
    current = () => ({ ...status, ready: false, reasons: ['2 of 3 agents are logged in'] });
    const not = await ask(`${url}/readyz`);
    expect([not.status, JSON.parse(not.body)]).toEqual([
      503,
      { ready: false, desired: 3, reasons: ['2 of 3 agents are logged in'] },
    ]);
    expect((await ask(`${url}/healthz`)).status).toBe(200);
  });

  test('lists the agents, all of them or the first ones', async () => {
    const url = await serve();
    const all = JSON.parse((await ask(`${url}/api/agents`)).body);
    expect(all).toEqual({ ready: true, desired: 3, reasons: [], total: 3, agents: status.agents() });
    const first = JSON.parse((await ask(`${url}/api/agents?limit=1`)).body);
    expect([first.total, first.agents]).toEqual([3, [{ user: 'bot1', state: 'logged-out' }]]);
    expect(JSON.parse((await ask(`${url}/api/summary`)).body).states['logged-out']).toBe(3);
  });

  test('shows a live page that needs nothing from outside and may run its own script only', async () => {
    const reply = await ask(`${await serve()}/`);
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(reply.body).not.toMatch(/(?:src|href)="(?!\/)|https?:\/\/|innerHTML/);
    const script = /<script>([\s\S]*)<\/script>/.exec(reply.body)?.[1] ?? '';
    expect(() => new Function(script)).not.toThrow();
    expect(reply.headers['content-security-policy']).toContain(
      `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    );
  });

  test('the live page fills itself from the two JSON answers', async () => {
    const url = await serve();
    tally.record({
      at: Date.UTC(2026, 0, 5, 9),
      user: 'bot2',
      kind: 'problem',
      code: 'some/code',
      message: '<b>bold</b>',
    });
    const script = /<script>([\s\S]*)<\/script>/.exec((await ask(`${url}/`)).body)?.[1] ?? '';
    const page = new FakePage();
    const again = await new Promise<number>((resolve, reject) => {
      const fetched = async (path: string) => {
        const reply = await ask(url + path).catch(reject);
        return { ok: true, json: async () => JSON.parse(reply?.body ?? '') };
      };
      const run = new Function('document', 'Node', 'fetch', 'setTimeout', script);
      run(page, FakeElement, fetched, (_: unknown, ms: number) => resolve(ms));
    });
    expect(again).toBe(2_000);
    expect(page.text('note')).toMatch(/^ready · /);
    expect(page.text('agents-title')).toBe('Agents (3, 3 desired)');
    expect(page.text('agents')).toContain('bot3|logged-out');
    expect(page.text('states')).toContain('logged-out|3');
    expect(page.text('problems')).toContain('some/code||bot2|<b>bold</b>');
    expect(page.text('figures')).toContain('calls|0');
  });

  test('answers HEAD without a body, 404 to what it does not know, 405 to what would change something', async () => {
    const url = await serve();
    const head = await ask(`${url}/healthz`, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '6', '']);
    expect((await ask(`${url}/metrics/../secret`)).status).toBe(404);
    const post = await ask(`${url}/metrics`, 'POST');
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test('answers 500 and goes on when the fleet cannot say', async () => {
    const url = await serve();
    current = () => {
      throw new Error('still starting');
    };
    expect((await ask(`${url}/readyz`)).status).toBe(500);
    current = () => status;
    expect((await ask(`${url}/readyz`)).status).toBe(200);
  });

  test('turns away headers that are too large', async () => {
    const url = new URL(await serve());
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = createConnection({ host: url.hostname, port: Number(url.port) });
      socket.once('data', (chunk) => resolve(chunk.toString()));
      socket.once('error', reject);
      socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`);
    });
    expect(answer).toContain('431');
  });

  test('ends idle and half-open connections when it closes', async () => {
    const url = await serve();
    const agent = new Agent({ keepAlive: true });
    await ask(`${url}/healthz`, 'GET', { agent });
    const half = createConnection({ host: '127.0.0.1', port: Number(new URL(url).port) });
    const ended = new Promise((resolve) => half.once('close', resolve));
    half.on('error', () => {});
    await new Promise((resolve) => half.write('GET /healthz HTTP/1.1\r\n', resolve));
    await ask(`${url}/healthz`);
    await server?.close();
    await ended;
    await expect(ask(`${url}/healthz`)).rejects.toThrow(/ECONNREFUSED/);
    agent.destroy();
  });

  describe('lets whoever bears the token control the worker', () => {
    const TOKEN = 's3cret token';
    let drained: Asker[] = [];
    let asked: OperatorRequest[] = [];
    let answers: AgentAnswer[] = [];
    let report: ReloadReport;
    const NOTHING: ReloadReport = {
      result: 'unchanged',
      diagnostics: [],
      policies: [],
      agents: { added: [], removed: [], changed: [] },
    };
    const control = async (): Promise<string> => {
      [drained, asked, answers, report] = [[], [], [], NOTHING];
      server = await startHttpServer({
        host: '127.0.0.1',
        port: 0,
        metrics,
        status: () => status,
        control: {
          token: new Secret(TOKEN),
          drain: (asker) => void drained.push(asker),
          ask: (request) => {
            asked.push(request);
            return answers;
          },
          reload: () => report,
        },
      });
      return `${server.url}/control`;
    };
    const bearing = (token: string, rest: Asked = {}): Asked => ({
      ...rest,
      headers: { ...rest.headers, authorization: `Bearer ${token}` },
    });
    const post = async (url: string, body?: unknown): Promise<[number | undefined, unknown]> => {
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const reply = await ask(url, 'POST', bearing(TOKEN, sent));
      return [reply.status, JSON.parse(reply.body)];
    };

    test('drains all of it when nobody is named, and tells who asked', async () => {
      const url = await control();
      expect(await post(`${url}/drain`)).toEqual([202, { draining: true }]);
      expect(await post(`${url}/drain`, {})).toEqual([202, { draining: true }]);
      expect(await post(`${url}/drain?now`, { agents: 'all', as: 'eve' })).toEqual([202, { draining: true }]);
      const from = '127.0.0.1';
      expect(drained).toEqual([
        { by: 'http', from },
        { by: 'http', from },
        { by: 'http', from, as: 'eve' },
      ]);
      expect(asked).toEqual([]);
    });

    test('asks the agents that are named, and gives their answers', async () => {
      const url = await control();
      answers = [
        { user: 'bot1', state: 'break-pending', accepted: true },
        { user: 'bot2', state: 'logoff-pending', accepted: false, why: 'a log-off is pending' },
      ];
      const body = { agents: ['bot1', 'b*2'], for: '10m', reason: 'team meeting' };
      expect(await post(`${url}/break`, body)).toEqual([
        200,
        { act: 'break', accepted: 1, refused: 1, agents: answers },
      ]);
      const asker = { by: 'http', from: '127.0.0.1' };
      expect(asked).toEqual([{ act: 'break', agents: ['bot1', 'b*2'], forMs: 600_000, reason: 'team meeting', asker }]);
      answers = [];
      expect(await post(`${url}/log-off`, { agents: 'all', campaigns: 'Coll*' })).toEqual([
        409,
        { act: 'log-off', accepted: 0, refused: 0, agents: [] },
      ]);
      expect(asked[1]).toEqual({ act: 'log-off', agents: ['*'], campaigns: ['Coll*'], asker });
      await post(`${url}/drain`, { agents: 'bot1' });
      expect([asked[2]?.act, drained]).toEqual(['drain', []]);
    });

    test('reads the files anew, and tells what was wrong in them', async () => {
      const url = await control();
      expect(await post(`${url}/reload`)).toEqual([200, NOTHING]);
      const wrong = {
        severity: 'error',
        code: 'policy/unknown-key',
        message: 'No.',
        file: 'p.yaml',
        line: 3,
        column: 5,
      } as const;
      report = { ...NOTHING, result: 'refused', diagnostics: [{ ...wrong, frame: { firstLine: 3, lines: ['x'] } }] };
      expect(await post(`${url}/reload`)).toEqual([422, { ...report, diagnostics: [wrong] }]);
      report = { ...NOTHING, result: 'refused', why: 'the worker is draining' };
      expect(await post(`${url}/reload`)).toEqual([409, report]);
    });

    test.each<[string, string, unknown, string]>([
      ['break', 'not JSON', '{agents: all', 'The body is no JSON; an example: {"agents": "all"}.'],
      ['break', 'a list', [], 'The request must be a map of keys and values, not a list.'],
      ['break', 'nobody named', {}, '"agents" is missing from the request; it must be all'],
      [
        'break',
        'an unknown member',
        { agents: 'all', agent: 'x' },
        '"agent" is not a key of the request. Did you mean "agents"?',
      ],
      [
        'break',
        'no duration',
        { agents: 'all', for: 10 },
        '"for" must be a duration such as 500ms, 30s, 5m or 2h, not 10.',
      ],
      ['break', 'too long a break', { agents: 'all', for: '8d' }, '"for" must be at most 7d.'],
      ['log-off', 'no campaign', { agents: 'all', campaigns: [] }, '"campaigns" must have at least 1 item.'],
      ['end-break', 'another act’s member', { agents: 'all', for: '1m' }, '"for" is not a key of the request.'],
      ['reload', 'agents', { agents: 'all' }, '"agents" is not a key of the request.'],
      [
        'log-in',
        'too much',
        { agents: Array.from({ length: 201 }, () => 'x') },
        '"agents" must have at most 200 items.',
      ],
    ])('%s: %s is answered with a sentence, and nothing is done', async (act, _name, body, sentence) => {
      const [code, answer] = await post(`${await control()}/${act}`, body);
      expect([code, (answer as { error: string }).error]).toEqual([400, expect.stringContaining(sentence)]);
      expect([asked, drained]).toEqual([[], []]);
    });

    test.each<[string, Asked]>([
      ['no token', {}],
      ['another token', bearing('s3cret')],
      ['a longer token', bearing(`${TOKEN} and more`)],
      ['an empty one', bearing('')],
      ['another scheme', { headers: { authorization: `Basic ${TOKEN}` } }],
    ])('but not with %s', async (_name, asking) => {
      const url = await control();
      for (const act of ['drain', 'break', 'reload']) {
        const reply = await ask(`${url}/${act}`, 'POST', { ...asking, body: '{"nonsense": 1}' });
        expect([reply.status, reply.headers['www-authenticate']]).toEqual([401, 'Bearer']);
        expect(reply.body).not.toContain('s3cret');
      }
      expect([asked, drained]).toEqual([[], []]);
    });

    test('an act that does not exist is not found, whether the token is right or not', async () => {
      const url = await control();
      const replies = await Promise.all(
        [bearing(TOKEN), bearing('wrong'), {}].map((asking) => ask(`${url}/restart`, 'POST', asking)),
      );
      expect(new Set(replies.map((reply) => `${reply.status} ${reply.body}`)).size).toBe(1);
      expect(replies[0]?.status).toBe(404);
    });

    test('but not by GET, nor with more of a body than anybody needs', async () => {
      const url = await control();
      const get = await ask(`${url}/drain`, 'GET', bearing(TOKEN));
      expect([get.status, get.headers.allow]).toEqual([405, 'POST']);
      const large = await ask(`${url}/drain`, 'POST', bearing(TOKEN, { body: 'x'.repeat(20_000) }));
      expect([large.status, large.headers.connection, drained]).toEqual([413, 'close', []]);
    });

    test('but not where no token is configured', async () => {
      const url = await serve();
      for (const method of ['POST', 'GET']) {
        expect((await ask(`${url}/control/drain`, method, bearing('undefined'))).status).toBe(404);
      }
    });
  });

  test('says what to do when the port is taken', async () => {
    const port = Number(new URL(await serve()).port);
    const second = startHttpServer({ host: '127.0.0.1', port, metrics, status: () => status });
    await expect(second).rejects.toThrow(UsageError);
    await expect(second).rejects.toThrow(
      `cannot serve metrics on 127.0.0.1 port ${port}: something else listens there; choose another with --metrics-port, or --no-metrics`,
    );
  });
});
