import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Answer } from '../../src/icws/answer.js';
import type { Command } from '../../src/icws/commands.js';
import * as commands from '../../src/icws/commands.js';
import { IcwsError } from '../../src/icws/errors.js';

interface Operation {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
  };
}

const contract = parse(readFileSync('src/wire/openapi.yaml', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
const ajv = new Ajv2020({ strict: false, logger: false });
ajv.addSchema(contract, 'contract');

/** The operation of the contract that a command asks for. */
function operationOf(command: Command<unknown>): Operation | undefined {
  const path = `/icws/S${command.path.split('?')[0]}`;
  for (const [template, methods] of Object.entries(contract.paths)) {
    if (!new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path)) continue;
    return methods[command.method.toLowerCase()];
  }
  return undefined;
}

const every: readonly Command<unknown>[] = [
  commands.dialerLogIn(),
  commands.campaignLogIn('C1'),
  commands.dialerLogOff([]),
  commands.dialerLogOff(['C1']),
  commands.dialerLogOff(),
  commands.readyForCalls(),
  commands.readyForCalls(['C1'], 4),
  commands.requestBreak(),
  commands.endBreak(),
  commands.disposition({ label: 'Success' }),
  commands.disposition({
    label: 'Callback',
    scheduledTime: 1_795_000_000,
    scheduledAgent: 'bot 1',
    relativeTo: 0,
    callAttributes: { a: 'b' },
  }),
  commands.placePreviewCall({ byTimer: true }),
  commands.placePreviewCall({ byTimer: false }),
  commands.updateCallData({ callId: '1', campaignId: 'C1', callAttributes: { a: 'b' } }),
  commands.establishPersistentConnection(),
  commands.pickup('1'),
  commands.disconnect('1'),
  commands.getInteraction('1', ['Eic_State', 'Eic_RemoteName']),
  commands.setStatus('bot 1', 'Available'),
  commands.getStatus('bot 1'),
  commands.getStatusMessages(),
  commands.getUserAccess('bot 1'),
  commands.setStation({ kind: 'workstation', workstation: 'ws1' }),
  commands.setStation({ kind: 'remote-workstation', workstation: 'ws1' }),
  commands.setStation({ kind: 'remote-workstation', workstation: 'ws1', remoteNumber: '123' }),
  commands.setStation({ kind: 'remote-number', remoteNumber: '123', persistent: true }),
  commands.setStation({ kind: 'none' }),
  commands.subscribeUserStatuses(['bot 1']),
  commands.subscribeQueue('bot 1'),
  commands.subscribeStation(),
  commands.acquireLicences(['I3_ACCESS_CLIENT']),
  commands.getConnectionState(),
  commands.closeSession(),
];

describe('commands and the wire contract', () => {
  test.each(every.map((command) => [`${command.method} ${command.path}`, command] as const))(
    '%s exists in the contract and its body is valid there',
    (_name, command) => {
      const operation = operationOf(command);
      expect(operation).toBeDefined();
      const content = operation?.requestBody?.content;
      const ref = content && Object.values(content)[0]?.schema.$ref;
      if (!ref) return;
      const validate = ajv.compile({ $ref: `contract${ref}` });
      expect({ valid: validate(command.body), errors: validate.errors }).toEqual({ valid: true, errors: null });
    },
  );

  test('every command bears a name of the closed list, and only those that a repeat cannot harm are repeated', () => {
    for (const { operation } of every) expect(commands.OPERATIONS).toContain(operation);
    const byRule = (rule: string): string[] => [
      ...new Set(every.filter(({ retry }) => retry === rule).map(({ operation }) => operation)),
    ];
    expect(byRule('never').sort()).toEqual(['close-session', 'disposition', 'place-preview-call']);
    expect(byRule('if-not-sent').sort()).toEqual(['dialer-log-in', 'establish-persistent-connection', 'set-status']);
  });
});

describe('what the bodies say', () => {
  test('ids with blanks, slashes and the like are percent-encoded in paths', () => {
    expect(commands.setStatus('bot 1/ä', 'x').path).toBe('/status/user-statuses/bot%201%2F%C3%A4');
    expect(commands.pickup('1?2').path).toBe('/interactions/1%3F2/pickup');
    expect(commands.getInteraction('9').path).toBe('/interactions/9?select=Eic_State');
  });

  test('ready-for-calls names campaigns only to a server of dialer 4', () => {
    expect(commands.readyForCalls(['C1'], 4).body).toEqual({ campaignIds: ['C1'] });
    expect(commands.readyForCalls(['C1'], 3).body).toEqual({});
    expect(commands.readyForCalls(['C1']).body).toEqual({});
    expect(commands.readyForCalls([], 9).body).toEqual({});
  });

  test('a disposition carries only what is given, and whole seconds', () => {
    expect(commands.disposition({ label: 'No Answer' }).body).toEqual({ label: 'No Answer' });
    expect(commands.disposition({ label: 'CB', scheduledTime: 12.6 }).body).toEqual({ label: 'CB', scheduledTime: 13 });
  });

  test('every station form states readiness for calls', () => {
    expect(commands.setStation({ kind: 'remote-number', remoteNumber: '1', persistent: false }).body).toEqual({
      __type: 'urn:inin.com:connection:remoteNumberSettings',
      remoteNumber: '1',
      persistentConnection: false,
      supportedMediaTypes: [1],
      readyForInteractions: true,
    });
  });

  test('leaving Dialer sends an empty list, and once more without it where that is a bad request', async () => {
    const bodies: unknown[] = [];
    const session = (statuses: number[]) => ({
      run: async <T>(command: Command<T>): Promise<Answer<T>> => {
        bodies.push(command.body);
        const status = statuses.shift() ?? 200;
        if (status === 200) return { kind: 'ok', status, body: undefined };
        return { kind: 'refused', status, error: new IcwsError('icws/bad-request', 'no', { status }) };
      },
    });
    expect((await commands.logOffDialer(session([400, 200]))).kind).toBe('ok');
    expect(bodies).toEqual([{ campaignIds: [] }, {}]);
    expect((await commands.logOffDialer(session([403]))).kind).toBe('refused');
    expect((await commands.logOffDialer(session([400, 400]))).kind).toBe('refused');
    expect(bodies).toHaveLength(5);
  });
});

describe('what the readers take', () => {
  test('answers of every odd shape are read or left, never thrown at', () => {
    for (const odd of [null, 0, '', 'x', [], {}, [null], { statusMessageList: null }, { attributes: [] }]) {
      for (const command of every) expect(() => command.read?.(odd)).not.toThrow();
    }
  });

  test('a connection state comes as number, numeric text or name', () => {
    for (const state of [2, '2', 'Down', 'down']) {
      expect(commands.getConnectionState().read?.({ connectionState: state })?.state).toBe(2);
    }
  });

  test('licences not granted are told though the answer is 200', () => {
    const answer = JSON.parse(readFileSync('test/icws/examples/response.licenses.200.json', 'utf8'));
    const read = commands.acquireLicences(['x']).read?.(answer);
    expect(read?.length).toBeGreaterThan(0);
    for (const result of read ?? []) expect(typeof result.isAvailable).toBe('boolean');
  });

  test('a request id that is a number is a text all the same', () => {
    expect(commands.setStatus('u', 's').read?.({ requestId: 7 })).toEqual({ requestId: '7' });
  });
});
