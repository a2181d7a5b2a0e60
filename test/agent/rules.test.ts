import { afterEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_TIMINGS } from '../../src/agent/timings.js';
import { AgentDriver, type Script } from '../support/agent-driver.js';

const drivers: AgentDriver[] = [];
const start = (script: Partial<Script> = {}): AgentDriver => {
  const driver = new AgentDriver(script);
  drivers.push(driver);
  return driver;
};
const ready = (script: Partial<Script> = {}): AgentDriver => start(script).ready();
const onCall = (script: Partial<Script> = {}): AgentDriver => ready(script).pop('101');
const preview = (script: Partial<Script> = {}): AgentDriver => ready(script).pop('101', { preview: true });
/** A call whose first disposition is on its way. */
const dispositioning = async (script: Partial<Script> = {}): Promise<AgentDriver> => {
  const driver = onCall(script).ended();
  return driver.wrapUp();
};
const placing = async (script: Partial<Script> = {}): Promise<AgentDriver> => preview(script).wait(SECOND);
const SECOND = 1_000;

/** Every stage of a call, how to get there, and where a re-pop takes it up. */
const STAGES: [string, () => AgentDriver | Promise<AgentDriver>, string][] = [
  ['previewing', () => preview(), 'on-call.previewing'],
  ['placing', () => placing(), 'on-call.previewing'],
  ['ringing', async () => (await placing()).answer('place', 'ok'), 'on-call.ringing'],
  ['talking', () => onCall(), 'on-call.talking'],
  ['hanging-up', () => onCall().wait(60_000), 'on-call.hanging-up'],
  ['wrapping-up', () => onCall().ended(), 'on-call.wrapping-up'],
  ['dispositioning', () => dispositioning(), 'on-call.dispositioning'],
  ['redispositioning', async () => (await dispositioning()).answer('disposition', 'lost'), 'on-call.dispositioning'],
];

afterEach(() => {
  for (const driver of drivers.splice(0)) {
    driver.agent.end();
    expect(driver.defects).toEqual([]);
    expect(driver.clock.pending).toBe(0);
  }
});

describe('rule 1: whose status is it?', () => {
  test('rule 1: a person status is followed until the status is ACD again, and Available is not set meanwhile', async () => {
    const d = ready();
    d.news();
    d.status('person');
    expect(d.place).toBe('on-break');
    d.breakStatus('on-break');
    await d.wait(3_600_000);
    expect(d.place).toBe('on-break');
    d.status('acd');
    expect(d.place).toBe('ready.idle');
    expect(d.news()).toEqual([]);
    expect(d.factsOf('break.granted').map(({ reason }) => reason)).toEqual(['person']);
    expect(d.factsOf('break.ended')).toHaveLength(1);
  });

  test('rule 1: after NotOnBreak with the person status still in force, the status stays the person’s business', async () => {
    const d = ready().status('person').breakStatus('on-break');
    d.news();
    d.breakStatus('not-on-break');
    await d.wait(60_000);
    expect(d.place).toBe('logged-in.deferring');
    expect(d.news()).toEqual([]);
    expect(d.status('acd').place).toBe('ready.idle');
  });

  test('rule 1: after NotOnBreak with a status that is not a person’s, Available is set once', () => {
    const d = ready().breakStatus('on-break');
    expect(d.place).toBe('on-break');
    d.news();
    d.breakStatus('not-on-break');
    expect(d.place).toBe('logged-in.availing');
    expect(d.news()).toEqual(['set-available']);
  });

  test.each(['dialer-call', 'follow-up', 'not-answering', 'ours', 'acd'] as const)(
    'rule 1: the status %s is never a person’s',
    (status) => {
      const d = ready().status(status);
      expect(d.place).not.toBe('on-break');
      expect(d.agent.context().status.person).toBe(false);
    },
  );

  test('rule 1: Follow Up without a call leads to Available after a short pause', async () => {
    const d = ready().status('follow-up');
    expect(d.place).toBe('logged-in.resting');
    await d.wait(DEFAULT_TIMINGS.retryMs);
    expect(d.place).toBe('logged-in.availing');
  });

  test('rule 1: the pause after Agent Not Answering grows with each in a row, and a call taken starts it anew', async () => {
    const d = ready();
    const pauses: number[] = [];
    const ringOut = async (): Promise<void> => {
      d.status('not-answering');
      const from = d.clock.monotonic();
      while (d.place === 'logged-in.resting') await d.wait(SECOND);
      pauses.push((d.clock.monotonic() - from) / SECOND);
      d.available();
    };
    await ringOut();
    await ringOut();
    await ringOut();
    d.pop('101');
    await d.finish();
    d.available();
    await ringOut();
    expect(pauses).toEqual([4, 8, 16, 4]);
    expect(d.problems.filter((code) => code === 'agent/not-answering')).toHaveLength(4);
  });

  test('rule 1: Agent Not Answering counts too when it comes after the ACD call that rang out is gone', async () => {
    const d = ready().send({ type: 'acd.began' }, { type: 'acd.ended' }).status('not-answering');
    await d.wait(3_000);
    expect(d.place).toBe('logged-in.resting');
    await d.wait(SECOND);
    expect(d.place).toBe('logged-in.availing');
    d.available().send({ type: 'acd.began' }).status('not-answering').send({ type: 'acd.ended' });
    await d.wait(7_000);
    expect(d.place).toBe('logged-in.resting');
    await d.wait(SECOND);
    expect(d.place).toBe('logged-in.availing');
  });

  test('rule 1: a person status set during a call is followed after it', async () => {
    const d = onCall().status('person');
    d.news();
    await d.finish();
    expect(d.place).toBe('on-break');
    expect(d.news()).not.toContain('set-available');
    expect(d.status('acd').place).toBe('ready.idle');
  });

  test('rule 1: a person status set on our own break outlasts the break', async () => {
    const d = ready().askBreak(60_000).breakStatus('on-break').status('ours').status('person');
    d.news();
    await d.wait(60_000);
    expect(d.news()).toEqual(['end-break']);
    expect(d.place).toBe('logged-in.deferring');
    expect(d.status('acd').place).toBe('ready.idle');
  });

  test.each([
    ['a break', (d: AgentDriver) => d.askBreak()],
    ['a log-off', (d: AgentDriver) => d.askLogOff()],
  ])('rule 1: with %s pending, Available is not set over a person status', async (_, ask) => {
    const d = ask(onCall()).status('person');
    await d.finish();
    d.news();
    await d.wait(10_000);
    expect(d.news()).not.toContain('set-available');
  });

  test('rule 1: a break that Dialer tells of before we were ever Available is nobody’s act: it is ended', () => {
    const d = start().send({ type: 'shift.began' }).connect().breakStatus('on-break').loggedIn().offered(['c-1'], 0);
    expect(d.news()).toContain('end-break');
    d.breakStatus('on-break').enlisted().available();
    expect(d.place).toBe('ready.idle');
    expect(d.breakStatus('on-break').place).toBe('on-break');
  });

  test('rule 1: a break that a person asks for by Dialer is shown, granted and left to the person', async () => {
    const d = ready().breakStatus('pending');
    expect(d.place).toBe('break-pending.idle');
    d.news();
    await d.wait(10 * 60_000);
    expect(d.news()).toEqual([]);
    expect(d.breakStatus('on-break').place).toBe('on-break');
    expect(d.news()).toEqual([]);
  });

  test('rule 1: a person’s status is noticed also where nothing depends on it yet', () => {
    const removed = ready().granted().status('person').status('acd').offered(['c-1'], 0).loggedIn().enlisted();
    expect(removed.place).toBe('logged-in.availing');
    const joining = start().send({ type: 'shift.began' }).connect().loggedIn().offered(['c-1'], 0);
    expect(joining.status('person').enlisted().place).toBe('logged-in.deferring');
  });

  test('rule 1: a person’s break that a lost link cut is not fought after a call, and ends with an ACD status', async () => {
    const reach = (): AgentDriver => ready().status('person').send({ type: 'link.down' }).pop('101');
    const over = reach().status('acd').send({ type: 'link.up' }).loggedIn();
    await over.finish();
    expect(over.factsOf('break.ended')).toHaveLength(1);
    expect(over.agent.state()).toBe('logged-in');
    expect(over.agent.context().pause).toBeNull();
    const still = reach().send({ type: 'link.up' }).loggedIn().offered(['c-1'], 0).enlisted();
    still.news();
    await still.finish();
    await still.wait(10_000);
    expect(still.news()).not.toContain('set-available');
    expect(still.breakStatus('not-on-break').status('acd').place).toBe('ready.idle');
  });

  test('rule 1: our own break is not asked for while a person’s is in force', () => {
    const d = ready().status('person').breakStatus('on-break').breakStatus('not-on-break').askBreak();
    expect(d.place).toBe('logged-in.deferring');
    expect(d.did('request-break')).toEqual([]);
  });
});

