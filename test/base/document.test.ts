import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { type Diagnostic, formatDiagnostics, formatPretty } from '../../src/base/diagnostic.js';
import { type DocumentOptions, loadDocument } from '../../src/base/document.js';
import { durationField, rateField, shareField, textField, wholeField, wordField } from '../../src/base/fields.js';
import { nearest } from '../../src/base/suggestion.js';

const Schema = z.strictObject({
  version: z.literal(1),
  wrapUp: z.strictObject({ seconds: wholeField(1).optional(), min: durationField().optional() }).optional(),
  rate: rateField().optional(),
  level: wordField(['debug', 'info', 'warn']).optional(),
  users: z.array(z.strictObject({ name: textField('a user name'), password: z.string().min(8).optional() })).optional(),
  either: z
    .union([
      z.string().regex(/^[a-z]+$/),
      z.strictObject({ one: z.boolean() }),
      z.strictObject({ two: z.number(), three: z.number() }),
    ])
    .optional(),
  plain: z.array(z.int()).min(2).optional(),
});

function problems(text: string, options: Partial<DocumentOptions> = {}): readonly Diagnostic[] {
  return loadDocument(text, 'f.yaml', Schema, { area: 'test', ...options }).diagnostics;
}

const told = ({ line, column, message, suggestion }: Diagnostic): string =>
  `${line}:${column} ${message}${suggestion === undefined ? '' : ` ${suggestion}`}`;

describe('a document that is right', () => {
  test('gives its value and nothing to say', () => {
    const loaded = loadDocument('version: 1\nrate: 300/m\n', 'f.yaml', Schema, { area: 'test' });
    expect(loaded.value).toEqual({ version: 1, rate: 5 });
    expect(loaded.diagnostics).toEqual([]);
  });

  test('may use anchors and aliases', () => {
    const loaded = loadDocument('version: 1\nusers: [&a { name: x }, *a]\n', 'f.yaml', Schema, { area: 'test' });
    expect(loaded.value?.users).toEqual([{ name: 'x' }, { name: 'x' }]);
  });

  test('lets the caller place what it finds wrong with the meaning', () => {
    const text = 'version: 1\nusers:\n  - name: x\n  - name: y\n';
    const { locator } = loadDocument(text, 'f.yaml', Schema, { area: 'test' });
    expect(locator.locate(['users', 1, 'name'])).toEqual({ line: 4, column: 11 });
    expect(locator.locate(['users', 1, 'name'], 'key')).toEqual({ line: 4, column: 5 });
    expect(locator.locate(['users', 1, 'password'], 'parent')).toEqual({ line: 4, column: 5 });
    expect(locator.locate(['wrapUp', 'min'], 'parent')).toEqual({ line: 1, column: 1 });
  });
});

