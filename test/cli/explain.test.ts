import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../support/ask.js';

const root = join(import.meta.dirname, '../..');
let folder = '';
const path = (name: string): string => join(folder, name);
const put = (name: string, text: string): string => {
  writeFileSync(path(name), text);
  return path(name);
};

const POLICY = `version: 1
timezone: America/New_York
talk: 30s
wrapUp: 3s
rules:
  - name: do-not-call
    when: { kind: preview, attributes: { DNC: "Y" } }
    then: { skip: { else: Wrong Party } }
  - name: answering-machine
    when: { attributes: { line: machine } }
    then: { hangUp: true, disposition: Machine }
  - name: call-again
    when: { campaign: "Collections*", attributes: { attempts: { lt: 3 } }, chance: 20% }
    then: { callback: { in: 2h, window: { from: "09:00", to: "20:00", timezone: { attribute: tz } }, owner: self }, writeBack: { by: "{agent}" } }
  - name: outcomes
    then: { disposition: { Success: 30, No Answer: 70 } }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'explain-'));
  put('policy.yaml', POLICY);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('explain', () => {
  const explain = (call: unknown, ...more: string[]) =>
    ask(['explain', '-p', path('policy.yaml'), put('call.json', JSON.stringify(call)), ...more]);
  const explained = async (call: unknown, ...more: string[]) =>
    JSON.parse((await explain(call, '--json', ...more)).out);

  test('prints the decisions of the three points and every rule that was looked at', async () => {
    const call = {
      campaign: 'Collections',
      kind: 'preview',
      agent: 'bot007',
      nthCall: 3,
      now: '2026-11-22T15:00:00Z',
      attributes: { tz: 'America/Denver', attempts: '1', ssn: '078-05-1120' },
      dispositions: [{ label: 'Later', wrapUpCategory: 'Scheduled', wrapUpCode: 'CB', abandon: false }],
      allowSkip: true,
      allowAgentCallbacks: true,
      connected: true,
      endedBy: 'far-side',
      talked: 31,
      chance: 'always',
    };
    const told = await explained(call);
    expect(told).toEqual({
      offer: { action: 'place', rule: null, think: expect.any(Number), ringFor: 40 },
      connect: { action: 'talk', talk: 30, rule: null },
      end: {
        action: 'callback',
        label: 'Later',
        scheduledTime: 1_795_366_800,
        scheduledAgent: 'bot007',
        owner: 'self',
        local: '2026-11-22T10:00:00-07:00[America/Denver]',
        wrapUp: 3,
        rule: 'call-again',
        writeBack: { by: 'bot007' },
      },
      considered: [
        { rule: 'do-not-call', point: 'offer', matched: false, because: 'attribute DNC is missing' },
        { rule: 'answering-machine', point: 'connect', matched: false, because: 'attribute line is missing' },
        { rule: 'answering-machine', point: 'end', matched: false, because: 'attribute line is missing' },
        {
          rule: 'call-again',
          point: 'end',
          matched: true,
          because: 'the campaign is "Collections", attribute attempts is "1" and the chance of 20% came up',
        },
      ],
    });
    const { out } = await explain(call);
    expect(out).toContain('At the end: callback "Later" at 2026-11-22T10:00:00-07:00[America/Denver], for bot007');
    expect(out + JSON.stringify(told)).not.toContain('078-05');
  });

  test('a call that is skipped comes to no other point; one that is hung up on was ended by us', async () => {
    expect(await explained({ kind: 'preview', attributes: { DNC: 'Y' } })).toMatchObject({
      offer: { action: 'skip', rule: 'do-not-call' },
      connect: null,
      end: null,
    });
    expect(await explained({ attributes: { line: 'machine' } })).toMatchObject({
      offer: null,
      connect: { action: 'hangUp', talk: 0, rule: 'answering-machine' },
      end: { label: 'Machine' },
    });
  });

  test('the same seed gives the same decisions, another seed others', async () => {
    const labels = async (...more: string[]) =>
      Promise.all(
        Array.from({ length: 12 }, async (_, i) => (await explained({ nthCall: i + 1 }, ...more)).end.label as string),
      );
    expect(await labels('--seed', '7')).toEqual(await labels('--seed', '7'));
    expect(await labels('--seed', '7')).not.toEqual(await labels('--seed', '8'));
  });

  test('tells all that is wrong with a call by place, and ignores what it does not know', async () => {
    const { exit, err, out } = await explain({ nthCall: 0, kind: 'prewiew', talked: '5 s', extra: 1, agentt: 'x' });
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    for (const sentence of [
      '"nthCall" must be a whole number, 1 or more, not 0.',
      'Did you mean "preview"?',
      '"talked" must be a number of seconds, or a duration such as 31s.',
      '"extra" is nothing that is known of a call; it is ignored.',
      'Did you mean "agent"?',
    ]) {
      expect(err).toContain(sentence);
    }
    expect((await explain({ extra: null, connected: null })).exit).toBe(0);
  });

  test.each([
    [['explain'], 'name the policy by --policy, or a worker file by --config'],
    [['explain', '-p', 'gone.yaml'], 'the policy file gone.yaml cannot be read: there is no such file'],
    [['explain', '-p', 'POLICY', 'gone.json'], 'the call file gone.json cannot be read: there is no such file'],
    [['explain', '-p', 'POLICY', '--now', 'noon'], '--now must be a time such as 2026-11-22T15:00:00Z, not "noon"'],
    [['explain', '-p', 'POLICY', '--seed', 'x'], '--seed must be a whole number, 0 or more, not "x"'],
    [['explain', '-p', 'POLICY', '--call', '7', '--journal', 'gone'], 'the journal gone cannot be read'],
    [['policy', 'test', 'gone.yaml'], 'the test file gone.yaml cannot be read: there is no such file'],
  ])('%j is refused with one sentence', async (args, sentence) => {
    const { exit, err } = await ask(args.map((word) => (word === 'POLICY' ? path('policy.yaml') : word)));
    expect(exit).toBe(2);
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('takes policy, seed and the hours of owners from a worker file', async () => {
    put('one.yaml', POLICY.replace('20%', '100%'));
    const worker = put(
      'worker.yaml',
      `version: 1