describe('rule 2: Available is confirmed', () => {
  test('rule 2: only the confirmation of the latest wish makes an agent ready', () => {
    const d = start().send({ type: 'shift.began' }).logIn();
    expect(d.place).toBe('logged-in.availing');
    d.send({ type: 'available.confirmed', command: d.last('set-available').command - 1 });
    expect(d.place).toBe('logged-in.availing');
    expect(d.available().place).toBe('ready.idle');
  });

  test('rule 2: refused three times, paced, the agent logs off and stops with the reason', async () => {
    const d = start().send({ type: 'shift.began' }).logIn().available('refused');
    const from = d.clock.monotonic();
    const tried: number[] = [];
    while (d.did('set-available').length < 3) {
      await d.wait(500);
      if (d.place !== 'logged-in.availing') continue;
      tried.push(d.clock.monotonic() - from);
      d.available('refused');
    }
    expect(tried).toEqual([2_000, 6_000]);
    expect(d.place).toBe('logoff-pending.idle');
    expect(d.stoppedFor).toEqual(['available-refused']);
    d.granted();
    await d.farewell();
    expect(d.place).toBe('logged-out.stopped');
    expect(d.done).toBe(1);
  });

  test('rule 2: while it rests after a refusal, an ACD status in force is as good', () => {
    const d = start().send({ type: 'shift.began' }).logIn().available('refused');
    expect(d.place).toBe('logged-in.resting');
    expect(d.status('acd').place).toBe('ready.idle');
  });

  test.each([
    ['break-pending', (d: AgentDriver) => d.askBreak()],
    ['logoff-pending', (d: AgentDriver) => d.askLogOff()],
  ])(
    'rule 2: in %s Available is set after a disposition, so that a call already dialled can arrive',
    async (state, ask) => {
      const d = ask(onCall());
      await d.finish();
      expect(d.place).toBe(`${state}.lingering`);
      expect(d.did('set-available')).toHaveLength(1);
      await d.wait(DEFAULT_TIMINGS.grantMs);
      expect(d.place).toBe(`${state}.idle`);
      expect(d.did('set-available')).toHaveLength(2);
      d.pop('102');
      expect(d.place).toBe(`${state}.talking`);
      await d.finish();
      expect(d.closed).toEqual(['101 accepted answer', '102 accepted answer']);
    },
  );

  test.each([
    ['break-pending', (d: AgentDriver) => d.askBreak(), (d: AgentDriver) => d.breakStatus('on-break'), 'on-break'],
    ['logoff-pending', (d: AgentDriver) => d.askLogOff(), (d: AgentDriver) => d.granted(), 'logged-out.parting'],
  ])('rule 2: in %s a grant that is already on its way comes before Available', async (_, ask, grant, target) => {
    const d = ask(onCall());
    await d.finish();
    grant(d);
    expect(d.place).toBe(target);
    await d.wait(10_000);
    expect(d.did('set-available')).toHaveLength(1);
  });

  test('rule 2: the end status is set only after the logout grant and with no call open', async () => {
    const d = onCall().askLogOff().granted();
    expect(d.did('say-farewell')).toEqual([]);
    await d.finish();
    expect(d.place).toBe('logged-out.parting');
    expect(d.did('say-farewell')).toHaveLength(1);
    expect(d.did('set-available')).toHaveLength(1);
  });
});

describe('rule 3: a pop anywhere', () => {
  test.each([
    ['choosing', (d: AgentDriver) => d.connect().loggedIn()],
    ['enlisting', (d: AgentDriver) => d.connect().loggedIn().offered(['c-1'], 0)],
    ['availing', (d: AgentDriver) => d.logIn()],
    ['resting', (d: AgentDriver) => d.logIn().available('refused')],
    ['no-campaign', (d: AgentDriver) => d.connect().loggedIn().offered([], 0)],
    ['unlinked', (d: AgentDriver) => d.logIn().send({ type: 'link.down' })],
  ])('rule 3: in logged-in.%s it enters on-call', (inner, reach) => {
    const d = reach(start().send({ type: 'shift.began' }));
    expect(d.place).toBe(`logged-in.${inner}`);
    expect(d.pop('101').place).toBe('on-call.talking');
  });

  test('rule 3: on a break it enters on-call, and afterwards the agent returns to its break and break status', async () => {
    const d = ready().askBreak(600_000).breakStatus('on-break').status('ours').pop('101');
    expect(d.place).toBe('on-call.talking');
    d.news();
    await d.finish();
    expect(d.place).toBe('on-break');
    expect(d.news()).toEqual(['decide', 'disposition', 'set-break-status']);
    expect(d.factsOf('break.granted')).toHaveLength(1);
    expect(d.factsOf('break.ended')).toHaveLength(0);
  });

  test('rule 3: a break that ran out during the call is ended, not taken up again', async () => {
    const d = ready().askBreak(10_000).breakStatus('on-break').status('ours').pop('101');
    await d.wait(20_000);
    d.news();
    await d.finish();
    expect(d.news()).toEqual(['decide', 'disposition', 'end-break', 'set-available']);
    expect(d.place).toBe('logged-in.availing');
  });

  test('rule 3: a pop before Dialer accepted the log-in waits for it', () => {
    const d = start().send({ type: 'shift.began' }).connect().pop('101');
    expect(d.place).toBe('logged-out.connecting.logging-in');
    expect(d.loggedIn().place).toBe('on-call.talking');
    expect(d.popped).toEqual(['101']);
  });

  test('rule 3: after the logout grant it is handled before the session is deleted', async () => {
    const d = ready().askLogOff().granted();
    expect(d.place).toBe('logged-out.parting');
    d.pop('101');
    expect(d.place).toBe('logoff-pending.talking');
    await d.finish();
    expect(d.did('close-session')).toEqual([]);
    expect(d.place).toBe('logged-out.parting');
    await d.farewell();
    expect(d.place).toBe('logged-out.offline');
    expect(d.closed).toEqual(['101 accepted answer']);
  });

  const REACH: Record<string, () => AgentDriver | Promise<AgentDriver>> = {
    previewing: () => preview(),
    placing: () => placing(),
    ringing: async () => (await placing()).answer('place', 'ok'),
    talking: () => onCall(),
    'hanging-up': () => onCall().wait(60_000),
    'wrapping-up': () => onCall().ended(),
  };
  test.each(Object.entries(REACH))(
    'rule 3: a new id in %s voids the open call and takes the new one',
    async (inner, reach) => {
      const d = await reach();
      expect(d.place).toBe(`on-call.${inner}`);
      d.pop('102');
      expect(d.place).toBe('on-call.talking');
      expect(d.closed).toEqual(['101 void agent-received-a-new-call']);
      await d.finish();
      expect(d.closed).toEqual(['101 void agent-received-a-new-call', '102 accepted answer']);
    },
  );
  test.each(Object.entries(REACH))('rule 3: the same id in %s is an update and counts once', async (inner, reach) => {
    const d = await reach();
    d.news();
    d.pop('101', { preview: d.call?.pop.preview === true, campaign: 'Renamed' });
    expect(d.place).toBe(`on-call.${inner}`);
    expect(d.news()).toEqual([]);
    expect(d.call?.pop.campaign).toBe('Renamed');
    expect(d.popped).toEqual(['101']);
  });

  test.each([
    ['ok', '101 accepted answer'],
    ['gone', '101 void not-found'],
    ['refused', '101 void agent-received-a-new-call'],
    ['unavailable', '101 void agent-received-a-new-call'],
    ['unsent', '101 void agent-received-a-new-call'],
    ['lost', '101 unknown no-answer'],
  ] as const)('rule 3: a new id while a disposition is in flight waits for its answer: %s', async (verdict, result) => {
    const d = (await dispositioning()).pop('102');
    expect(d.place).toBe('on-call.dispositioning');
    expect(d.popped).toEqual(['101']);
    d.answer('disposition', verdict);
    expect(d.place).toBe('on-call.talking');
    expect(d.closed).toEqual([result]);
    expect(d.popped).toEqual(['101', '102']);
    expect(d.did('disposition')).toHaveLength(1);
  });

  test('rule 3: of two pops that wait, the first is over before it was taken', async () => {
    const d = (await dispositioning()).pop('102').pop('103').answer('disposition', 'ok');
    expect(d.closed).toEqual(['102 void agent-received-a-new-call', '101 accepted answer']);
    expect(d.call?.pop.interactionId).toBe('103');
  });
});

