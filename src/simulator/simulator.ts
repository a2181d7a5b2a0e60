import type { Clock } from '../base/clock.js';
import { type Log, silentLog } from '../base/log.js';
import type { Random } from '../base/random.js';
import { startAcdTraffic } from './acd.js';
import { type Answer, json, type SimulatorRequest } from './answer.js';
import { type Control, createControl } from './control.js';
import { createWorld, type Errands } from './create-world.js';
import { attachSink, detachSink } from './delivery.js';
import { workAgent, workCampaign } from './dialling.js';
import { faultPage } from './fault-pages.js';
import type { FaultBox, RequestVerdict } from './faults.js';
import { aim, headerOf, perform, type Target } from './gate.js';
import { Injections } from './injections.js';
import type { CampaignEntry, Ledger } from './ledger.js';
import { closeSession, watchUnreadSessions } from './sessions.js';
import { awayAnswer } from './site.js';
import type { Sink, World } from './world.js';
import type { WorldConfig } from './world-config.js';

export interface SimulatorParts {
  readonly world: WorldConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** Reads a contact list's CSV file. */
  readonly readFile?: (path: string) => string;
  readonly log?: Log;
}

/** A pretend CIC with Dialer, without any network: requests in, answers out, messages into sinks. */
export interface Simulator {
  readonly worldId: string;
  readonly clock: Clock;
  /** Answers one request; never rejects. `lost` and `stream` in the answer are orders to the shell. */
  handle(request: SimulatorRequest): Promise<Answer>;
  /** Sends the messages of a session into `sink` from now on, those waiting first. Returns how to end it. */
  openStream(sessionId: string, sink: Sink): () => void;
  ledger(): Ledger;
  /** The seam: behaviours in front of the normal answers. */
  readonly faults: FaultBox;
  /** Faults of the menu (docs/faults.md); those of the world file are laid from the start. */
  readonly injections: Injections;
  readonly control: Control;
  /** An address for a second listener that the world asks for. */
  readonly alternateHost: string | undefined;
  /** Tells the world by which hosts it is reached: the first, and its alternate if there is one. */
  listensOn(hosts: readonly string[]): void;
  /** Calls `listener` after each entry in the ledger; returns how to stop it. */
  on(event: 'ledger-change', listener: () => void): () => void;
  /** Whether no call is open and no number rings. */
  idle(): boolean;
  /** Whether every contact has its final outcome. */
  finished(): boolean;
  /** Stops all timers and ends all streams. */
  close(): void;
}

const LOST = { status: 0, headers: {}, body: '' };
const PLAIN_JSON = { 'content-type': 'application/json; charset=utf-8' };

/** Makes a simulator. Throws when a campaign's contact list cannot be read. */
export function createSimulator(parts: SimulatorParts): Simulator {
  const errands = createErrands();
  const world = createWorld({ ...parts, config: parts.world, log: parts.log ?? silentLog }, errands);
  errands.employ(world);
  watchUnreadSessions(world);
  startAcdTraffic(world);
  const control = createControl(world, parts.readFile);
  const injections = new Injections(world, control);
  const { alternateHost, faults } = parts.world;
  const listensOn = (hosts: readonly string[]): void => {
    world.site.hosts = [...hosts];
    world.alternateHosts = hosts.slice(1);
  };
  if (alternateHost !== undefined) listensOn(['', alternateHost]);
  for (const spec of faults) injections.lay(spec);
  return {
    worldId: world.id,
    clock: parts.clock,
    handle: (request) => handle({ world, injections }, request),
    openStream: (sessionId, sink) => openStream(world, sessionId, sink),
    ledger: () => readLedger(world),
    faults: world.faults,
    injections,
    control,
    alternateHost,
    listensOn,
    on: (_event, listener) => world.ledger.onChange(listener),
    idle: () => isIdle(world),
    finished: () =>
      [...world.campaigns.values()].every((campaign) => campaign.state === 'removed' || campaign.remaining === 0),
    close: () => {
      for (const session of world.sessions.values()) {
        const { sink } = session;
        session.sink = null;
        sink?.close();
      }
      world.timers.close();
    },
  };
}

/** The dialler's in-tray: what it is asked to look at is worked off soon, each campaign and agent once. */
function createErrands(): Errands & { employ(world: World): void } {
  let world: World | null = null;
  let arranged = false;
  const errands: Errands & { employ(world: World): void } = {
    campaigns: new Set(),
    agents: new Set(),
    arrange: () => {
      if (arranged || !world) return;
      arranged = true;
      world.timers.soon(run);
    },
    employ: (employer) => {
      world = employer;
    },
  };
  const run = (): void => {
    arranged = false;
    if (!world) return;
    const agents = [...errands.agents];
    const campaigns = [...errands.campaigns];
    errands.agents.clear();
    errands.campaigns.clear();
    for (const agent of agents) workAgent(world, agent);
    for (const campaign of campaigns) workCampaign(world, campaign);
  };
  return errands;
}

interface House {
  readonly world: World;
  readonly injections: Injections;
}

async function handle(house: House, request: SimulatorRequest): Promise<Answer> {
  const { world } = house;
  const own = ownPage(house, request);
  if (own) return own;
  const target = aim(world, request);
  world.ledger.requests.add(target.operation);
  const answer = await answerOf(world, request, target);
  world.ledger.answers.add(answer.lost ? 'lost' : String(answer.status));
  return answer;
}

