import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError, WorkerError } from '../../src/base/errors.js';
import { renderView, startLiveView } from '../../src/cli/live-view.js';
import { openLog } from '../../src/cli/log.js';
import { progressLine, startProgress } from '../../src/cli/progress.js';
import type { RunView } from '../../src/cli/run-view.js';
import type { AgentState, CallRef } from '../../src/journal/record.js';
import { createTally } from '../../src/report/tally.js';
import { FakeClock } from '../support/fake-clock.js';

const START = Date.UTC(2026, 0, 5, 9);
const call: CallRef = { interactionId: '1', campaignId: 'c', campaign: 'Collections', kind: 'regular' };

function someView(): RunView {
  const users = ['bot1', 'bot2', 'bot3', 'bot4'];
  const tally = createTally({ startedAt: START, users });
  const move = (user: string, to: AgentState) =>
    tally.record({ at: START, user, kind: 'transition', from: 'logged-out', to, event: 'e', seconds: 0 });
  move('bot1', 'on-call');
  move('bot2', 'on-call');
  move('bot3', 'ready');
  tally.record({ at: START, user: 'bot1', kind: 'pop', call });
  tally.record({
    at: START,
    user: 'bot1',
    kind: 'call.closed',
    call,
    label: 'Success',
    result: 'accepted',
    basis: 'answer',
    seconds: 1,
  });
  for (const user of users)
    tally.record({
      at: START + 1_000,
      user,
      kind: 'problem',
      code: 'icws/unavailable',
      message: 'no\u001b[31m host\nanswers',
    });
  return {
    title: 'icws-dialer-agent · seed 7',
    tally: tally.snapshot(START + 12_300),
    desired: 4,
    elapsedMs: 12_300,
    remainingMs: 17_700,
    url: 'http://127.0.0.1:9464',
  };
}

/** Applies what the drawer writes to a screen, as a terminal would: the cursor, erasing, and lines. */
class Screen {
  columns = 80;
  rows = 30;
  cursorShown = true;
  raw = '';
  private lines: string[] = [''];
  private row = 0;
  private column = 0;

  write = (text: string): void => {
    this.raw += text;
    for (const [token, move] of text.matchAll(/\u001b\[([?\d;]*[A-Za-z])|[\s\S]/g)) {
      const up = /^(\d+)A$/.exec(move ?? '');
      if (up) this.row = Math.max(0, this.row - Number(up[1]));
      else if (move === 'K') this.lines[this.row] = (this.lines[this.row] ?? '').slice(0, this.column);
      else if (move === 'J') {
        this.lines[this.row] = (this.lines[this.row] ?? '').slice(0, this.column);
        this.lines.length = this.row + 1;
      } else if (move === '?25l') this.cursorShown = false;
      else if (move === '?25h') this.cursorShown = true;
      else if (token === '\n') {
        this.row += 1;
        this.column = 0;
        this.lines[this.row] ??= '';
      } else if (token === '\r') this.column = 0;
      else if (move === undefined) {
        const line = this.lines[this.row] ?? '';
        this.lines[this.row] = line.slice(0, this.column) + token + line.slice(this.column + 1);
        this.column += 1;
      }
    }
  };

  get shown(): string[] {
    return this.lines.slice(0, this.lines.at(-1) === '' ? -1 : undefined);
  }
}

describe('the view', () => {
  test('shows states with bars, calls, dispositions and the last problems', () => {
    expect(renderView(someView(), { width: 60, colour: false }).map((line) => line.trimEnd())).toEqual([
      'icws-dialer-agent · seed 7 · 12s, 18s left · http://127.0.0.',
      '',
      'agents            3 of 4',
      'logged-out        1  ██████████',
      'logged-in         0',
      'ready             1  ██████████',
      'on-call           2  ███████████████████',
      'break-pending     0',
      'on-break          0',
      'logoff-pending    0',
      '',
      'calls 1 (0.0/s), 0 open',
      'dispositions 1 accepted, 0 void, 0 failed, 0 unknown',
      '  Success 1',
      'callbacks 0 · previews 0 placed, 0 skipped · breaks 0',
      '',
      'last problems (times in UTC)',
      '  09:00:01 icws/unavailable ×4 bot4: no host answers',
    ]);
  });

  test('never exceeds the width, and colours without changing the text', () => {
    const view = someView();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (width) => {
        const plain = renderView(view, { width, colour: false });
        const coloured = renderView(view, { width, colour: true });
        expect(plain.every((line) => [...line].length <= width && !line.includes('\u001b'))).toBe(true);
        expect(coloured.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(plain);
      }),
    );
    expect(renderView(view, { width: 80, colour: true }).join('')).toContain('\u001b[31m');
  });
});

