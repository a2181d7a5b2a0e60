import { describe, expect, test } from '@jest/globals';
import { type Diagnostic, formatPretty } from '../../src/base/diagnostic.js';
import { checkFiles } from '../../src/cli/check.js';
import { loadWorkerConfig, type RunFlags, resolveWorkerConfig } from '../../src/config/index.js';
import { loadPolicy } from '../../src/policy/index.js';
import { WorldSchema } from '../../src/simulator/world-config.js';
import { filesOf } from '../support/text-files.js';

const told = ({ line, column, message, suggestion }: Diagnostic): string =>
  `${line}:${column} ${message}${suggestion === undefined ? '' : ` ${suggestion}`}`;

const others = {
  'c/good.yaml': 'version: 1\notherwise: { disposition: "No Answer" }\n',
  'c/bad.yaml': 'version: 1\ntalk: 5\n',
  'c/empty.txt': '\n',
  'c/world.yaml': 'version: 1\ncampaigns: [ { name: C, type: predictve } ]\n',
};

const worker = (text: string, env = { PW: 'hunter2' }): readonly Diagnostic[] =>
  loadWorkerConfig({ text, file: 'c/w.yaml', env, readFile: filesOf(others), worldSchema: WorldSchema }).diagnostics;

const LONG_SERVER = 'server: { url: "https://cic:8019" }';
const AGENTS = 'agents: [ { users: bob, password: { env: PW } } ]';