describe('rule 4: previews', () => {
  test('rule 4: placed after thinking, rings, connects, talks, is hung up, wrapped up and dispositioned', async () => {
    const d = preview();
    expect(d.place).toBe('on-call.previewing');
    await d.wait(SECOND);
    expect(d.last('place').order).toEqual({ do: 'place', call: '101', byTimer: false });
    d.answer('place', 'ok');
    expect(d.place).toBe('on-call.ringing');
    d.connected();
    expect(d.place).toBe('on-call.talking');
    await d.wait(60_000);
    expect(d.place).toBe('on-call.hanging-up');
    d.answer('disconnect', 'ok');
    expect(d.place).toBe('on-call.wrapping-up');
    await d.wrapUp();
    d.answer('disposition', 'ok');
    expect(d.place).toBe('logged-in.availing');
    expect(d.previews).toEqual(['101 placed']);
    expect(d.closed).toEqual(['101 accepted answer']);
    expect(d.did('decide').map(({ order }) => order.point)).toEqual(['offer', 'connect', 'end']);
    expect(d.did('decide').at(-1)?.order.call).toEqual({
      interactionId: '101',
      nth: 1,
      connected: true,
      endedBy: 'us',
      talkedMs: 60_000,
    });
  });

  test('rule 4: a call decided skip is never placed, not even by its timer', async () => {
    const d = ready({ place: false, thinkMs: 60_000 }).pop('101', { preview: true, previewEndsInMs: 30_200 });
    await d.wait(29_199);
    expect(d.place).toBe('on-call.previewing');
    await d.wait(1);
    expect(d.place).toBe('on-call.dispositioning');
    d.answer('disposition', 'ok');
    await d.wait(120_000);
    expect(d.did('place')).toEqual([]);
    expect(d.previews).toEqual(['101 skipped']);
  });

  test('rule 4: a call is never placed without a decision', async () => {
    const d = preview({ decides: false });
    await d.wait(24 * 3_600_000);
    expect(d.did('place')).toEqual([]);
    expect(d.closed).toEqual(['101 failed no-label']);
    expect(d.previews).toEqual(['101 withdrawn']);
  });

  test('rule 4: a placed preview that never connects is hung up after ringFor and decided as not connected', async () => {
    const d = (await placing()).answer('place', 'ok');
    await d.wait(39_999);
    expect(d.place).toBe('on-call.ringing');
    await d.wait(1);
    expect(d.place).toBe('on-call.hanging-up');
    d.answer('disconnect', 'gone');
    expect(d.last('decide').order).toMatchObject({
      point: 'end',
      call: { connected: false, endedBy: 'us', talkedMs: 0 },
    });
  });

  test('rule 4: the timer places what is still undecided in time, and says so', async () => {
    const d = ready({ thinkMs: 90_000 }).pop('101', { preview: true, previewEndsInMs: 30_200 });
    await d.wait(30_200);
    expect(d.last('place').order).toMatchObject({ byTimer: true });
    d.pop('101', { preview: true, placed: true });
    expect(d.previews).toEqual(['101 timed-out']);
  });

  test('rule 4: an update of the pop does not shorten the preview, and a slow answer does not make it timed out', async () => {
    const d = ready({ thinkMs: 30_000 }).pop('101', { preview: true, previewEndsInMs: 30_200 });
    await d.wait(20_000);
    d.pop('101', { preview: true, previewEndsInMs: 10_200 });
    await d.wait(10_000);
    expect(d.last('place').order).toMatchObject({ byTimer: false });
    await d.wait(SECOND);
    d.answer('place', 'ok');
    expect(d.previews).toEqual(['101 placed']);
  });

  test.each([
    ['a previewPop with callPlaced', { preview: true, placed: true }, 'on-call.ringing'],
    ['a dataPop', { preview: false }, 'on-call.talking'],
  ])('rule 4: %s of the same id, before or after the answer, says that it is placed', async (_, pop, place) => {
    for (const first of ['pop', 'answer'] as const) {
      const d = await placing();
      if (first === 'answer') d.answer('place', 'ok');
      d.pop('101', pop);
      if (first === 'pop') d.answer('place', 'ok');
      expect(d.place).toBe(place);
      expect(d.previews).toEqual(['101 placed']);
      expect(d.did('place')).toHaveLength(1);
    }
  });

  test.each(['previewing', 'placing', 'ringing'] as const)(
    'rule 4: a dataPop of the same contact under a new id, while %s, is the same call',
    async (inner) => {
      const d = inner === 'previewing' ? preview() : await placing();
      if (inner === 'ringing') d.answer('place', 'ok');
      d.pop('201', { contact: 'contact of 101' });
      expect(d.place).toBe('on-call.talking');
      expect(d.previews).toEqual([inner === 'ringing' ? '101 placed' : '201 placed']);
      await d.finish();
      expect(d.last('disposition').order.call).toBe('201');
      expect(d.popped).toEqual(['101']);
      expect(d.factsOf('call.renamed')).toMatchObject([
        { was: '101', call: { interactionId: '201', kind: 'preview' } },
      ]);
      expect(d.closed).toEqual(['201 accepted answer']);
    },
  );

  test('rule 4: so it is when the connect was told first', async () => {
    const d = (await placing()).answer('place', 'ok').connected().pop('201', { contact: 'contact of 101' });
    expect(d.place).toBe('on-call.talking');
    expect(d.call?.pop.interactionId).toBe('201');
    expect(d.popped).toEqual(['101']);
    // Only once: the next call to the same contact is another call.
    expect(d.pop('202', { contact: 'contact of 101' }).popped).toEqual(['101', '202']);
  });

  test('rule 4: a placed previewPop under a new id rings; it is not a conversation yet', async () => {
    const d = (await placing()).pop('201', { preview: true, placed: true, contact: 'contact of 101' });
    expect(d.place).toBe('on-call.ringing');
  });

  test('rule 4: a duplicate of the same contact and id renames nothing, nor does a call that was no preview', async () => {
    const d = (await placing()).answer('place', 'ok').pop('101', { preview: true, placed: true });
    const other = onCall().pop('102', { contact: 'contact of 101' });
    expect([...d.factsOf('call.renamed'), ...other.factsOf('call.renamed')]).toEqual([]);
    expect(other.popped).toEqual(['101', '102']);
  });

  test('rule 4: a lost answer to a place request, and a pop that shows it placed, does not place it again', async () => {
    const d = (await placing()).answer('place', 'lost').pop('101', { preview: true, placed: true });
    expect(d.place).toBe('on-call.ringing');
    expect(d.did('place')).toHaveLength(1);
  });

  test('rule 4: a lost answer and a pop that shows it unplaced: place', async () => {
    const d = (await placing()).answer('place', 'lost').pop('101', { preview: true });
    expect(d.place).toBe('on-call.placing');
    expect(d.did('place')).toHaveLength(2);
  });

  test.each(['lost', 'gone', 'refused', 'forbidden'] as const)(
    'rule 4: %s and no pop: never placed blindly again; hung up and dispositioned as not connected',
    async (verdict) => {
      const d = (await placing()).answer('place', verdict);
      await d.wait(DEFAULT_TIMINGS.placeDoubtMs);
      expect(d.place).toBe('on-call.hanging-up');
      d.answer('disconnect', 'gone');
      await d.wrapUp();
      d.answer('disposition', 'ok');
      expect(d.did('place')).toHaveLength(1);
      expect(d.previews).toEqual(['101 withdrawn']);
      expect(d.closed).toEqual(['101 accepted answer']);
    },
  );

  test.each(['unavailable', 'unsent'] as const)(
    'rule 4: a place request that certainly failed (%s) is sent again, three times in all',
    async (verdict) => {
      const d = await placing();
      for (let i = 0; i < 2; i++) {
        d.answer('place', verdict);
        expect(d.place).toBe('on-call.previewing');
        await d.wait(DEFAULT_TIMINGS.retryMs);
        expect(d.place).toBe('on-call.placing');
      }
      d.answer('place', verdict);
      await d.wait(60_000);
      expect(d.did('place')).toHaveLength(3);
      expect(d.place).toBe('on-call.hanging-up');
    },
  );

  test('rule 4: an unplaced duplicate while the request is in flight does not place it twice', async () => {
    const d = (await placing()).pop('101', { preview: true }).pop('101', { preview: true });
    expect(d.did('place')).toHaveLength(1);
  });

  test('rule 4: a preview that is taken away is decided at its end', async () => {
    const d = preview().ended();
    expect(d.place).toBe('on-call.wrapping-up');
    expect(d.previews).toEqual(['101 withdrawn']);
  });

  test('rule 4: a place request cut by the session: a re-pop without callPlaced places, with it rings', async () => {
    for (const placed of [false, true]) {
      const d = (await placing()).lost();
      d.connect().loggedIn().pop('101', { preview: true, placed });
      await d.wait(0);
      expect(d.place).toBe(placed ? 'on-call.ringing' : 'on-call.placing');
      expect(d.did('place')).toHaveLength(placed ? 1 : 2);
    }
  });
});