seed: 4
server: { simulator: { version: 1, users: [ { names: "bot{001..002}", password: demo } ], campaigns: [ { name: Collections, type: preview } ] } }
shifts: { mornings: { start: "0 9 * * *", end: "0 12 * * *", timezone: America/New_York } }
agents:
  - { users: bot001, password: demo, policy: one.yaml, shift: mornings }
  - { users: bot002, password: { env: NOT_SET }, policy: policy.yaml }
`,
    );
    const call = { campaign: 'Collections', attributes: { attempts: 1 }, now: '2026-11-20T18:00:00Z' };
    const { out, err } = await ask(['explain', '-c', worker, put('call.json', JSON.stringify(call)), '--json']);
    expect(err).toBe('');
    expect(JSON.parse(out).end).toMatchObject({ local: '2026-11-21T09:00:00-05:00[America/New_York]', owner: 'self' });
    const other = await ask(['explain', '-c', worker, put('call.json', JSON.stringify({ ...call, agent: 'ann' }))]);
    expect(other).toMatchObject({
      exit: 2,
      err: expect.stringContaining('has no agent ann, and more than one policy'),
    });
  });
});

describe('policy test', () => {
  const run = (text: string, ...more: string[]) => ask(['policy', 'test', put('cases.yaml', text), ...more]);

  test('every shipped policy has tests that pass and reach all its rules', async () => {
    const names = readdirSync(join(root, 'config/policies'));
    const isPolicy = (name: string): boolean =>
      /^[\w-]+\.yaml$/.test(name) &&
      /^(rules|otherwise):/m.test(readFileSync(join(root, 'config/policies', name), 'utf8'));
    const policies = names.filter(isPolicy);
    expect(policies.length).toBeGreaterThan(10);
    const tests = policies.map((name) => name.replace('.yaml', '.test.yaml'));
    expect(tests.filter((name) => !names.includes(name))).toEqual([]);
    const { exit, out, err } = await ask([
      'policy',
      'test',
      ...tests.map((name) => join(root, 'config/policies', name)),
    ]);
    expect({ exit, err, unreached: out.split('\n').filter((line) => line.includes('no case reaches')) }).toEqual({
      exit: 0,
      err: '',
      unreached: [],
    });
  });

  test('a failed case is shown with what was expected, what was decided and why; rules without a case are named', async () => {
    const text = `policy: policy.yaml
cases:
  - name: right
    call: { attributes: { line: machine } }
    expect: { end: { label: Machine } }
  - name: <wrong> & "odd"
    call: { connected: false, chance: never, campaign: Collections, attributes: { attempts: "2" } }
    expect: { connect: { talk: 30s }, end: { label: { oneOf: [Busy, Machine] }, wrapUp: { lt: 2s } } }