describe('a broken policy is told by place and sentence', () => {
  test.each<[string, string, string[]]>([
    ['a version that is not known', 'version: 7', ['1:10 "version" must be 1, not 7.']],
    ['no version', 'talk: 5s', ['1:1 "version" is missing from the policy; it must be 1.']],
    [
      'a key in the wrong case',
      'version: 1\nwrapup: 5s',
      ['2:1 "wrapup" is not a key of the policy. Did you mean "wrapUp"?'],
    ],
    [
      'a number without unit',
      'version: 1\ntalk: 30',
      ['2:7 "talk" must be a duration or a distribution, such as 5s or { uniform: { min: 2s, max: 8s } }, not 30.'],
    ],
    [
      'a distribution that is not known',
      'version: 1\ntalk: { normall: { mean: 5s, sd: 1s } }',
      ['2:9 "normall" is not a key of "talk". Did you mean "normal"?'],
    ],
    [
      'two distributions',
      'version: 1\ntalk: { fixed: 5s, exponential: { mean: 5s } }',
      [
        '2:7 "talk" must name one of fixed, uniform, normal, lognormal or exponential, such as 5s or { uniform: { min: 2s, max: 8s } }.',
      ],
    ],
    [
      'a range that runs backwards',
      'version: 1\ntalk: { uniform: { min: 8s, max: 2s } }',
      ['2:34 "max" must not be less than min.'],
    ],
    [
      'half a distribution',
      'version: 1\ntalk:\n  lognormal:\n    median: 5s',
      ['3:3 "sigma" is missing from "lognormal"; it must be a number from 0 to 5, such as 0.6.'],
    ],
    [
      'half a break',
      'version: 1\nbreaks: { afterCalls: 0 }',
      [
        '2:1 "for" is missing from "breaks"; it must be a duration such as 500ms, 30s, 5m or 2h.',
        '2:23 "afterCalls" must be a whole number, 1 or more, not 0.',
      ],
    ],
    ['rules that are no list', 'version: 1\nrules: { then: x }', ['2:8 "rules" must be a list, not a map.']],
    [
      'a rule without action',
      'version: 1\nrules:\n  - name: a',
      [
        '3:5 "then" is missing from item 1 of "rules"; it must be a map of actions, such as { disposition: "No Answer" }.',
      ],
    ],
    [
      'a rule with an empty action',
      'version: 1\nrules:\n  - then: {}',
      ['3:11 "then" must name an action: skip, place, talk, hangUp, disposition, callback, wrapUp or writeBack.'],
    ],
    [
      'a misspelt action',
      'version: 1\nrules:\n  - then: { dispositon: x }',
      ['3:13 "dispositon" is not a key of "then". Did you mean "disposition"?'],
    ],
    [
      'an impossible chance',
      'version: 1\nrules:\n  - when: { chance: 150% }\n    then: { disposition: x }',
      ['3:21 "chance" must be a share such as 20% or 0.2, not "150%".'],
    ],
    [
      'a kind that is not known',
      'version: 1\nrules:\n  - when: { kind: predictive }\n    then: { disposition: x }',
      [
        '3:19 "kind" must be preview, own-callback, regular, agentless, precise, manual, or a list of such, not "predictive".',
      ],
    ],
    [
      'an operator that is not known',
      'version: 1\nrules:\n  - when: { attributes: { n: { less: 3 } } }\n    then: { disposition: x }',
      ['3:32 "less" is not a key of "n". Its keys are eq, ne, lt, le, gt, ge, in, exists, list.'],
    ],
    [
      'weights without weight',
      'version: 1\notherwise: { disposition: { A: 0, B: 0 } }',
      ['2:27 "disposition" must give at least one label a weight above 0.'],
    ],
    [
      'a weight that is none',
      'version: 1\notherwise: { disposition: { A: 30% } }',
      ['2:32 "A" must be a weight: a number, 0 or more, not "30%".'],
    ],
    [
      'a callback without time',
      'version: 1\nrules:\n  - then: { callback: { disposition: CB } }',
      ['3:13 The callback has no time. Add in: 2h, or at: "10:00" with on: tomorrow.'],
    ],
    [
      'two ends',
      'version: 1\nrules:\n  - then: { disposition: A, callback: { in: 1h } }',
      ['3:29 "callback" cannot stand beside "disposition": a rule decides the end of a call once.'],
    ],
    [
      'two offers',
      'version: 1\nrules:\n  - then: { skip: true, place: true }',
      ['3:25 "place" cannot stand beside "skip": a rule decides the offer of a call once.'],
    ],
    [
      'a test of what is not known yet',
      'version: 1\nrules:\n  - when:\n      not: { connected: true }\n    then: { skip: true }',
      [
        '4:14 "connected" is known at the end of a call only, but "skip" is decided at its offer. Make two rules of it.',
      ],
    ],
    [
      'two rules of one name',
      'version: 1\nrules:\n  - { name: a, when: { agent: x }, then: { skip: true } }\n  - { name: a, then: { skip: true } }',
      ['4:13 Rule 1 is called "a" already; every rule needs a name of its own.'],
    ],
    [
      'a rule that never gets a turn',
      'version: 1\nrules:\n  - then: { disposition: A }\n  - when: { agent: x }\n    then: { callback: { in: 1h } }',
      [
        '4:5 This rule never gets a turn: "rule 1" before it takes every call that it could match. Move it up, or let the earlier rule match less.',
      ],
    ],
    [
      'callbacks at impossible times',
      `version: 1
lists: { us-2026: [2026-02-30] }
rules:
  - when: { agent: a }
    then: { callback: { in: 2h, at: "10:00", on: soon } }
  - when: { agent: b }
    then: { callback: { on: tomorrow, window: { days: mon-fry, from: 25:00, timezone: Amerca/Denver } } }
  - when: { agent: c }
    then: { callback: { in: 2d, within: 1d, capPerHour: 0, window: { from: "09:00", to: "09:00", holidays: us-2025 } } }
  - then: { callback: { at: "10:00", on: 3d, ownerFallback: nobody } }`,
      [
        '5:33 "at" cannot stand beside "in": a callback is asked for after a time, or at a time of day.',
        '5:33 "at" is a time of day, and nothing says in which zone. Add timezone: America/New_York to the policy, or timezone: { attribute: COLUMN } to the window where contacts tell theirs.',
        '5:50 "on" must be today, tomorrow, next-weekday, next-mon, +3d, a date such as 2026-12-01, or a list of dates, not "soon".',
        '7:25 "on" names the day of a time of day, and no "at" names that time. Add at: "10:00", or take "on" out.',
        '7:55 "days" must be a day or days such as mon-fri, sat, weekdays, or a list of such, not "mon-fry". Did you mean "mon-fri"?',
        '7:70 "from" must be a time of day such as "09:00" or "17:30", not "25:00".',
        '7:87 "timezone" must be a time zone such as America/New_York, or { attribute: COLUMN }, not "Amerca/Denver". Did you mean "America/Denver"?',
        '9:33 No callback can come within 1d: "in" asks for 2d at least.',
        '9:57 "capPerHour" must be a whole number, 1 or more, not 0.',
        '9:60 "window" is a time of day, and nothing says in which zone. Add timezone: America/New_York to the policy, or timezone: { attribute: COLUMN } to the window where contacts tell theirs.',
        '9:89 The window closes at 09:00, when it opens: it is never open. For the whole day leave both out; a "to" before "from" is on the next day.',
        '9:108 There is no list "us-2025" under "lists". Did you mean "us-2026"?',
        '10:25 "at" is a time of day, and nothing says in which zone. Add timezone: America/New_York to the policy, or timezone: { attribute: COLUMN } to the window where contacts tell theirs.',
        '10:42 "on" must be today, tomorrow, next-weekday, next-mon, +3d, a date such as 2026-12-01, or a list of dates, not "3d". Did you mean "+3d"?',
        '10:46 "ownerFallback" does nothing: the callback goes to anyone. Add owner: self.',
        '10:61 "ownerFallback" must be anyone or none, not "nobody".',
      ],
    ],
    [
      'dates and days among named lists',
      `version: 1
lists: { us: [2026-12-25, 2026-02-30], ny: [2027-01-01], wk: [mon, tue] }
rules:
  - then:
      callback:
        in: 2h
        window: { timezone: UTC, days: [wk, fri, sut], holidays: [us, { list: nyy }, ny, 2026-12-24, 2026-13-01] }`,
      [
        '2:27 Item 2 of "holidays" must be a date that exists; 2026-02-30 does not.',
        '7:50 Item 4 of "days" must be a day or days such as mon-fri, sat, weekdays, or a list of such, not "sut". Did you mean "sat"?',
        '7:71 There is no list "nyy" under "lists". Did you mean "ny"?',
        '7:102 Item 6 of "holidays" must be a date that exists; 2026-13-01 does not.',
      ],
    ],
    [
      'callbacks at doubtful times',
      `version: 1
rules:
  - when: { agent: a }
    then: { callback: { in: 2h, owner: anyone, ownerFallback: none } }
  - when: { agent: b }
    then: { callback: { at: "21:00", window: { from: "09:00", to: "20:00", timezone: { attribute: tz } } } }
  - when: { agent: c }
    then: { callback: { in: 1h, window: { timezone: UTC, holidays: [2026-02-30, 2026-12-25] } } }`,
      [
        '4:25 Without a "window" people may be called at 3 a.m. Add window: { from: "09:00", to: "20:00" }, or from: "00:00" where any hour is meant.',
        '4:48 "ownerFallback" does nothing: the callback goes to anyone. Add owner: self.',
        '6:25 "at" is outside the hours of the window: the callback moves on to the next opening.',
        '6:76 Contacts whose column "tz" names no known zone get no callback: the policy names none to take instead. Add a line such as timezone: America/New_York to the policy.',
        '8:69 Item 1 of "holidays" must be a date that exists; 2026-02-30 does not.',
      ],
    ],
    [
      'problems of all passes together',
      'version: 1\nversion: 1\ntalk: x\nrules:\n  - when: { connected: true }\n    then: { skip: true }',
      [
        '2:1 "version" is written twice in the same map; the second would hide the first.',
        '3:7 "talk" must be a duration or a distribution, such as 5s or { uniform: { min: 2s, max: 8s } }, not "x".',
        '5:13 "connected" is known at the end of a call only, but "skip" is decided at its offer. Make two rules of it.',
      ],
    ],
  ])('%s', (_name, text, expected) => {
    const { diagnostics } = loadPolicy(text, 'p.yaml');
    expect(diagnostics.map(told)).toEqual(expected);
    expect(formatPretty(diagnostics)).not.toMatch(/\bat .*:\d+:\d+\)|ZodError|undefined/);
  });
});