describe('rule 5: a lost answer to a disposition', () => {
  test('rule 5: it is sent again while the session lives, no other pop was seen and Available was not set', async () => {
    const d = (await dispositioning()).answer('disposition', 'lost');
    expect(d.place).toBe('on-call.redispositioning');
    await d.wait(SECOND);
    expect(d.place).toBe('on-call.dispositioning');
    expect(d.did('disposition')).toHaveLength(2);
    expect(d.did('set-available')).toHaveLength(1);
  });

  test('rule 5: 404 to a first send is void', async () => {
    const d = (await dispositioning()).answer('disposition', 'gone');
    expect(d.closed).toEqual(['101 void not-found']);
    expect(d.place).toBe('logged-in.availing');
  });

  test('rule 5: 404 to a re-send is accepted, for session and link stayed up', async () => {
    const d = (await dispositioning()).answer('disposition', 'lost');
    await d.wait(SECOND);
    expect(d.answer('disposition', 'gone').closed).toEqual(['101 accepted resend-404']);
  });

  test('rule 5: of a preview whose own timer ran out meanwhile, 404 to a re-send proves nothing', async () => {
    const d = ready({ place: false, thinkMs: 18_000 }).pop('101', { preview: true, previewEndsInMs: 20_200 });
    await d.wait(18_000);
    d.answer('disposition', 'lost');
    await d.wait(SECOND);
    expect(d.answer('disposition', 'gone').closed).toEqual(['101 accepted resend-404']);
    const late = ready({ place: false, thinkMs: 18_000 }).pop('101', { preview: true, previewEndsInMs: 20_200 });
    await late.wait(20_200);
    late.answer('disposition', 'lost');
    await late.wait(SECOND);
    expect(late.answer('disposition', 'gone').closed).toEqual(['101 unknown preview-ended']);
  });

  test('rule 5: a link that was down before the first send breaks nothing', async () => {
    const d = onCall().send({ type: 'link.down' }, { type: 'link.up' }).loggedIn().ended();
    await d.wrapUp();
    d.answer('disposition', 'lost');
    await d.wait(SECOND);
    expect(d.answer('disposition', 'gone').closed).toEqual(['101 accepted resend-404']);
  });

  test('rule 5: 404 to a re-send over a link that broke is unknown', async () => {
    const d = (await dispositioning()).answer('disposition', 'lost').send({ type: 'link.down' }, { type: 'link.up' });
    d.loggedIn();
    expect(d.place).toBe('on-call.dispositioning');
    expect(d.answer('disposition', 'gone').closed).toEqual(['101 unknown not-found-after-a-break']);
  });

  test('rule 5: 404 to a re-send over a broken session is unknown', async () => {
    const d = (await dispositioning()).lost().connect().loggedIn().pop('101');
    expect(d.place).toBe('on-call.dispositioning');
    expect(d.did('disposition')).toHaveLength(2);
    expect(d.answer('disposition', 'gone').closed).toEqual(['101 unknown not-found-after-a-break']);
  });

  test('rule 5: another pop while the answer is in doubt makes it unknown', async () => {
    const d = (await dispositioning()).answer('disposition', 'lost').pop('102');
    expect(d.closed).toEqual(['101 unknown no-answer']);
    expect(d.call?.pop.interactionId).toBe('102');
    expect(d.did('disposition')).toHaveLength(1);
  });

  test('rule 5: in doubt, the next call makes it unknown, whatever the answer to the re-send', async () => {
    for (const verdict of ['unsent', 'unavailable', 'refused'] as const) {
      const d = (await dispositioning()).answer('disposition', 'lost');
      await d.wait(SECOND);
      expect(d.pop('102').answer('disposition', verdict).closed).toEqual(['101 unknown no-answer']);
    }
  });

  test('rule 5: a break or log-off granted meanwhile is the proof that the disposition was taken', async () => {
    const d = (await dispositioning()).answer('disposition', 'lost');
    await d.wait(SECOND);
    expect(d.answer('disposition', 'granted').closed).toEqual(['101 accepted granted']);
    const broken = (await dispositioning())
      .answer('disposition', 'lost')
      .send({ type: 'link.down' }, { type: 'link.up' });
    broken.loggedIn();
    expect(broken.answer('disposition', 'granted').closed).toEqual(['101 unknown not-found-after-a-break']);
  });

  test('rule 5: what can only hit another call is not sent, and the call is unknown', async () => {
    const d = (await dispositioning()).answer('disposition', 'lost');
    await d.wait(SECOND);
    expect(d.answer('disposition', 'moot').closed).toEqual(['101 unknown no-answer']);
    expect(d.place).toBe('logged-in.availing');
  });

  test('rule 5: another pop after a re-login makes it unknown, not void', async () => {
    const d = (await dispositioning()).lost().connect().loggedIn().pop('102');
    expect(d.closed).toEqual(['101 unknown no-answer']);
    expect(d.call?.pop.interactionId).toBe('102');
  });

  test('rule 5: no re-pop within recovery.wait after a re-login is unknown, and nothing is sent', async () => {
    const d = (await dispositioning()).lost().logIn();
    expect(d.place).toBe('logged-in.recovering');
    await d.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(d.closed).toEqual(['101 unknown no-re-pop']);
    expect(d.did('disposition')).toHaveLength(1);
    expect(d.place).toBe('logged-in.availing');
  });

  test('rule 5: an intent that never left is sent once after the re-login, pop or no pop', async () => {
    const d = (await dispositioning()).answer('disposition', 'unsent').lost().logIn();
    await d.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(d.place).toBe('on-call.dispositioning');
    expect(d.did('disposition')).toHaveLength(2);
    expect(d.answer('disposition', 'gone').closed).toEqual(['101 void not-found']);
  });

  test('rule 5: in doubt until the time is over is unknown', async () => {
    const d = await dispositioning();
    while (d.closed.length === 0) {
      if (d.place === 'on-call.dispositioning') d.answer('disposition', 'lost');
      await d.wait(SECOND);
    }
    expect(d.closed).toEqual(['101 unknown no-answer']);
    expect(d.factsOf('call.closed')[0]?.seconds).toBeGreaterThanOrEqual(120);
    expect(d.factsOf('call.closed')[0]?.seconds).toBeLessThan(140);
    expect(d.stoppedFor).toEqual([]);
  });

  test('rule 5: a late answer to an earlier send changes nothing', async () => {
    const d = await dispositioning();
    const { command } = d.last('disposition');
    d.answer('disposition', 'lost');
    await d.wait(SECOND);
    d.send({ type: 'call.disposition-answered', command, verdict: 'refused', label: 'x' });
    expect(d.place).toBe('on-call.dispositioning');
  });

  test('rule 5: a waiting pop outlives the session as the open call: Dialer has moved on to it', async () => {
    const reach = async (): Promise<AgentDriver> => (await dispositioning()).pop('102').lost();
    const d = await reach();
    expect(d.popped).toEqual(['101', '102']);
    expect(d.closed).toEqual(['101 unknown no-answer']);
    d.logIn();
    await d.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(d.closed).toEqual(['101 unknown no-answer', '102 unknown no-re-pop']);
    const again = (await reach()).connect().loggedIn().pop('102');
    expect(again.place).toBe('on-call.talking');
    expect(again.popped).toEqual(['101', '102']);
  });
});

describe('a break asked for while the log-in to Dialer is broken', () => {
  test('is taken in mid-call also where a removal has dropped the one before', () => {
    const d = onCall().askBreak().granted();
    expect([d.place, d.agent.context().pause]).toEqual(['break-pending.talking', null]);
    expect(d.askBreak().agent.context().pause).not.toBeNull();
  });

  test('is requested when the log-in is repaired, not before', async () => {
    const d = onCall().send({ type: 'link.down' }, { type: 'link.up' });
    d.send({ type: 'dialer.log-in-failed', command: d.last('log-in').command, code: 'icws/unavailable', final: false });
    d.askBreak();
    expect(d.did('request-break')).toHaveLength(0);
    await d.finish();
    expect(d.place).toBe('logged-in.relinking');
    expect(d.did('request-break')).toHaveLength(0);
    d.loggedIn().offered(['c-1'], 0).enlisted();
    expect(d.place).toBe('break-pending.idle');
    expect(d.did('request-break')).toHaveLength(1);
  });
});

describe('rule 6: a disposition is refused', () => {
  test('rule 6: the next label is tried once, then the call has failed: log off, never Available again, stop', async () => {
    const d = await dispositioning();
    d.answer('disposition', 'refused');
    expect(d.did('disposition').map(({ order }) => order.choice)).toEqual([0, 1]);
    d.news();
    d.answer('disposition', 'refused');
    expect(d.closed).toEqual(['101 failed refused']);
    expect(d.place).toBe('logoff-pending.idle');
    expect(d.news()).toEqual(['log-off']);
    expect(d.stoppedFor).toEqual(['disposition-refused']);
    // A call already dialled is handled all the same, and even then Available is not set.
    d.pop('102');
    await d.finish();
    await d.wait(10_000);
    expect(d.closed).toEqual(['101 failed refused', '102 accepted answer']);
    expect(d.news()).not.toContain('set-available');
    d.granted();
    await d.farewell();
    expect(d.place).toBe('logged-out.stopped');
    expect(d.done).toBe(1);
    expect(d.stoppedFor).toEqual(['disposition-refused']);
  });

  test('rule 6: a shift end during the failure does not bring the agent back', async () => {
    const d = (await dispositioning()).answer('disposition', 'forbidden').askLogOff(false).granted();
    await d.farewell();
    expect(d.place).toBe('logged-out.stopped');
  });

  test('rule 6: no acceptable label at all fails at once; a call still connected is hung up', async () => {
    const d = onCall({ choices: 0 }).status('dialer-call').ended();
    expect(d.closed).toEqual(['101 failed no-label']);
    const unplaced = ready({ place: false, choices: 0 }).pop('101', { preview: true });
    await unplaced.wait(SECOND);
    expect(unplaced.closed).toEqual(['101 failed no-label']);
    expect(unplaced.did('disconnect').map(({ order }) => order.of.ref.interactionId)).toEqual(['101']);
  });

  test('rule 6: a definite 5xx is retried with back-off for two minutes, then the call has failed', async () => {
    const d = await dispositioning();
    const from = d.clock.monotonic();
    const gaps: number[] = [];
    while (d.closed.length === 0) {
      const sent = d.did('disposition').length;
      d.answer('disposition', 'unavailable');
      const since = d.clock.monotonic();
      while (d.closed.length === 0 && d.did('disposition').length === sent) await d.wait(500);
      gaps.push((d.clock.monotonic() - since) / SECOND);
    }
    expect(gaps.slice(0, 6)).toEqual([1, 2, 4, 8, 10, 10]);
    expect(d.clock.monotonic() - from).toBeGreaterThanOrEqual(120_000);
    expect(d.closed).toEqual(['101 failed unavailable']);
    expect(d.stoppedFor).toEqual(['disposition-refused']);
    expect(d.did('set-available')).toHaveLength(1);
  });

  test('rule 6: it comes back within the two minutes: accepted', async () => {
    const d = (await dispositioning()).answer('disposition', 'unavailable');
    await d.wait(SECOND);
    expect(d.answer('disposition', 'ok').closed).toEqual(['101 accepted answer']);
  });
});