describe('the drawer', () => {
  test('redraws in place, prints warnings above, and gives the cursor back', async () => {
    const clock = new FakeClock();
    const screen = new Screen();
    let view = someView();
    const live = startLiveView({ out: screen, clock, view: () => view, colour: false });
    const lines = renderView(view, { width: 80, colour: false });
    expect([screen.shown, screen.cursorShown]).toEqual([lines, false]);
    live.print('bot2: something to know');
    await clock.advance(1_000);
    expect(screen.shown).toEqual(['bot2: something to know', ...lines]);

    const { tally } = view;
    view = { ...view, phase: 'draining', tally: { ...tally, problems: [] } };
    await clock.advance(250);
    expect(screen.shown).toEqual(['bot2: something to know', ...renderView(view, { width: 80, colour: false })]);
    expect(screen.shown[1]).toContain('draining');

    live.close();
    live.close();
    expect([screen.shown, screen.cursorShown, clock.pending]).toEqual([['bot2: something to know'], true, 0]);
    live.print('after the end');
    expect(screen.shown).toEqual(['bot2: something to know', 'after the end']);
  });

  test('fits a small terminal, and one that is made smaller', async () => {
    const clock = new FakeClock();
    const screen = new Screen();
    screen.rows = 8;
    const live = startLiveView({ out: screen, clock, view: someView, colour: true });
    expect(screen.shown).toHaveLength(7);
    screen.rows = 4;
    screen.columns = 20;
    await clock.advance(250);
    expect(screen.shown.every((line) => [...line].length <= 20)).toBe(true);
    live.close();
    expect(screen.cursorShown).toBe(true);
  });
});

describe('the progress line', () => {
  test('comes each ten seconds until stopped', async () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    const stop = startProgress({ clock, view: someView, write: (line) => lines.push(line) });
    await clock.advance(25_000);
    stop();
    expect(clock.pending).toBe(0);
    const line =
      '12s (18s left) · agents 3 of 4 (ready 1, on-call 2) · calls 1 (0.0/s), 0 open · dispositions 1 · callbacks 0 · errors 4';
    expect(lines).toEqual([line, line]);
    expect(progressLine({ ...someView(), phase: 'draining' })).toMatch(/^12s \(18s left\) draining · /);
  });
});

describe('the log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('writes JSON lines with the fields of the child, at the level asked for, and no secret', async () => {
    const lines: string[] = [];
    const { log, close } = await openLog({
      level: 'info',
      console: { form: 'json', level: 'info', colour: false, print: (line) => lines.push(line) },
    });
    const agent = log.child({ user: 'bot1' });
    agent.debug({}, 'not shown');
    agent.info({ session: 's1', headers: { cookie: 'secret' }, password: 'secret', token: 'secret' }, 'session opened');
    agent.error({ err: Object.assign(new WorkerError('icws/unavailable', 'no answer'), { body: 'secret' }) }, 'failed');
    await close();
    const [opened, failed, ...rest] = lines.map((line) => JSON.parse(line));
    expect(rest).toEqual([]);
    expect(opened).toEqual({
      level: 'info',
      time: expect.any(String),
      user: 'bot1',
      session: 's1',
      msg: 'session opened',
    });
    expect(failed).toEqual({
      level: 'error',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      user: 'bot1',
      err: { type: 'WorkerError', code: 'icws/unavailable', message: 'no answer', stack: expect.any(String) },
      msg: 'failed',
    });
    expect(lines.join()).not.toContain('secret');
  });

  test('keeps everything in the file while a terminal shows warnings only, readable', async () => {
    const shown: string[] = [];
    const file = join(folder, 'deep', 'run.log');
    const { log, close } = await openLog({
      level: 'debug',
      file,
      console: { form: 'pretty', level: 'warn', colour: false, print: (line) => shown.push(line) },
    });
    log.debug({ operation: 'disposition' }, 'request');
    log.warn({ user: 'bot1', host: 'cic1' }, 'in no campaign');
    await close();
    const written = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).msg);
    expect(written).toEqual(['request', 'in no campaign']);
    expect(shown).toEqual([
      expect.stringMatching(/^\[\d\d:\d\d:\d\d\.\d+\] WARN: in no campaign \{.*"user":"bot1".*\}$/),
    ]);
  });

  test('a file that cannot be written is a usage error with its name', async () => {
    await expect(openLog({ level: 'info', file: '/dev/null/no/run.log' })).rejects.toThrow(UsageError);
    await expect(openLog({ level: 'info', file: '/dev/null/no/run.log' })).rejects.toThrow(/\/dev\/null\/no\/run\.log/);
  });

  test('without any place to write it is silent and free', async () => {
    const { log, close } = await openLog({ level: 'debug' });
    log.error({}, 'nobody hears');
    await close();
  });
});