describe('a broken worker file is told by place and sentence', () => {
  const HOW = 'Write password: { env: NAME } or { file: PATH }, or use --password-env or --password-file.';
  test.each<[string, string, string[]]>([
    ['no server', `version: 1\n${AGENTS}`, ['1:1 No server is named: neither "server" in a file nor --server.']],
    ['no agents', `version: 1\n${LONG_SERVER}`, ['1:1 Nobody is to work: neither "agents" in a file nor --users.']],
    [
      'an empty server',
      `version: 1\nserver: {}\n${AGENTS}`,
      ['2:1 "server" must name one of url, urlTemplate or simulator.'],
    ],
    [
      'two servers',
      `version: 1\nserver: { url: "https://a", simulator: {} }\n${AGENTS}`,
      ['2:1 "server" names url and simulator; only one of them can be meant.'],
    ],
    [
      'an address that is none',
      `version: 1\nserver: { url: "cic one" }\n${AGENTS}`,
      ['2:16 "url" must be an address such as https://cic1.example.com:8019.'],
    ],
    [
      'an address of another kind',
      `version: 1\nserver: { url: "ftp://cic1" }\n${AGENTS}`,
      ['2:16 "url" must begin with https:// or http://, as in https://cic1.example.com:8019.'],
    ],
    [
      'credentials in an address',
      `version: 1\nserver: { url: "https://bob:hunter2@cic1" }\n${AGENTS}`,
      ['2:16 "url" must not hold a user name or a password.'],
    ],
    [
      'plain http into the network',
      `version: 1\nserver: { url: "http://cic1:8018" }\n${AGENTS}`,
      [
        '2:16 Passwords would go to cic1 in plain text over http. Use https, or set allowPlaintext: true (--allow-plaintext).',
      ],
    ],
    [
      'a template without slot',
      `version: 1\nserver: { urlTemplate: "https://proxy/api", host: cic1 }\n${AGENTS}`,
      ['2:24 "urlTemplate" must hold {host} somewhere.'],
    ],
    [
      'a template without host',
      `version: 1\nserver: { urlTemplate: "https://proxy/api/{host}" }\n${AGENTS}`,
      ['2:24 "urlTemplate" needs "host" beside it: the name that fills {host}.'],
    ],
    [
      'a variable that is not set',
      `version: 1\nserver: { url: "https://\${CIC}:8019" }\n${AGENTS}`,
      ['2:16 The environment variable CIC of "url" is not set.'],
    ],
    [
      'a certificate that is not there',
      `version: 1\nserver: { url: "https://a", tls: { ca: ca.pem } }\n${AGENTS}`,
      ['2:40 The certificate file c/ca.pem cannot be read: there is no such file.'],
    ],
    [
      'a server that is not allowed',
      `version: 1\n${LONG_SERVER}\n${AGENTS}\nsafety:\n  allowHosts: [other]`,
      ['5:15 The server cic is not among "allowHosts".'],
    ],
    [
      'a password in the file',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: bob, password: hunter2 } ]`,
      [`3:35 A password stands in the file; only the embedded simulator may have it so. ${HOW}`],
    ],
    [
      'no password',
      `version: 1\n${LONG_SERVER}\nagents:\n  - users: bob`,
      [`4:5 These users have no password. ${HOW}`],
    ],
    [
      'a password variable that is not set',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: bob, password: { env: NOPE } } ]`,
      ['3:35 The environment variable NOPE is not set; it should hold the password.'],
    ],
    [
      'a password file that is empty',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: bob, password: { file: empty.txt } } ]`,
      ['3:35 The password file c/empty.txt is empty.'],
    ],
    [
      'a policy that is not there',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: bob, password: { env: PW }, policy: no.yaml } ]`,
      ['3:56 The policy file c/no.yaml cannot be read: there is no such file.'],
    ],
    [
      'a policy that is broken',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: bob, password: { env: PW }, policy: bad.yaml } ]`,
      ['2:7 "talk" must be a duration or a distribution, such as 5s or { uniform: { min: 2s, max: 8s } }, not 5.'],
    ],
    [
      'a world that is broken',
      'version: 1\nserver: { simulator: world.yaml }\nagents: [ { users: bob, password: demo } ]',
      ['2:31 "type" must be predictive, power or preview, not "predictve". Did you mean "predictive"?'],
    ],
    [
      'a world inside that is broken',
      'version: 1\nserver:\n  simulator:\n    campaings: []\nagents: [ { users: bob, password: demo } ]',
      ['4:5 "campaings" is not a key of "simulator". Did you mean "campaigns"?'],
    ],
    [
      'a user twice',
      `version: 1\n${LONG_SERVER}\nagents:\n  - { users: "bot{1..3}", password: { env: PW } }\n  - { users: BOT2, password: { env: PW } }`,
      ['5:14 The user "BOT2" is named twice, first in item 1 of "agents"; one bot plays one user.'],
    ],
    [
      'a range that runs backwards',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: "bot{3..1}", password: { env: PW } } ]`,
      ['3:20 "bot{3..1}" runs backwards; write the smaller number first.'],
    ],
    [
      'a range that is none',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: [a, "bot{1-3}"], password: { env: PW } } ]`,
      ['3:24 "bot{1-3}" is not a range; write it like bot{001..050}.'],
    ],
    [
      'a station for many',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: "bot{1..3}", password: { env: PW }, station: { workstation: ws } } ]`,
      [
        '3:65 "bot1" and "bot2" would both use the station ws; each agent needs its own. Write {user} where the user name goes, such as "{user}-ws".',
      ],
    ],
    [
      'a station that is none',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: b, password: { env: PW }, station: desk } ]`,
      ['3:55 "station" must be none or a station such as { workstation: "{user}-ws" }, not "desk".'],
    ],
    [
      'a token in the file',
      `version: 1\n${LONG_SERVER}\n${AGENTS}\nhttp: { token: hunter2 }`,
      ['4:16 "token" must be { env: NAME } or { file: PATH }.'],
    ],
    [
      'a token that is not at hand',
      `version: 1\n${LONG_SERVER}\n${AGENTS}\nhttp: { token: { env: NOPE } }`,
      ['4:16 The environment variable NOPE is not set; it should hold the token.'],
    ],
    [
      'a journal that is none',
      `version: 1\n${LONG_SERVER}\n${AGENTS}\njournal: { path: "", retain: 30, colums: [a] }`,
      [
        '4:18 "path" must be the path of a folder, not "".',
        '4:30 "retain" must be a duration such as 30d, or forever, not 30.',
        '4:34 "colums" is not a key of "journal". Did you mean "columns"?',
      ],
    ],
    [
      'too many agents',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: "bot{1..9}", password: { env: PW } } ]\nsafety: { maxAgents: 5 }`,
      ['4:22 The roster has 9 agents; "maxAgents" permits 5.'],
    ],
    [
      'a key of a later version',
      `version: 1\n${LONG_SERVER}\n${AGENTS}\nthresholds: []\nload: { start: when-all-ready }`,
      [
        '4:1 Judging a run by thresholds ("thresholds") is not supported yet; it comes with a later version.',
        '5:16 "start" must be at-once (when-all-ready comes with a later version), not "when-all-ready".',
      ],
    ],
    [
      'shifts that cannot be meant',
      [
        'version: 1',
        LONG_SERVER,
        'agents: [ { users: bob, password: { env: PW }, shift: weekdayz } ]',
        'shifts:',
        '  weekdays:',
        '    start: "61 9 * * 1-5"',
        '    end: ["0 17 * * 1-5", "0 0 17 * * *", "0 22 * * fri-mon", "0 9 31 4,6 *"]',
        '    timezone: America/New_Yrok',
        '    breaks: [ { at: "@daily", for: 25h }, { every: 2h, for: 2h } ]',
        '    holidays: [2026-02-29, 2026-12-25, 2026-12-25]',
        '  never: { start: "0 9 * * *", end: "0 9 * * *", timezone: UTC }',
      ].join('\n'),
      [
        '3:55 There is no shift "weekdayz"; "shifts" has "weekdays", "never". Did you mean "weekdays"?',
        '6:12 The minute "61" must be from 0 to 59 (in "61 9 * * 1-5").',
        '7:27 "0 0 17 * * *" has 6 fields instead of five. Seconds are not supported: leave the first field out. Write five fields: minute, hour, day of month, month, day of week, such as "0 9 * * 1-5".',
        '7:43 The day of week "fri-mon" runs backwards (in "0 22 * * fri-mon"). Write two ranges: "fri-7,0-mon".',
        '7:63 "0 9 31 4,6 *" never comes: month 4,6 has no day 31.',
        '8:15 "America/New_Yrok" is no time zone that this machine knows. Did you mean America/New_York?',
        '9:21 "@daily" is a nickname, which is not supported. Write "0 0 * * *".',
        '9:36 A planned break must be shorter than a day.',
        '9:61 The break lasts as long as the time from one to the next, or longer.',
        '10:16 "2026-02-29" is no date of the calendar. Write year-month-day, such as 2026-12-25.',
        '10:40 The holiday 2026-12-25 is named twice.',
        '11:19 The shift "never" is never on: each of its starts is cancelled or comes together with an end. It is on from a "start" until the next "end"; give them different times.',
      ],
    ],
    [
      'shifts that are in vain',
      [
        'version: 1',
        LONG_SERVER,
        'agents: [ { users: bob, password: { env: PW }, shift: days } ]',
        'shifts:',
        '  days:',
        '    start: "0 9 * * *"',
        '    end: "0 17 * * *"',
        '    timezone: UTC',
        '    breaks: [ { at: "0 1 * * *", for: 30m }, { every: 8h, for: 5m }, { at: "59 16 * * 7", for: 5m } ]',
        '  nights: { start: "0 22 * * *", end: "0 6 * * *", timezone: EST }',
      ].join('\n'),
      [
        '9:21 This break is never taken: at its time the shift "days" is off.',
        '9:55 This break is never taken: no shift "days" lasts so long.',
        '10:3 Nobody works by the shift "nights". Name it where it is meant: agents: [ { users: …, shift: nights } ].',
        '10:62 EST is standard time all the year: its clock is an hour off where daylight saving is kept. Write America/New_York, if that is meant.',
      ],
    ],
    [
      'a shift that is misshapen beside others',
      `version: 1\n${LONG_SERVER}\nagents: [ { users: bob, password: { env: PW }, shift: x } ]\nshifts:\n  a: { start: 9 }\n  b: { start: "0 9 * *", end: "0 17 * * *", timezone: UTC }`,
      [
        '5:3 "end" is missing from "a"; it must be a cron expression such as "0 9 * * 1-5", or a list of these.',
        '5:3 "timezone" is missing from "a"; it must be a time zone such as America/New_York.',
        '5:15 "start" must be a cron expression such as "0 9 * * 1-5", or a list of these, not 9.',
        '6:15 "0 9 * *" has 4 fields instead of five. Write five fields: minute, hour, day of month, month, day of week, such as "0 9 * * 1-5".',
      ],
    ],
    [
      'shape and meaning together',
      'version: 1\nserver: { url: "http://cic1", messaging: often }\nagents:\n  - { users: bob, password: { env: NOPE } }\n  - { user: bob }\n  - { users: bob, password: { env: PW } }',
      [
        '2:42 "messaging" must be auto, stream or poll, not "often".',
        '4:29 The environment variable NOPE is not set; it should hold the password.',
        '5:5 "users" is missing from item 2 of "agents"; it must be a user name, a range such as bot{001..050}, or a list of these.',
        '5:7 "user" is not a key of item 2 of "agents". Did you mean "users"?',
        '6:14 The user "bob" is named twice, first in item 1 of "agents"; one bot plays one user.',
      ],
    ],
  ])('%s', (_name, text, expected) => {
    const diagnostics = worker(text);
    expect(diagnostics.map(told)).toEqual(expected);
    expect(formatPretty(diagnostics)).not.toMatch(/hunter2|ZodError|undefined/);
  });
});