describe('rule 7: the session is lost with a call open', () => {
  test.each(STAGES)(
    'rule 7: in %s the call stays, and a re-pop takes it up without counting it again',
    async (stage, reach, place) => {
      const d = await reach();
      expect(d.call?.stage).toBe(stage);
      d.lost();
      expect(d.place).toBe('logged-out.waiting');
      expect(d.call?.pop.interactionId).toBe('101');
      d.connect()
        .loggedIn()
        .pop('101', { preview: d.call?.pop.preview === true });
      expect(d.place).toBe(place);
      expect(d.popped).toEqual(['101']);
      expect(d.closed).toEqual([]);
    },
  );

  test.each(STAGES)('rule 7: in %s, and no re-pop, the result is unknown', async (_, reach) => {
    const d = (await reach()).lost().logIn();
    await d.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(d.closed).toEqual(['101 unknown no-re-pop']);
    expect(d.place).toBe('logged-in.availing');
  });

  test('rule 7: what is left of an open line is hung up when no pop comes again', async () => {
    const d = onCall().lost().logIn();
    d.news();
    await d.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(d.news()).toEqual(['disconnect', 'set-available']);
  });

  test('rule 7: it recovers also when no campaign is left', async () => {
    const d = onCall().lost().connect().loggedIn().offered([], 0);
    expect(d.place).toBe('logged-in.recovering');
    await d.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(d.closed).toEqual(['101 unknown no-re-pop']);
    expect(d.place).toBe('logged-in.no-campaign');
  });

  test('rule 7: a pending log-off is requested again, before the disposition', async () => {
    const d = onCall().askLogOff().lost().connect().loggedIn();
    d.news();
    d.pop('101');
    expect(d.place).toBe('logoff-pending.talking');
    expect(d.news()).toEqual(['log-off']);
    await d.finish();
    expect(d.place).toBe('logoff-pending.lingering');
  });

  test('rule 7: a log-off asked for while the session is away waits for the call', async () => {
    const d = onCall().lost().askLogOff(true);
    expect(d.place).toBe('logged-out.waiting');
    d.logIn();
    expect(d.place).toBe('logged-in.recovering');
    await d.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(d.place).toBe('logoff-pending.idle');
    expect(d.did('log-off')).toHaveLength(1);
    expect(d.factsOf('logoff.asked')).toHaveLength(1);
  });

  test('rule 7: a break resumes with what is left of it', async () => {
    const d = ready().askBreak(600_000).breakStatus('on-break').status('ours');
    await d.wait(200_000);
    d.lost();
    await d.wait(100_000);
    d.logIn();
    expect(d.place).toBe('break-pending.idle');
    expect(d.did('request-break')).toHaveLength(2);
    d.breakStatus('on-break').status('ours');
    await d.wait(299_999);
    expect(d.place).toBe('on-break');
    await d.wait(1);
    expect(d.place).toBe('logged-in.availing');
    expect(d.factsOf('break.granted')).toHaveLength(1);
    expect(d.factsOf('break.ended')).toHaveLength(1);
  });

  test('rule 7: a break that Dialer kept is resumed without another request', async () => {
    const d = ready().askBreak(600_000).breakStatus('on-break').status('ours').lost();
    d.connect().breakStatus('on-break').loggedIn().offered(['c-1'], 0).enlisted();
    expect(d.place).toBe('on-break');
    expect(d.did('request-break')).toHaveLength(1);
    expect(d.did('set-break-status')).toHaveLength(2);
  });

  test('rule 7: of a break that ran out meanwhile nothing is resumed', async () => {
    const d = ready().askBreak(60_000).breakStatus('on-break').status('ours').lost();
    await d.wait(60_000);
    d.logIn();
    expect(d.place).toBe('logged-in.availing');
    expect(d.did('request-break')).toHaveLength(1);
    expect(d.did('end-break')).toHaveLength(1);
    expect(d.factsOf('break.ended')).toHaveLength(1);
  });

  test('rule 7: a break asked for and not granted is asked for again when the call is taken up', async () => {
    const d = onCall().askBreak().lost().connect().loggedIn().pop('101');
    expect(d.place).toBe('break-pending.talking');
    expect(d.did('request-break')).toHaveLength(2);
    expect(d.factsOf('break.asked')).toHaveLength(1);
  });

  test('rule 7: a person’s break over a lost session goes on if Dialer says so, and else is over', () => {
    const away = (): AgentDriver => ready().status('person').breakStatus('on-break').lost().connect();
    const still = away().loggedIn().breakStatus('on-break');
    expect(still.place).toBe('on-break');
    expect(still.factsOf('break.granted')).toHaveLength(1);
    const over = away().breakStatus('not-on-break').loggedIn().offered(['c-1'], 0).enlisted();
    expect(over.place).toBe('logged-in.availing');
    expect(over.factsOf('break.ended')).toHaveLength(1);
    const late = away().loggedIn().offered(['c-1'], 0).enlisted();
    expect(late.place).toBe('logged-in.deferring');
    expect(late.breakStatus('not-on-break').place).toBe('logged-in.availing');
  });

  test('rule 7: lost without coming back, the open call is unknown and the agent stops', async () => {
    const d = onCall().lost(false);
    await d.wait(0);
    expect(d.place).toBe('logged-out.stopped');
    expect(d.closed).toEqual(['101 unknown session-lost']);
    expect(d.stoppedFor).toEqual(['unauthorized']);
  });

  test.each([
    [
      'the credentials are refused',
      (d: AgentDriver) => {
        d.send({ type: 'turn.granted' });
        return d.send({
          type: 'session.refused',
          command: d.last('open-session').command,
          code: 'credentials-refused',
        });
      },
    ],
    [
      'Dialer refuses for good',
      (d: AgentDriver) => {
        d.connect();
        const { command } = d.last('log-in');
        return d.send({ type: 'dialer.log-in-failed', command, code: 'no-licence', final: true });
      },
    ],
    [
      'the campaigns refuse for good',
      (d: AgentDriver) => d.connect().loggedIn().offered(['c'], 0).enlistFailed('no', true),
    ],
  ])('rule 7: when afterwards %s, the open call is unknown', (_, refuse) => {
    const d = refuse(onCall().lost());
    expect(d.closed).toEqual(['101 unknown gave-up']);
    expect(d.stoppedFor).toHaveLength(1);
  });

  test('rule 7: with a call to recover, a step that fails for now is tried again without deleting the session', async () => {
    const d = onCall().lost().connect();
    const fail = (): AgentDriver =>
      d.send({
        type: 'dialer.log-in-failed',
        command: d.last('log-in').command,
        code: 'icws/unavailable',
        final: false,
      });
    d.news();
    const pauses: number[] = [];
    for (let i = 0; i < 5; i++) {
      expect(fail().place).toBe('logged-out.connecting.retrying');
      const from = d.clock.monotonic();
      while (d.place !== 'logged-out.connecting.preparing') await d.wait(SECOND);
      pauses.push((d.clock.monotonic() - from) / SECOND);
      d.send({ type: 'session.prepared', command: d.last('prepare-session').command });
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32]);
    expect(d.did('close-session')).toHaveLength(1);
    // A server that cannot for so long is given up for another turn.
    expect(fail().place).toBe('logged-out.waiting');
    expect(d.did('close-session')).toHaveLength(2);
    const relinked = onCall().lost().connect().loggedIn().send({ type: 'link.down' }, { type: 'link.up' });
    relinked.send({ type: 'dialer.log-in-failed', command: relinked.last('log-in').command, code: 'x', final: false });
    expect(relinked.place).toBe('logged-in.resting');
    await relinked.wait(2_000);
    expect(relinked.place).toBe('logged-in.relinking');
  });

  test('rule 7: with a call to recover, nothing else leads away from logged-in', async () => {
    const acts: ((d: AgentDriver) => AgentDriver)[] = [
      (d) => d.status('person'),
      (d) => d.breakStatus('pending'),
      (d) => d.breakStatus('on-break'),
      (d) => d.send({ type: 'station.lost' }),
      (d) => d.askLogOff(),
      (d) => d.askBreak(),
      (d) => d.status('acd'),
    ];
    for (const act of acts) {
      for (const reach of [
        (d: AgentDriver) => d.logIn(),
        (d: AgentDriver) => d.connect().loggedIn().offered(['c'], 0).enlistFailed(),
      ]) {
        const d = act(reach(onCall().lost()));
        expect(d.agent.state()).toBe('logged-in');
        await d.wait(3_000);
        if (d.place === 'logged-in.enlisting') d.enlisted();
        await d.wait(DEFAULT_TIMINGS.recoveryMs);
        expect(d.closed).toEqual(['101 unknown no-re-pop']);
      }
    }
  });

  test('rule 7: out of Dialer altogether, there is nothing left to recover', () => {
    const d = onCall().lost().logIn().granted();
    expect(d.place).toBe('logged-out.removed');
    expect(d.closed).toEqual(['101 unknown no-re-pop']);
  });

  test('rule 7: without a call, a lost session is followed by a new turn, and after the grant by rest', () => {
    expect(ready().lost().place).toBe('logged-out.waiting');
    expect(ready().askLogOff().granted().lost().place).toBe('logged-out.offline');
    expect(ready().askLogOff(true).granted().lost().place).toBe('logged-out.stopped');
  });

  test.each([
    ['before', (d: AgentDriver) => d.askLogOff(true).lost()],
    ['after', (d: AgentDriver) => d.lost().askLogOff(true)],
    ['after, on its way back', (d: AgentDriver) => d.lost().send({ type: 'turn.granted' }).askLogOff(true)],
  ])(
    'rule 7: a log-off asked for %s the session was lost: the agent looks whether Dialer holds a call for it',
    (_, act) => {
      const d = act(ready());
      expect(d.done).toBe(0);
      if (d.place === 'logged-out.waiting') d.connect();
      else {
        d.send({ type: 'session.opened', command: d.last('open-session').command, session: 's-2' });
        d.send({ type: 'session.prepared', command: d.last('prepare-session').command });
      }
      d.loggedIn().offered(['c-1'], 0);
      if (d.did('enlist').length > 1) d.enlisted();
      expect(d.place).toBe('logoff-pending.idle');
      expect(d.pop('101').place).toBe('logoff-pending.talking');
    },
  );

  test('rule 7: it looks no longer than that takes, and not at all where it was never ready for calls', async () => {
    const d = ready().lost().askLogOff(true);
    await d.wait(DEFAULT_TIMINGS.lastLookMs);
    expect(d.place).toBe('logged-out.stopped');
    const fresh = new AgentDriver().send({ type: 'shift.began' }).askLogOff(true);
    expect(fresh.place).toBe('logged-out.stopped');
  });
});

