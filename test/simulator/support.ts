import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { silentLog } from '../../src/base/log.js';
import { seededRandom } from '../../src/base/random.js';
import { createSimulator, type Simulator, type WorldInput, WorldSchema } from '../../src/simulator/index.js';
import type { IcwsMessage } from '../../src/wire/index.js';
import { FakeClock } from '../support/fake-clock.js';

/** The contract, as JSON Schema 2020-12: what OpenAPI 3.1 schemas are. */
const contract = parse(readFileSync(new URL('../../src/wire/openapi.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, unknown>; responses: Record<string, unknown> };
};
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'spec', components: contract.components });
const validators = new Map<string, ValidateFunction>();

/** What the contract has against a value of one of its schemas; empty when nothing. */
export function breaches(schema: string, value: unknown): string {
  let validate = validators.get(schema);
  if (!validate) {
    validate = ajv.compile({ $ref: `spec#/components/schemas/${schema}` });
    validators.set(schema, validate);
  }
  return validate(value) ? '' : `${schema}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`;
}

interface Described {
  readonly content?: Record<string, { schema?: { $ref?: string } }>;
  readonly $ref?: string;
}

/** What the contract says of an answer: its schema's name, null for an answer without a described body, undefined for a status it does not name. */
function describedAnswer(method: string, path: string, status: number): string | null | undefined {
  const segments = path.split('?')[0]?.split('/').filter(Boolean) ?? [];
  for (const [template, operations] of Object.entries(contract.paths)) {
    const parts = template.split('/').filter(Boolean);
    if (parts.length !== segments.length) continue;
    if (!parts.every((part, i) => part.startsWith('{') || part === segments[i]?.toLowerCase())) continue;
    if (parts[1] === '{sessionId}' && segments[1] === 'connection') continue;
    const responses = operations[method.toLowerCase()]?.responses;
    if (!responses) continue;
    let found = (responses[String(status)] ?? (status < 300 ? responses['2XX'] : undefined)) as Described | undefined;
    if (!found) return undefined;
    if (found.$ref) found = contract.components.responses[found.$ref.split('/').at(-1) ?? ''] as Described;
    const schema = Object.values(found.content ?? {})[0]?.schema;
    return schema?.$ref?.split('/').at(-1) ?? null;
  }
  return undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

/** A world under test, every answer and message of which is held against the contract. */
export class Bench {
  readonly clock = new FakeClock();
  readonly simulator: Simulator;
  readonly problems: string[] = [];

  constructor(world: WorldInput = {}, seed = 1) {
    this.simulator = createSimulator({
      world: WorldSchema.parse({ seed, ...world }),
      clock: this.clock,
      random: seededRandom(seed),
      log: {
        ...silentLog,
        error: (fields, text) => this.problems.push(`${text}: ${fields.err instanceof Error ? fields.err.stack : ''}`),
      },
    });
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const answer = await this.simulator.handle({
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const parsed = answer.body === '' ? undefined : JSON.parse(answer.body);
    if (path.toLowerCase().startsWith('/icws') && !answer.lost && answer.stream === undefined) {
      this.check(method, path, answer.status, parsed);
    }
    return { status: answer.status, headers: answer.headers, body: parsed };
  }

  private check(method: string, path: string, status: number, body: unknown): void {
    const schema = describedAnswer(method, path, status);
    if (schema === undefined) return;
    if (schema === null) return;
    const problem = breaches(schema, body);
    if (problem) this.problems.push(`${method} ${path} ${status}: ${problem}`);
  }

  async logIn(
    user = 'bot001',
    options: { application?: string; password?: string; include?: string } = {},
  ): Promise<Client> {
    const reply = await this.send(
      'POST',
      `/icws/connection?include=${options.include ?? 'features'}`,
      {
        __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings',
        applicationName: options.application ?? 'bench',
        userID: user,
        password: options.password ?? 'demo',
      },
      { 'accept-language': 'en-us' },
    );
    if (reply.status !== 201) throw new Error(`log-in answered ${reply.status} ${JSON.stringify(reply.body)}`);
    return new Client(this, user, reply);
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  close(): void {
    this.simulator.close();
    if (this.clock.pending !== 0) this.problems.push(`${this.clock.pending} timers are left`);
    if (this.problems.length > 0) throw new Error(this.problems.join('\n'));
  }
}

type Body = Record<string, unknown>;

/** A bare ICWS client: only what the reference says, nothing of the product's own. */
export class Client {
  readonly sid: string;
  readonly headers: Record<string, string>;
  /** Every message so far, oldest first. */
  readonly seen: IcwsMessage[] = [];
  private readonly bench: Bench;
  readonly user: string;

  constructor(bench: Bench, user: string, opened: Reply) {
    this.bench = bench;
    this.user = user;
    this.sid = opened.body.sessionId;
    const cookie = opened.headers['Set-Cookie']?.split(';')[0] ?? '';
    this.headers = { cookie, 'inin-icws-csrf-token': opened.body.csrfToken };
  }

  send(method: string, path: string, body?: unknown): Promise<Reply> {
    return this.bench.send(method, `/icws/${this.sid}/${path}`, body, this.headers);
  }

  /** Polls, checks each message against the contract, and returns the new ones. */
  async poll(): Promise<IcwsMessage[]> {
    const reply = await this.bench.send('GET', `/icws/${this.sid}/messaging/messages`, undefined, {
      cookie: this.headers.cookie ?? '',
    });
    if (reply.status !== 200) throw new Error(`messages answered ${reply.status}`);
    for (const message of reply.body as IcwsMessage[]) {
      const name = message.__type.split(':').at(-1) ?? '';
      const problem =
        breaches(name.charAt(0).toUpperCase() + name.slice(1), message) || breaches('IcwsMessage', message);
      if (problem) this.bench.problems.push(problem);
      this.seen.push(message);
    }
    return reply.body;
  }

  /** Lets time pass in steps, polling, until a message of this type comes; returns the first new one. */
  // biome-ignore lint/suspicious/noExplicitAny: messages of every shape
  async until(type: string, withinMs = 60_000, fits: (message: any) => boolean = () => true): Promise<any> {
    for (let waited = 0; waited <= withinMs; waited += 250) {
      const found = (await this.poll()).find((message) => message.__type.endsWith(`:${type}`) && fits(message));
      if (found) return found;
      await this.bench.pass(250);
    }
    throw new Error(
      `no ${type} within ${withinMs} ms; seen: ${this.seen.map((m) => m.__type.split(':').at(-1)).join(' ')}`,
    );
  }

  dialer(action: string, body: Body = {}): Promise<Reply> {
    return this.send('POST', `dialer/${action}`, body);
  }

  status(statusId: string): Promise<Reply> {
    return this.send('PUT', `status/user-statuses/${this.user}`, { statusId });
  }

  async statusId(): Promise<string> {
    return (await this.send('GET', `status/user-statuses/${this.user}`)).body.statusId;
  }

  /** From a fresh session to waiting for a call. */
  async ready(): Promise<this> {
    await this.send('PUT', 'messaging/subscriptions/status/user-statuses', { userIds: [this.user] });
    await this.send('PUT', 'messaging/subscriptions/queues/q', {
      queueIds: [{ queueType: 1, queueName: this.user }],
      attributeNames: ['Eic_State', 'Eic_RemoteName', 'is_attr_campaignid'],
    });
    await this.dialer('log-in');
    await this.dialer('ready-for-calls');
    await this.status('Available');
    return this;
  }
}