describe('broken flags are told by name', () => {
  const run = (flags: RunFlags) =>
    resolveWorkerConfig({ flags, env: { PW: 'hunter2' }, readFile: filesOf(others), worldSchema: WorldSchema });
  const right = { server: 'http://127.0.0.1:8018', users: 'bot{1..3}', passwordEnv: 'PW' };
  test.each<[RunFlags, string]>([
    [{}, 'command line  error  worker/no-server  No server is named: neither "server" in a file nor --server.'],
    [
      { ...right, duration: '30' },
      '--duration  error  usage/bad-flag  --duration must be a duration such as 500ms, 30s, 5m or 2h, not "30".',
    ],
    [
      { ...right, metricsPort: '70000' },
      '--metrics-port  error  usage/bad-flag  --metrics-port must be a port from 0 to 65535 (0 lets the system choose), not "70000".',
    ],
    [{ ...right, seed: 'x' }, '--seed  error  usage/bad-flag  --seed must be a whole number, 0 or more, not "x".'],
    [{ ...right, agents: '9' }, '--agents  error  usage/bad-flag  --agents asks for 9, but the roster has 3.'],
    [
      { ...right, passwordEnv: 'NOPE' },
      '--password-env  error  worker/no-secret  The environment variable NOPE is not set; it should hold the password.',
    ],
    [
      { ...right, policy: 'no.yaml' },
      '--policy  error  worker/unreadable  The policy file no.yaml cannot be read: there is no such file.',
    ],
    [
      { ...right, station: 'ws' },
      '--station  error  worker/shared-station  "bot1" and "bot2" would both use the station ws; each agent needs its own. Write {user} where the user name goes, such as "{user}-ws".',
    ],
    [
      { ...right, server: 'ftp://cic1' },
      '--server  error  worker/bad-url  --server must begin with https:// or http://, as in https://cic1.example.com:8019.',
    ],
    [
      { ...right, server: 'http://cic1' },
      '--server  error  worker/plaintext  Passwords would go to cic1 in plain text over http. Use https, or set allowPlaintext: true (--allow-plaintext).',
    ],
    [
      { config: 'no.yaml' },
      'no.yaml  error  usage/unreadable  The configuration file cannot be read: there is no such file.',
    ],
  ])('%j', (flags, expected) => {
    const { config, diagnostics } = run(flags);
    expect(config).toBeUndefined();
    expect(formatPretty(diagnostics)).toContain(expected);
    expect(formatPretty(diagnostics)).not.toContain('hunter2');
  });
});

