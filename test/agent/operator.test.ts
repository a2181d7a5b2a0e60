import { afterEach, describe, expect, test } from '@jest/globals';
import { AgentDriver } from '../support/agent-driver.js';

const drivers: AgentDriver[] = [];
const ready = (): AgentDriver => {
  const driver = new AgentDriver();
  drivers.push(driver);
  return driver.ready();
};
const endBreak = { type: 'break.end-asked' } as const;

afterEach(() => {
  for (const driver of drivers.splice(0)) {
    driver.agent.end();
    expect(driver.defects).toEqual([]);
  }
});

describe('an operator ends a break', () => {
  test('granted: Dialer is told, and Available is set without waiting', () => {
    const d = ready().askBreak().breakStatus('on-break').status('ours');
    d.news();
    expect(d.send(endBreak).place).toBe('logged-in.availing');
    expect(d.news()).toEqual(['end-break', 'set-available']);
    expect(d.factsOf('break.ended')).toHaveLength(1);
    expect(d.available().breakStatus('not-on-break').place).toBe('ready.idle');
  });

  test('pending: the request is withdrawn, and a refusal of it that comes late concerns nobody', () => {
    const d = ready().askBreak().breakStatus('pending');
    expect(d.send(endBreak).place).toBe('logged-in.availing');
    expect(d.did('end-break')).toHaveLength(1);
    expect(d.factsOf('break.dropped')).toHaveLength(1);
    expect(d.available().answer('request-break', 'refused').problems).toEqual([]);
  });

  test('a grant that was on its way already is taken back by the same end-break', () => {
    const d = ready().askBreak().breakStatus('pending').send(endBreak).available();
    expect(d.breakStatus('on-break').place).toBe('on-break');
    expect(d.breakStatus('not-on-break').place).toBe('logged-in.availing');
  });

  test('during a call: nothing of the call changes, and after it there is no break', async () => {
    const d = ready().pop('101').askBreak().breakStatus('pending').send(endBreak);
    expect(d.place).toBe('on-call.talking');
    await d.finish();
    expect(d.place).toBe('logged-in.availing');
  });

  test('while the session is away, the break is forgotten: it does not resume', () => {
    const d = ready().askBreak().breakStatus('on-break').status('ours').lost().send(endBreak);
    expect(d.did('end-break')).toHaveLength(0);
    expect(d.logIn().place).toBe('logged-in.availing');
    expect(d.did('request-break')).toHaveLength(1);
  });

  test('a status that a person set is left to the person', () => {
    const d = ready().status('person');
    expect(d.send(endBreak).place).toBe('on-break');
    expect(d.did('end-break')).toHaveLength(0);
  });

  test('a break that nobody’s status stands for can be ended: it would never end by itself', () => {
    const d = ready().breakStatus('on-break');
    expect(d.send(endBreak).place).toBe('logged-in.availing');
    expect(d.did('end-break')).toHaveLength(1);
  });
});

describe('an operator wants an agent back', () => {
  test('while it logs off: it leaves and comes back', async () => {
    const d = ready().askLogOff();
    d.send({ type: 'login.asked' }).granted();
    await d.farewell();
    expect(d.place).toBe('logged-out.waiting');
    expect(d.logIn().available().place).toBe('ready.idle');
  });

  test('while a log-off waits for a call to be recovered: it comes back after both', async () => {
    const d = ready().pop('101').lost().askLogOff().send({ type: 'login.asked' }).connect().loggedIn().pop('101');
    expect(d.place).toBe('logoff-pending.talking');
    await d.finish();
    await d.granted().farewell();
    expect(d.place).toBe('logged-out.waiting');
  });

  test('but not who leaves for good', async () => {
    const d = ready().askLogOff(true).send({ type: 'login.asked' }).granted();
    await d.farewell();
    expect(d.place).toBe('logged-out.stopped');
  });
});