describe('rule 8: log-off wins', () => {
  const ASKS = {
    'break.asked': ['break-pending', (d: AgentDriver) => d.askBreak()],
    'logoff.asked': ['logoff-pending', (d: AgentDriver) => d.askLogOff()],
    'station.lost': ['logoff-pending', (d: AgentDriver) => d.send({ type: 'station.lost' })],
  } as const;
  const PAIRS = STAGES.flatMap(([stage, reach]) =>
    Object.entries(ASKS).map(([ask, [state, act]]) => [ask, stage, state, reach, act] as const),
  );
  test.each(PAIRS)(
    'rule 8: %s in %s keeps the inner state, sends nothing again, restarts no timer',
    async (_, stage, state, reach, act) => {
      const d = await reach();
      const look = () => [d.call, d.agent.context().awaiting.step, d.clock.deadlines()];
      const before = look();
      d.news();
      act(d);
      expect(d.place).toBe(`${state}.${stage}`);
      expect(d.news()).toEqual([state === 'break-pending' ? 'request-break' : 'log-off']);
      expect(look()).toEqual(before);
    },
  );

  test('rule 8: from break-pending and on-break it leads to logoff-pending', () => {
    expect(ready().askBreak().askLogOff().place).toBe('logoff-pending.idle');
    const d = ready().askBreak().breakStatus('on-break').askLogOff();
    expect(d.place).toBe('logoff-pending.idle');
    expect(d.factsOf('break.ended')).toHaveLength(1);
    expect(onCall().askBreak().askLogOff().place).toBe('logoff-pending.talking');
  });

  test('rule 8: a break asked for in logoff-pending is refused, and one that Dialer grants is not taken', async () => {
    const d = ready().askLogOff().askBreak().breakStatus('pending').breakStatus('on-break');
    expect(d.place).toBe('logoff-pending.idle');
    expect(d.did('request-break')).toEqual([]);
    expect(d.factsOf('break.granted')).toEqual([]);
    d.pop('101').breakStatus('on-break').askBreak();
    await d.finish();
    expect(d.place).toBe('logoff-pending.lingering');
    expect(d.factsOf('break.granted')).toEqual([]);
  });

  test('rule 8: the answer to a break request that was given up for a log-off is nobody’s concern', () => {
    const d = ready().askBreak().askLogOff().answer('request-break', 'refused');
    expect(d.problems).toEqual([]);
  });

  test('rule 8: leaving one campaign changes nothing while others are left; a campaign that ends does not close the pop', () => {
    expect(ready().granted(false, 1).place).toBe('ready.idle');
    expect(onCall().granted(false, 0).offered([], 0).place).toBe('on-call.talking');
  });

  test('rule 8: no campaign is joined while a log-off is pending', () => {
    const d = ready().askLogOff();
    d.news();
    d.offered(['c-2'], 1).send({ type: 'campaigns.auto-login' });
    d.pop('101').offered(['c-3'], 1).send({ type: 'campaigns.auto-login' });
    expect(d.news()).toEqual(['decide']);
  });

  test('rule 8: asked to leave while the Dialer log-in is on its way, it leaves by a log-off', async () => {
    const d = start().send({ type: 'shift.began' }).connect().askLogOff();
    expect(d.place).toBe('logoff-pending.idle');
    expect(d.loggedIn().place).toBe('logoff-pending.idle');
    await d.granted().farewell();
    expect(d.place).toBe('logged-out.offline');
    const unknown = start().send({ type: 'shift.began' }).connect().askLogOff().answer('log-off', 'refused');
    expect(unknown.place).toBe('logged-out.parting');
  });

  test('rule 8: a log-off asked for twice is one log-off, and the wish to stop for good wins', async () => {
    const d = ready().askLogOff(true).askLogOff(false).granted();
    expect(d.factsOf('logoff.asked')).toHaveLength(1);
    await d.farewell();
    expect(d.place).toBe('logged-out.stopped');
  });

  test('rule 8: a log-off that nobody grants is requested thrice, then the agent leaves without a grant', async () => {
    const d = ready().askLogOff().answer('log-off', 'ok');
    await d.wait(59_999);
    expect(d.did('log-off')).toHaveLength(3);
    expect(d.place).toBe('logoff-pending.idle');
    await d.wait(1);
    expect(d.place).toBe('logged-out.parting');
    expect(d.problems).toEqual(['agent/logoff-not-granted']);
  });

  test('rule 8: a grant that overtakes the answer, and a grant for every campaign, are grants', async () => {
    const d = ready().askLogOff().granted().answer('log-off', 'ok');
    expect(d.place).toBe('logged-out.parting');
    expect(d.factsOf('logoff.granted')).toHaveLength(1);
    expect(ready().askLogOff().granted(false, 0).place).toBe('logged-out.parting');
    const during = onCall().askLogOff().granted(false, 0);
    await during.finish();
    expect(during.place).toBe('logged-out.parting');
    expect(during.factsOf('logoff.granted')).toHaveLength(1);
  });

  test.each(['refused', 'forbidden', 'gone'] as const)(
    'rule 8: %s to a log-off request: Dialer does not know the agent, there is nothing to wait for',
    (verdict) => {
      expect(ready().askLogOff().answer('log-off', verdict).place).toBe('logged-out.parting');
      expect(onCall().askLogOff().answer('log-off', verdict).place).toBe('logoff-pending.talking');
    },
  );
});

describe('rule 9: removed by others', () => {
  test('rule 9: an unrequested full grant is respected until a campaign is offered anew, a supervisor or the shift', () => {
    const back: ((d: AgentDriver) => AgentDriver)[] = [
      (d) => d.offered(['c-1'], 0),
      (d) => d.send({ type: 'campaigns.auto-login' }),
      (d) => d.send({ type: 'shift.began' }),
    ];
    for (const come of back) {
      const d = ready().granted();
      expect(d.place).toBe('logged-out.removed');
      expect(d.problems).toEqual(['agent/removed']);
      expect(d.offered([], 0).place).toBe('logged-out.removed');
      d.news();
      come(d);
      expect(d.news()).toEqual(['log-in']);
      d.loggedIn();
      if (d.place === 'logged-in.choosing') d.offered(['c-1'], 0);
      expect(d.enlisted().available().place).toBe('ready.idle');
    }
  });

  test('rule 9: during a call, the call is finished first', async () => {
    const d = onCall().granted();
    expect(d.place).toBe('on-call.talking');
    await d.finish();
    expect(d.place).toBe('logged-out.removed');
    expect(d.did('set-available')).toHaveLength(1);
  });

  test('rule 9: taken out of all campaigns, but not out of Dialer, the agent stays logged-in, also after a call', async () => {
    const auto = { type: 'campaigns.auto-logout', joined: 0 } as const;
    expect(ready().send(auto).place).toBe('logged-in.no-campaign');
    const d = onCall().send(auto);
    await d.finish();
    expect(d.place).toBe('logged-in.no-campaign');
    d.send({ type: 'campaigns.auto-login' }).enlisted().available();
    expect(d.place).toBe('ready.idle');
  });

  test('rule 9: a new session after a removal does not go back into Dialer, except to finish a call', async () => {
    const d = ready().granted().lost().connect();
    expect(d.place).toBe('logged-out.removed');
    expect(d.did('log-in')).toHaveLength(1);
    const open = onCall().granted().lost().connect();
    expect(open.place).toBe('logged-out.connecting.logging-in');
    open.loggedIn();
    expect(open.place).toBe('logged-in.recovering');
    await open.wait(DEFAULT_TIMINGS.recoveryMs);
    expect(open.closed).toEqual(['101 unknown no-re-pop']);
    expect(open.place).toBe('logged-out.removed');
  });

  test('rule 9: a break in force ends with the removal', () => {
    const d = ready().askBreak().breakStatus('on-break').granted();
    expect(d.place).toBe('logged-out.removed');
    expect(d.factsOf('break.ended')).toHaveLength(1);
  });

  test('rule 9: a removed agent that is told to leave closes its session', async () => {
    const d = ready().granted().askLogOff(true);
    expect(d.place).toBe('logged-out.parting');
    await d.farewell();
    expect(d.place).toBe('logged-out.stopped');
  });
});