describe('check', () => {
  const files = filesOf({
    ...others,
    'w.yaml': `version: 1\nserver: { url: "https://\${CIC}" }\nagents: [ { users: b, password: { env: NOPE }, policy: c/bad.yaml } ]\n`,
    'json.yaml': '{ "version": 1, "rules": [ { "then": { "disposition": 5 } } ] }',
    'typos.yaml': 'version: 1\nrulse: []\notherwis: {}\n',
    'hint.yaml': '# yaml-language-server: $schema=../policy.schema.json\nversion: 1\ncampaigns: []\n',
    'list.yaml': '- a\n',
    'torn.yaml': 'a: [\n',
  });
  const check = (names: string[], format: 'pretty' | 'json' | 'github' = 'pretty') =>
    checkFiles(names, { format, readFile: files, env: {}, worldSchema: WorldSchema });

  test('tells the kind of each file by its content and follows what a worker file names', () => {
    const { text, errors, warnings } = check([
      'w.yaml',
      'c/good.yaml',
      'c/world.yaml',
      'json.yaml',
      'typos.yaml',
      'hint.yaml',
    ]);
    expect(text).toContain('c/bad.yaml:2:7  error  policy/bad-value');
    expect(text).toContain('c/world.yaml:2:31  error  world/bad-value');
    expect(text).toContain('json.yaml:1:55  error  policy/bad-value');
    expect(text).toContain('typos.yaml:2:1  error  policy/unknown-key');
    expect(text).toContain('hint.yaml:3:1  error  policy/unknown-key');
    expect([errors, warnings]).toEqual([6, 2]);
    expect(text).toMatch(/6 files checked: 6 errors, 2 warnings\.$/);
  });

  test('a secret that is not at hand is a warning', () => {
    const found = JSON.parse(check(['w.yaml'], 'json').text) as Diagnostic[];
    expect(found.filter((one) => one.severity === 'warning').map((one) => one.code)).toEqual([
      'worker/variable',
      'worker/no-secret',
    ]);
  });

  test('files that are nothing it knows, or not there, are told so', () => {
    const { text, errors } = check(['list.yaml', 'torn.yaml', 'none.yaml']);
    expect(text).toContain(
      'list.yaml  error  file/unknown-kind  This is neither a worker file, nor a policy or its tests, nor a world',
    );
    expect(text).toContain('torn.yaml:2:1  error  yaml/syntax');
    expect(text).toContain('none.yaml  error  usage/unreadable  The file cannot be read: there is no such file.');
    expect(errors).toBe(3);
  });

  test('says so when all is well', () => {
    expect(check(['c/good.yaml'])).toEqual({ text: '1 file checked, no problems.', errors: 0, warnings: 0 });
  });
});