async function answerOf(world: World, request: SimulatorRequest, target: Target): Promise<Answer> {
  const host = headerOf(request, 'host').replace(/:\d+$/, '');
  const verdict = world.faults.active ? askFaults(world, request, target, host) : undefined;
  const { operation, sessionId } = target;
  const away = awayAnswer(world, { host, operation, sessionId });
  const aimed = away ? { ...target, act: () => away } : target;
  return verdict ? obey(world, aimed, verdict) : perform(world, aimed);
}

function askFaults(world: World, request: SimulatorRequest, target: Target, host: string): RequestVerdict | undefined {
  const session = target.sessionId === null ? undefined : world.sessions.get(target.sessionId);
  return world.faults.onRequest({
    method: request.method.toUpperCase(),
    operation: target.operation,
    host,
    user: session?.user.id ?? (target.operation === 'POST connection' ? userWhoLogsIn(request.body) : null),
    session: session?.id ?? null,
    wantsStream: headerOf(request, 'accept').toLowerCase().includes('text/event-stream'),
  });
}

function userWhoLogsIn(body: string | undefined): string | null {
  const name = /"userID"\s*:\s*"([^"\\]*)"/.exec(body ?? '')?.[1];
  return name ?? null;
}

async function obey(world: World, target: Target, verdict: RequestVerdict): Promise<Answer> {
  const session = target.sessionId === null ? undefined : world.sessions.get(target.sessionId);
  /** Lets it happen; whoever does not learn of it in time is not to blame for asking again. */
  const act = (): Answer => {
    const before =
      session && new Set([...session.agent.joined].filter((joined) => !session.agent.joinedUnheard.has(joined)));
    const answer = perform(world, target);
    if (!session) return answer;
    const { agent } = session;
    agent.excused = true;
    for (const campaign of agent.joined) if (!before?.has(campaign)) agent.joinedUnheard.add(campaign);
    return answer;
  };
  const actUnheard = (): Answer => {
    const answer = act();
    const call = session?.agent.call;
    if (call && answer.body.includes(`"interactionId":"${call.id}"`)) call.isTold = false;
    return answer;
  };
  switch (verdict.do) {
    case 'answer':
      return verdict.answer;
    case 'drop':
      return { ...LOST, lost: verdict.how ?? 'closed' };
    case 'lose': {
      const answer = actUnheard();
      return verdict.how === 'cut' ? { ...answer, lost: 'cut' } : { ...LOST, lost: verdict.how ?? 'closed' };
    }
    case 'hang':
      if (verdict.acts) actUnheard();
      return { ...LOST, lost: 'hung' };
    case 'delay': {
      const answer = act();
      await new Promise<void>((resolve) => world.timers.after(verdict.ms, resolve));
      return answer;
    }
    case 'linger': {
      const before = session?.agent.call;
      await new Promise<void>((resolve) => world.timers.after(verdict.ms, resolve));
      // Sent before that call came: whoever sent it did not know of it.
      const came = session?.agent.call;
      if (came && came !== before) came.isTold = false;
      return act();
    }
    case 'expire':
      if (session) closeSession(world, session, 'broken', 'The session expired.');
      return perform(world, target);
    case 'amend':
      return verdict.amend(perform(world, target));
  }
}

/** The simulator's own pages, beside ICWS: no credentials needed. */
function ownPage({ world, injections }: House, request: SimulatorRequest): Answer | undefined {
  if (!request.path.startsWith('/simulator/')) return undefined;
  const path = request.path.replace(/\?.*$/, '').replace(/\/$/, '');
  if (path === '/simulator/ledger') return json(200, readLedger(world), PLAIN_JSON);
  if (path !== '/simulator/health') return faultPage(injections, request, path);
  const sessions = world.sessions.size;
  const streams = sessions - world.unwatched.size;
  return json(200, { status: 'up', world: world.id, seed: world.config.seed, sessions, streams }, PLAIN_JSON);
}

function openStream(world: World, sessionId: string, sink: Sink): () => void {
  const session = world.sessions.get(sessionId);
  if (!session) {
    sink.close();
    return () => {};
  }
  attachSink(world, session, sink);
  return () => detachSink(world, session, sink);
}

function isIdle(world: World): boolean {
  if (world.calls.size > 0) return false;
  for (const user of world.users.values()) {
    for (const agent of user.agents.values()) if (agent.reserved || agent.promised) return false;
  }
  return [...world.campaigns.values()].every((campaign) => campaign.inFlight === 0);
}

function readLedger(world: World): Ledger {
  const campaigns: Record<string, CampaignEntry> = {};
  for (const campaign of world.campaigns.values()) {
    campaigns[campaign.id] = {
      name: campaign.config.name,
      contacts: campaign.contacts.length,
      remaining: campaign.remaining,
      byOutcome: Object.fromEntries(campaign.byOutcome),
      ranOutAt: campaign.ranOutMs === null ? null : new Date(campaign.ranOutMs).toISOString(),
    };
  }
  return world.ledger.read({ id: world.id, seed: world.config.seed, campaigns });
}