describe('rule 10: campaigns', () => {
  test('rule 10: in no campaign the agent stays logged-in and warns after a minute', async () => {
    const d = start().send({ type: 'shift.began' }).connect().loggedIn().offered([], 0);
    expect(d.place).toBe('logged-in.no-campaign');
    await d.wait(59_999);
    expect(d.problems).toEqual([]);
    await d.wait(1);
    expect(d.problems).toEqual(['agent/no-campaign']);
    d.offered(['c-1'], 0).enlisted().available();
    expect(d.place).toBe('ready.idle');
  });

  test('rule 10: every campaign refused: no campaign; one offered anew is joined before Available', () => {
    const d = start().send({ type: 'shift.began' }).connect().loggedIn().offered(['c-1'], 0).enlisted(0);
    expect(d.place).toBe('logged-in.no-campaign');
    d.news();
    d.offered(['c-2'], 0);
    expect(d.place).toBe('logged-in.enlisting');
    expect(d.news()).toEqual(['enlist']);
  });

  test('rule 10: a further campaign is joined beside the work', () => {
    const d = ready().offered(['c-2'], 1);
    expect(d.place).toBe('ready.idle');
    expect(d.did('enlist')).toHaveLength(2);
    d.enlisted(2);
    expect(d.agent.context().dialer.joined).toBe(2);
    const busy = onCall().offered(['c-2'], 1);
    expect(busy.did('enlist')).toHaveLength(2);
    expect(busy.place).toBe('on-call.talking');
  });

  test('rule 10: never two enlistings at once; what is offered meanwhile has its turn afterwards', () => {
    const d = start().send({ type: 'shift.began' }).connect().loggedIn().offered(['c-1'], 0);
    d.offered(['c-2'], 0).offered(['c-2', 'c-3'], 1).send({ type: 'campaigns.auto-login' });
    expect(d.did('enlist')).toHaveLength(1);
    d.enlisted(1);
    expect(d.place).toBe('logged-in.enlisting');
    expect(d.did('enlist')).toHaveLength(2);
    expect(d.enlisted(3).place).toBe('logged-in.availing');
    d.available().offered(['c-4'], 3).offered(['c-5'], 3);
    expect(d.did('enlist')).toHaveLength(3);
    expect(d.enlisted(4).did('enlist')).toHaveLength(4);
    expect(d.enlisted(5).did('enlist')).toHaveLength(4);
    expect(d.place).toBe('ready.idle');
  });

  test('rule 10: joining a further campaign fails for now: tried again', async () => {
    const d = ready().offered(['c-2'], 1).enlistFailed();
    await d.wait(60_000);
    expect(d.did('enlist').length).toBeGreaterThan(2);
  });

  test('rule 10: an enlisting that fails is tried again after a growing pause', async () => {
    const d = start().send({ type: 'shift.began' }).connect().loggedIn().offered(['c-1'], 0);
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      d.enlistFailed();
      const from = d.clock.monotonic();
      while (d.place !== 'logged-in.enlisting') await d.wait(SECOND);
      pauses.push((d.clock.monotonic() - from) / SECOND);
    }
    expect(pauses).toEqual([2, 4, 8, 16]);
  });

  test('rule 10: the last campaign goes away: logged-in; a grant for one of two is not that', () => {
    expect(ready().offered([], 0).place).toBe('logged-in.no-campaign');
    expect(ready().granted(false, 0).place).toBe('logged-in.no-campaign');
    expect(ready().send({ type: 'campaigns.auto-logout', joined: 1 }).place).toBe('ready.idle');
    const availing = start().send({ type: 'shift.began' }).logIn().granted(false, 0).available();
    expect(availing.place).toBe('logged-in.no-campaign');
  });

  test('rule 10: campaigns that never come are not waited for', async () => {
    const d = start().send({ type: 'shift.began' }).connect().loggedIn();
    expect(d.place).toBe('logged-in.choosing');
    await d.wait(DEFAULT_TIMINGS.campaignsMs);
    expect(d.place).toBe('logged-in.enlisting');
    expect(d.enlisted(0).available().place).toBe('ready.idle');
  });
});

describe('rule 11: the station', () => {
  test('rule 11: a lost station: log-off requested, the call finished, the agent stops', async () => {
    const d = onCall().send({ type: 'station.lost' });
    expect(d.place).toBe('logoff-pending.talking');
    expect(d.did('log-off')).toHaveLength(1);
    d.granted();
    await d.finish();
    await d.farewell();
    expect(d.place).toBe('logged-out.stopped');
    expect(d.closed).toEqual(['101 accepted answer']);
    expect(d.stoppedFor).toEqual(['station-lost']);
    expect(d.problems).toEqual(['agent/station-lost']);
  });

  test.each([
    ['ready', () => ready()],
    ['logged-in', () => start().send({ type: 'shift.began' }).logIn()],
    ['break-pending', () => ready().askBreak()],
    ['on-break', () => ready().askBreak().breakStatus('on-break')],
  ])('rule 11: from %s it leads to logoff-pending', (_, reach) => {
    expect(reach().send({ type: 'station.lost' }).place).toBe('logoff-pending.idle');
  });

  test('rule 11: told twice, it is one log-off', () => {
    const d = ready().send({ type: 'station.lost' }, { type: 'station.lost' });
    expect(d.did('log-off')).toHaveLength(1);
    expect(d.stoppedFor).toEqual(['station-lost']);
  });

  test('rule 11: a station that is refused is asked for again after another turn', () => {
    const d = start().send({ type: 'shift.began' }, { type: 'turn.granted' });
    d.send({ type: 'session.opened', command: d.last('open-session').command, session: 's' });
    d.send({
      type: 'session.unprepared',
      command: d.last('prepare-session').command,
      code: 'station-refused',
      final: false,
    });
    expect(d.place).toBe('logged-out.waiting');
    expect(d.last('take-turn').order.after).toBe('station-refused');
  });
});

describe('rule 12: blended agents', () => {
  test('rule 12: while an ACD call is live the agent stays ready and sets no status; then it resumes', async () => {
    const d = ready();
    d.news();
    d.send({ type: 'acd.began' }).status('dialer-call').status('follow-up');
    await d.wait(600_000);
    expect(d.place).toBe('ready.busy-acd');
    expect(d.news()).toEqual([]);
    d.send({ type: 'acd.ended' });
    expect(d.place).toBe('logged-in.resting');
    await d.wait(DEFAULT_TIMINGS.retryMs);
    expect(d.news()).toEqual(['set-available']);
  });

  test('rule 12: an ACD call that began during a Dialer call is left alone after it', async () => {
    const d = onCall().send({ type: 'acd.began' });
    d.news();
    await d.finish();
    expect(d.place).toBe('ready.busy-acd');
    expect(d.news()).toEqual(['decide', 'disposition']);
  });

  test.each([
    ['a break', (d: AgentDriver) => d.askBreak()],
    ['a log-off', (d: AgentDriver) => d.askLogOff()],
  ])('rule 12: with %s pending it sets no status either', async (_, ask) => {
    const d = ask(onCall()).send({ type: 'acd.began' });
    await d.finish();
    d.news();
    await d.wait(10_000);
    expect(d.news()).not.toContain('set-available');
  });

  test('rule 12: an ACD call that begins while the agent rests', async () => {
    const d = ready().status('follow-up').send({ type: 'acd.began' });
    d.news();
    await d.wait(10_000);
    expect(d.place).toBe('ready.busy-acd');
    expect(d.news()).toEqual([]);
  });

  test('rule 12: a person status during an ACD call is followed, and a Dialer pop is taken', () => {
    expect(ready().send({ type: 'acd.began' }).status('person').place).toBe('on-break');
    expect(ready().send({ type: 'acd.began' }).pop('101').place).toBe('on-call.talking');
  });
});

describe('rule 13: one bot per user and application', () => {
  test('rule 13: a station that another took makes the agent log off loudly', () => {
    expect(ready().send({ type: 'station.lost' }).problems).toEqual(['agent/station-lost']);
  });

  test('rule 13: logged in elsewhere: the agent does not come back', async () => {
    const d = ready().send({ type: 'session.lost', reason: 'logged-in-elsewhere', again: false });
    await d.wait(0);
    expect(d.place).toBe('logged-out.stopped');
    expect(d.stoppedFor).toEqual(['logged-in-elsewhere']);
    expect(d.done).toBe(1);
  });
});

describe('rule 14: refused credentials', () => {
  test('rule 14: they are final: no second try', async () => {
    const d = start().send({ type: 'shift.began' }, { type: 'turn.granted' });
    d.send({ type: 'session.refused', command: d.last('open-session').command, code: 'credentials-refused' });
    await d.wait(0);
    expect(d.place).toBe('logged-out.stopped');
    expect(d.stoppedFor).toEqual(['credentials-refused']);
    d.send({ type: 'shift.began' }, { type: 'session.lost', reason: 'x', again: true }, { type: 'cut' });
    await d.wait(3_600_000);
    expect(d.did('take-turn')).toHaveLength(1);
    expect(d.done).toBe(1);
  });
});