describe('syntax', () => {
  test.each([
    [
      'a key twice',
      'version: 1\nrate: 1/s\nversion: 1\n',
      '3:1 "version" is written twice in the same map; the second would hide the first.',
    ],
    ['a tab', 'version: 1\nwrapUp:\n\tseconds: 5\n', '3:1 YAML is indented with spaces; this is a tab.'],
    [
      'a crooked line',
      'version: 1\nwrapUp:\n    seconds: 5\n  min: 1s\n',
      '4:1 This line is not indented like the other keys of its map.',
    ],
    [
      'an open bracket',
      'version: 1\nplain: [1, 2\n',
      '3:1 A list in brackets does not end: a ] is missing, or the lines in it are not indented.',
    ],
    ['an open quote', 'version: 1\nlevel: "info\n', '3:1 A text in quotes does not end: a closing " is missing.'],
    [
      'a stray bracket',
      'version: 1\nlevel: ]\n',
      '2:8 This does not belong here. Check the indentation, brackets and quotes before it.',
    ],
    [
      'a colon in a text',
      'version: 1\nlevel: a: b\n',
      '2:8 A key and its value do not fit together here. Check the indentation, and put quotes around a text that contains ": ".',
    ],
    [
      'a reserved sign',
      'version: 1\nlevel: @info\n',
      '2:8 Plain value cannot start with reserved character @. Put quotes around the text.',
    ],
    ['an alias without anchor', 'version: 1\nlevel: *x\n', '2:8 There is no anchor &x before the alias *x.'],
    [
      'an alias in itself',
      'version: 1\nplain: &x [1, *x]\n',
      '2:15 The alias *x stands inside the part that it repeats.',
    ],
    ['an unknown tag', 'version: 1\nlevel: !secret x\n', '2:8 The tag !secret is not known here.'],
    ['two documents', 'version: 1\n---\nversion: 1\n', '2:1 The file holds more than one document; only one is read.'],
    ['a list as a key', 'version: 1\n? [a]\n: b\n', '2:3 A key must be a plain text, not a list or a map.'],
  ])('%s is told with its place', (_name, text, expected) => {
    expect(problems(text).map(told)).toEqual([expected]);
  });

  test('an empty file is told what it needs', () => {
    expect(problems('# nothing\n').map(told)).toEqual(['1:1 The test is empty; it needs at least "version: 1".']);
  });

  test('a file beyond the bounds is refused quickly, whatever it holds', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c]',
    ];
    const hostile: [string, string][] = [
      ['yaml/too-large', `level: ${'# long\n'.repeat(200_000)}`],
      ['yaml/too-large', '"'.repeat(500_000)],
      ['yaml/too-deep', '['.repeat(10_000)],
      ['yaml/too-deep', `a: ${'{a: '.repeat(65)}`],
      ['yaml/too-deep', '- '.repeat(1_000) + '"'],
      ['yaml/too-deep', Array.from({ length: 70 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
      ['yaml/too-many-aliases', bomb.join('\n')],
    ];
    const started = performance.now();
    for (const [code, text] of hostile) expect(problems(text).map((one) => one.code)).toEqual([code]);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('no text at all makes it throw', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&x ',
      '*x ',
      '!t ',
      '|',
      '>',
      '#',
      ',',
      '? ',
      '\t',
      '1',
      '\u0000',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const one of problems(pieces.join(''))) {
          expect(one.line).toBeGreaterThan(0);
          expect(one.column).toBeGreaterThan(0);
          expect(one.message).not.toMatch(/undefined|\[object|ZodError|Invalid input/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('shape', () => {
  test('everything that is wrong is told at once, in the order of the file', () => {
    const text = [
      'version: 2',
      'wrapUp:',
      '  secnds: 5',
      '  min: 5',
      'rate: fast',
      'level: inof',
      'colour: red',
      'users:',
      '  - nam: x',
      '  - name: " "',
      '  - 4',
      'plain: [1.5]',
    ].join('\n');
    expect(problems(text).map(told)).toEqual([
      '1:10 "version" must be 1, not 2.',
      '3:3 "secnds" is not a key of "wrapUp". Did you mean "seconds"?',
      '4:8 "min" must be a duration such as 500ms, 30s, 5m or 2h, not 5.',
      '5:7 "rate" must be a rate such as 5/s, 300/m or 100/h, not "fast".',
      '6:8 "level" must be debug, info or warn, not "inof". Did you mean "info"?',
      '7:1 "colour" is not a key of the test. Its keys are version, wrapUp, rate, level, users, either, plain.',
      '9:5 "name" is missing from item 1 of "users"; it must be a user name.',
      '9:5 "nam" is not a key of item 1 of "users". Did you mean "name"?',
      '10:11 "name" must be a user name, not " ".',
      '11:5 Item 3 of "users" must be a map of keys and values, not 4.',
      '12:9 Item 1 of "plain" must be a whole number, not 1.5.',
    ]);
  });

  test('of several alternatives the one that was meant is explained', () => {
    expect(problems('version: 1\neither: { one: 5 }\n').map(told)).toEqual([
      '2:16 "one" must be true or false, not 5.',
    ]);
    expect(problems('version: 1\neither: { two: 1 }\n').map(told)).toEqual([
      '2:1 "three" is missing from "either"; it must be a number.',
    ]);
    expect(problems('version: 1\neither: 5\n').map(told)).toEqual([
      '2:9 "either" is not in a form that is understood here, not 5.',
    ]);
  });

  test('a key without a value and a value that is no map are told as such', () => {
    expect(problems('version: 1\nrate:\n').map(told)).toEqual([
      '2:1 "rate" has no value; it must be a rate such as 5/s, 300/m or 100/h.',
    ]);
    expect(problems('just text').map(told)).toEqual([
      '1:1 The test must be a map of keys and values, not "just text".',
    ]);
  });

  test('schemas without words of their own get plain ones', () => {
    expect(problems('version: 1\nplain: [1]\n').map(told)).toEqual(['2:8 "plain" must have at least 2 items.']);
    expect(problems('version: 1\nusers: [{ name: x, password: short }]\n').map(told)).toEqual([
      '2:30 "password" must have at least 8 characters.',
    ]);
  });

  test('a key of a later version is told in its own words', () => {
    const explainKey = (_path: readonly PropertyKey[], key: string) => (key === 'shift' ? 'Not yet.' : undefined);
    expect(problems('version: 1\nshift: x\n', { explainKey })).toMatchObject([
      { code: 'test/not-yet', message: 'Not yet.' },
    ]);
  });

  test('a doubled key hides no other problem', () => {
    expect(problems('version: 1\nversion: 1\nrate: 5\n').map(({ code }) => code)).toEqual([
      'yaml/duplicate-key',
      'test/bad-value',
    ]);
  });
});

describe('secrets', () => {
  test('are in no sentence and no frame, on whatever line they stand', () => {
    const text = [
      'version: 1',
      'users:',
      '  - { name: "", password: hunter2 }',
      '  - password:',
      '      hunter2',
      '    nam: x',
      '  - "password": "hunter2"',
      'level: https://bob:hunter2@host',
      'token: hunter2',
    ].join('\n');
    const found = problems(text);
    expect(found.length).toBeGreaterThan(6);
    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect(formatPretty(found)).not.toContain('hunter2');
  });

  test('stay hidden in a file that is no YAML', () => {
    expect(JSON.stringify(problems('version: 1\npassword: hunter2 ]: x: y\n'))).not.toContain('hunter2');
  });
});

describe('formats', () => {
  const [one] = problems('version: 1\nwrapUp:\n  secnds: 5\n') as [Diagnostic];

  test('pretty shows place, sentence, suggestion and the line with carets', () => {
    expect(formatPretty([one])).toBe(
      [
        'f.yaml:3:3  error  test/unknown-key  "secnds" is not a key of "wrapUp". Did you mean "seconds"?',
        '  2 | wrapUp:',
        '  3 |   secnds: 5',
        '    |   ^^^^^^',
      ].join('\n'),
    );
    expect(formatPretty([one], { color: true })).toContain('\u001b[31merror\u001b[0m');
  });

  test('json is data without frames', () => {
    expect(JSON.parse(formatDiagnostics([one], 'json'))).toEqual([
      {
        severity: 'error',
        code: 'test/unknown-key',
        message: '"secnds" is not a key of "wrapUp".',
        file: 'f.yaml',
        line: 3,
        column: 3,
        endColumn: 9,
        suggestion: 'Did you mean "seconds"?',
      },
    ]);
  });

  test('github is an annotation, special signs escaped', () => {
    expect(formatDiagnostics([{ ...one, file: 'a,b:c.yaml', message: '100%\nmore' }], 'github')).toBe(
      '::error file=a%2Cb%3Ac.yaml,line=3,col=3,endColumn=9,title=test/unknown-key::100%25%0Amore Did you mean "seconds"?',
    );
  });

  test('a terminal is not moved by what a file holds', () => {
    expect(formatPretty(problems('version: 1\n"\\e[2Jx": 1\nlevel: "a\\u0007b"\n'))).not.toMatch(/[\u0007\u001b]/);
  });
});

describe('small parts', () => {
  test('fields read what a person writes', () => {
    expect(shareField().parse('20%')).toBeCloseTo(0.2);
    expect(shareField().parse(0.2)).toBe(0.2);
    expect(shareField().safeParse('120%').success).toBe(false);
    expect(rateField().parse('36/h')).toBeCloseTo(0.01);
    expect(rateField().safeParse('0/s').success).toBe(false);
    expect(durationField().parse('1.5s')).toBe(1_500);
  });

  test('nearest finds typing errors and no more', () => {
    expect(nearest('secnds', ['seconds', 'minutes'])).toBe('seconds');
    expect(nearest('dispositoin', ['disposition'])).toBe('disposition');
    expect(nearest('Rules', ['rules'])).toBe('rules');
    expect(nearest('colour', ['version', 'rules'])).toBeUndefined();
  });
});