`;
    const { exit, out } = await run(text, '--junit', path('out.xml'));
    expect(exit).toBe(1);
    for (const line of [
      '  ok      right',
      `  FAILED  <wrong> & "odd"  ${path('cases.yaml')}:6`,
      'connect.talk',
      '  expected  "30s"',
      '  actual    null',
      '  expected  one of "Busy", "Machine"',
      '  expected  less than 2s',
      '  actual    3',
      '  no   call-again (end): the chance of 20% did not come up',
      '    do-not-call (offer)',
      '1 passed, 1 failed; 3 of 5 rules reached.',
    ]) {
      expect(out).toContain(line);
    }
    const xml = readFileSync(path('out.xml'), 'utf8');
    expect(xml).toContain('tests="2" failures="1"');
    expect(xml).toContain('name="&lt;wrong&gt; &amp; &quot;odd&quot;"');
    const json = await run(text, '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      passed: 1,
      failed: 1,
      files: [{ cases: [{ passed: true }, { passed: false }] }],
    });
  });

  test('shares are counted over many runs, and are the same each time', async () => {
    const cases = (share: string, runs = ''): string => `policy: policy.yaml
cases:
  - { name: shares, ${runs}call: { campaign: Renewals }, expect: { end: { label: { share: { Success: ${share} } } } } }`;
    expect(await run(cases('30%'))).toMatchObject({ exit: 0, out: expect.stringContaining('(10000 runs)') });
    const wrong = await run(cases('34%', 'runs: 3000, '));
    expect(wrong).toMatchObject({
      exit: 1,
      out: expect.stringContaining('expected  "Success" in 34% of the runs, give or take 2%'),
    });
    expect(await run(cases('34%', 'runs: 3000, '))).toEqual(wrong);
    expect((await run(cases('34%', 'runs: 3000, '), '--seed', '99')).out).not.toBe(wrong.out);
  });

  test.each([
    [
      'policy: gone.yaml\ncases: [ { name: a, expect: { end: { label: X } } } ]',
      '1:9',
      'The policy FOLDER/gone.yaml cannot be read: there is no such file.',
    ],
    ['policy: policy.yaml\ncases: []', '2:8', '"cases" must have at least 1 item.'],
    ['cases: [ { name: a, expect: { end: { label: X } } } ]', '1:1', '"policy" is missing from the test file'],
    [
      'policy: policy.yaml\ncases: [ { name: a, expect: {} } ]',
      '2:29',
      '"expect" must name a point: offer, connect or end.',
    ],
    [
      'policy: policy.yaml\ncases: [ { name: a, expect: { end: { lable: X } } } ]',
      '2:38',
      '"lable" is not a key of "end". Did you mean "label"?',
    ],
    [
      'policy: policy.yaml\ncases: [ { name: a, call: { kindd: preview }, expect: { end: null } } ]',
      '2:29',
      '"kindd" is not a key of "call". Did you mean "kind"?',
    ],
    [
      'policy: policy.yaml\ncases: [ { name: a, expect: { end: { rule: outcome } } } ]',
      '2:44',
      'The policy has no rule "outcome". Did you mean "outcomes"?',
    ],
    [
      'policy: policy.yaml\ncases:\n  - { name: a, expect: { end: null } }\n  - { name: a, expect: { end: null } }',
      '4:13',
      'Case 1 is called "a" already; every case needs a name of its own.',
    ],
    [
      'policy: policy.yaml\nnow: today\ncases: [ { name: a, expect: { end: null } } ]',
      '2:6',
      '"now" must be a time with its offset, such as 2026-11-22T15:00:00Z',
    ],
    [
      'policy: policy.yaml\ncases: [ { name: a, runs: 0, expect: { end: null } } ]',
      '2:27',
      '"runs" must be a whole number from 1 to 1000000, not 0.',
    ],
    [
      'policy: policy.yaml\ncases: [ { name: a, expect: { end: { label: { oneof: [X] } } } } ]',
      '2:47',
      '"oneof" is not a key of "label". Did you mean "oneOf"?',
    ],
    [
      'policy: policy.yaml\ncases: [ { name: a, expect: { end: { label: { share: { X: 130% } } } } } ]',
      '2:59',
      '"X" must be a share such as 20% or 0.2, not "130%".',
    ],
  ])('%j is broken at %s', async (text, place, sentence) => {
    const { exit, err, out } = await run(text);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain(`${path('cases.yaml')}:${place}  error`);
    expect(err).toContain(sentence.replace('FOLDER', folder));
    expect(err).not.toMatch(/\bat .*:\d+:\d+\)|ZodError|undefined/);
  });

  test('a broken policy is told by its own file and place', async () => {
    put('broken.yaml', 'version: 1\nrules:\n  - { then: { dispositon: X } }');
    const { exit, err } = await run('policy: broken.yaml\ncases: [ { name: a, expect: { end: null } } ]');
    expect(exit).toBe(2);
    expect(err).toContain(`${path('broken.yaml')}:3:15  error`);
    expect((await ask(['check', path('cases.yaml')])).out).toContain('broken.yaml:3:15');
  });
});