describe('the Dialer rules of reference §4.10', () => {
  test('Dialer rule 1: session, log-in, ready-for-calls, Available, pop, log-off, grant, in this order', async () => {
    const d = ready().pop('101');
    d.askLogOff();
    await d.finish();
    d.granted();
    await d.farewell();
    expect(d.news()).toEqual([
      'take-turn',
      'open-session',
      'prepare-session',
      'log-in',
      'enlist',
      'set-available',
      'decide',
      'log-off',
      'decide',
      'disposition',
      'say-farewell',
      'close-session',
    ]);
    expect(d.factsOf('transition').map(({ to }) => to)).toEqual([
      'logged-in',
      'ready',
      'on-call',
      'logoff-pending',
      'logged-out',
    ]);
  });

  test('Dialer rule 1: a step that fails stops the flow', () => {
    const steps: ((d: AgentDriver) => AgentDriver)[] = [
      (d) => d.send({ type: 'session.unreached', command: d.last('open-session').command, code: 'icws/unavailable' }),
      (d) => {
        d.send({ type: 'session.opened', command: d.last('open-session').command, session: 's' });
        const { command } = d.last('prepare-session');
        return d.send({ type: 'session.unprepared', command, code: 'icws/lost', final: false });
      },
      (d) => {
        d.send({ type: 'session.opened', command: d.last('open-session').command, session: 's' });
        d.send({ type: 'session.prepared', command: d.last('prepare-session').command });
        return d.send({
          type: 'dialer.log-in-failed',
          command: d.last('log-in').command,
          code: 'icws/lost',
          final: false,
        });
      },
    ];
    for (const fail of steps) {
      const d = fail(start().send({ type: 'shift.began' }, { type: 'turn.granted' }));
      // The Dialer log-in is tried again within its session, which Dialer may keep a call for.
      expect(['logged-out.waiting', 'logged-out.connecting.retrying']).toContain(d.place);
      expect(d.did('enlist')).toEqual([]);
      if (d.place === 'logged-out.waiting') {
        expect(d.last('take-turn').order.after).not.toBeNull();
        expect(d.ready().place).toBe('ready.idle');
      }
    }
  });

  test('Dialer rule 2: no ready-for-calls before a campaign is there to join; messages may overtake the answer', () => {
    const d = start()
      .send({ type: 'shift.began' })
      .connect()
      .offered(['c-1'], 0)
      .breakStatus('not-on-break')
      .loggedIn();
    expect(d.place).toBe('logged-in.enlisting');
    expect(d.enlisted().available().place).toBe('ready.idle');
  });

  test('Dialer rule 3: a break may be requested at any moment and is granted by message, also before the answer', async () => {
    const d = onCall().askBreak();
    expect(d.place).toBe('break-pending.talking');
    d.breakStatus('pending').breakStatus('on-break').answer('request-break', 'ok');
    expect(d.place).toBe('break-pending.talking');
    await d.finish();
    expect(d.place).toBe('on-break');
    expect(d.factsOf('break.granted')).toHaveLength(1);
  });

  test('Dialer rule 3: an echo of NotOnBreak from before the grant does not undo it', () => {
    const d = ready().askBreak().breakStatus('not-on-break');
    expect(d.place).toBe('break-pending.idle');
    d.breakStatus('pending').breakStatus('on-break').breakStatus('not-on-break').status('acd');
    expect(d.place).toBe('on-break');
    d.status('ours').breakStatus('not-on-break');
    expect(d.place).toBe('logged-in.availing');
  });

  test('Dialer rule 3: a pending break that is withdrawn leads back, and so does one that is refused', () => {
    expect(ready().askBreak().breakStatus('pending').breakStatus('not-on-break').place).toBe('logged-in.availing');
    expect(ready().askBreak().answer('request-break', 'refused').place).toBe('logged-in.availing');
    const d = onCall().askBreak().answer('request-break', 'forbidden');
    expect(d.place).toBe('on-call.talking');
    expect(d.problems).toEqual(['agent/break-refused']);
    expect(onCall().askBreak().breakStatus('pending').breakStatus('not-on-break').place).toBe('on-call.talking');
  });

  test('Dialer rule 3: a break that nobody grants is requested again each minute', async () => {
    const d = ready().askBreak().answer('request-break', 'lost');
    await d.wait(120_000);
    expect(d.did('request-break')).toHaveLength(3);
    expect(d.place).toBe('break-pending.idle');
  });

  test('Dialer rule 4: ending a break waits for nobody', async () => {
    const d = ready().askBreak(60_000).breakStatus('on-break').status('ours');
    d.news();
    await d.wait(60_000);
    expect(d.news()).toEqual(['end-break', 'set-available']);
  });

  test('Dialer rule 6: Available is set after the disposition and never before', async () => {
    const d = onCall();
    d.news();
    await d.finish();
    expect(d.news()).toEqual(['decide', 'disposition', 'set-available']);
  });

  test('Dialer rule 7: out of all campaigns is not out of Dialer', () => {
    expect(ready().granted(false, 0).agent.state()).toBe('logged-in');
  });

  test('Dialer rule 8: a log-off during a call is requested before the disposition, and so is a break', async () => {
    const d = onCall().ended();
    d.news();
    d.askLogOff();
    await d.wrapUp();
    expect(d.news()).toEqual(['log-off', 'disposition']);
  });

  test('Dialer link: lost and found while idle, the agent logs in to Dialer again and goes on', async () => {
    const d = ready().send({ type: 'link.down' });
    expect(d.place).toBe('logged-in.unlinked');
    d.news();
    await d.wait(600_000);
    expect(d.news()).toEqual([]);
    d.send({ type: 'link.up' }).loggedIn().offered(['c-1'], 0).enlisted().available();
    expect(d.place).toBe('ready.idle');
  });

  test('Dialer link: a break that Dialer tells of before the log-in is repaired waits for it, and is taken then', async () => {
    for (const links of [['link.down'], ['link.down', 'link.up']] as const) {
      const d = ready().send(...links.map((type) => ({ type })));
      d.breakStatus('pending').breakStatus('on-break');
      expect(d.agent.state()).toBe('logged-in');
      if (links.length === 1) d.send({ type: 'link.up' });
      d.loggedIn().offered(['c-1'], 0).enlisted();
      expect(d.place).toBe('on-break');
      expect(d.breakStatus('not-on-break').place).toBe('logged-in.availing');
    }
  });

  test('Dialer link: an Up without a Down is no news', () => {
    const d = ready();
    d.news();
    d.send({ type: 'link.up' });
    expect(d.news()).toEqual([]);
    expect(onCall().send({ type: 'link.up' }).did('log-in')).toHaveLength(1);
  });

  test('Dialer link: lost during a call, the disposition is queued and sent after the new log-in', async () => {
    const d = onCall().send({ type: 'link.down' }).ended();
    await d.wait(60_000);
    expect(d.place).toBe('on-call.redispositioning');
    expect(d.did('disposition')).toEqual([]);
    d.send({ type: 'link.up' }).loggedIn();
    expect(d.place).toBe('on-call.dispositioning');
    expect(d.did('disposition')).toHaveLength(1);
    expect(d.did('enlist')).toHaveLength(2);
    expect(d.answer('disposition', 'ok').closed).toEqual(['101 accepted answer']);
  });

  test('Dialer link: the new log-in is made good after the call, answered late or failed during it', async () => {
    const late = onCall().send({ type: 'link.down' }, { type: 'link.up' });
    await late.finish();
    expect(late.place).toBe('logged-in.relinking');
    expect(late.did('log-in')).toHaveLength(2);
    expect(late.loggedIn().place).toBe('logged-in.choosing');

    const failed = onCall().send({ type: 'link.down' }, { type: 'link.up' });
    const { command } = failed.last('log-in');
    failed.send({ type: 'dialer.log-in-failed', command, code: 'icws/unavailable', final: false });
    await failed.finish();
    expect(failed.place).toBe('logged-in.relinking');
    expect(failed.did('log-in')).toHaveLength(3);
  });

  test('Dialer link: with a log-off pending, the log-off is requested again and no campaign is joined', async () => {
    const d = ready().askLogOff().send({ type: 'link.down' }, { type: 'link.up' });
    d.news();
    d.loggedIn();
    expect(d.news()).toEqual(['log-off']);
    expect(d.place).toBe('logoff-pending.idle');
  });

  test('Dialer link: lost with a break pending or on it, the break resumes', async () => {
    for (const reach of [ready().askBreak(), ready().askBreak().breakStatus('on-break').status('ours')]) {
      reach.send({ type: 'link.down' });
      expect(reach.place).toBe('logged-in.unlinked');
      reach.send({ type: 'link.up' }).loggedIn().offered(['c-1'], 0).enlisted();
      expect(reach.place).toBe('break-pending.idle');
      expect(reach.did('request-break')).toHaveLength(2);
    }
    const asked = ready().send({ type: 'link.down' }).askBreak();
    expect(asked.place).toBe('logged-in.unlinked');
    asked.send({ type: 'link.up' }).loggedIn().offered(['c-1'], 0).enlisted();
    expect(asked.place).toBe('break-pending.idle');
    expect(asked.did('request-break')).toHaveLength(1);
  });
});

describe('the end of an agent', () => {
  test('a cut closes what is open, with its preview and the pop that waits, and leaves', async () => {
    const d = (await dispositioning()).pop('102').send({ type: 'cut' });
    expect(d.closed).toEqual(['101 unknown cut', '102 unknown cut']);
    expect(d.popped).toEqual(['101', '102']);
    d.send({ type: 'session.closed', command: d.last('close-session').command });
    await d.wait(0);
    expect(d.place).toBe('logged-out.stopped');
    expect(preview().send({ type: 'cut' }).previews).toEqual(['101 withdrawn']);
  });

  test('a cut while it is leaving makes the leaving final', async () => {
    const d = ready().askLogOff().granted();
    d.send({ type: 'session.farewell-said', command: d.last('say-farewell').command }, { type: 'cut' });
    d.send({ type: 'session.closed', command: d.last('close-session').command });
    await d.wait(0);
    expect(d.place).toBe('logged-out.stopped');
  });

  test('told not to come back while it is leaving, it does not', async () => {
    const d = ready().askLogOff().granted();
    d.send({ type: 'session.farewell-said', command: d.last('say-farewell').command }).lost(false);
    await d.wait(0);
    expect(d.place).toBe('logged-out.stopped');
    expect(d.stoppedFor).toEqual(['unauthorized']);
  });

  test('an agent that is off shift is not woken by stale news', async () => {
    const d = start().lost();
    expect(d.place).toBe('logged-out.offline');
    expect(d.orders).toEqual([]);
    const waiting = start().send({ type: 'shift.began' }).lost();
    expect(waiting.did('take-turn')).toHaveLength(1);
  });

  test('nothing that comes after the stop in the same breath changes anything', async () => {
    const d = start();
    d.agent.send({ type: 'shift.began' });
    d.askLogOff(true);
    d.send({ type: 'session.lost', reason: 'x', again: true }, { type: 'shift.began' });
    await d.wait(60_000);
    expect(d.place).toBe('logged-out.stopped');
    expect(d.did('take-turn')).toHaveLength(1);
    expect(d.done).toBe(1);
  });

  test('a shift that begins while the agent is still leaving is worked', async () => {
    for (const reach of [ready().askLogOff(), ready().askLogOff().granted(), onCall().askLogOff()]) {
      reach.send({ type: 'shift.began' });
      if (reach.call) await reach.finish();
      if (reach.place.startsWith('logoff-pending')) reach.granted();
      await reach.farewell();
      expect(reach.place).toBe('logged-out.waiting');
      expect(reach.ready().place).toBe('ready.idle');
    }
  });

  test('decisions that come while the session is away are kept', async () => {
    const d = onCall({ decides: false });
    d.lost().send({ type: 'call.talk-decided', call: '101', talkMs: 5_000 });
    d.connect().loggedIn().pop('101');
    await d.wait(5_000);
    expect(d.place).toBe('on-call.hanging-up');
  });
});
