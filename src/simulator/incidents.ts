import { matchesGlob } from '../base/glob.js';
import type { Draw } from '../base/random.js';
import { BreakStatusType } from '../wire/index.js';
import type { Control } from './control.js';
import { silence } from './delivery.js';
import type { FaultSpec } from './fault-spec.js';
import type { RequestVerdict } from './faults.js';
import { setBreak } from './leaving.js';
import { refreshReadiness } from './readiness.js';
import { closeSession } from './sessions.js';
import { otherHost, switchTo } from './site.js';
import type { TrafficSpec } from './traffic-faults.js';
import type { Agent, World } from './world.js';

/** The specs of faults that happen at a time. */
export type IncidentSpec = Exclude<FaultSpec, TrafficSpec | { fault: 'late-pop' }>;

/** What an incident works with. */
export interface Scene {
  readonly world: World;
  readonly control: Control;
  readonly draw: Draw;
  /** One strike more, which the ledger counts too. */
  count(): void;
  /** One strike more, which the ledger has counted already. */
  note(): void;
  /** Runs `undo` after `ms`, or when the fault is lifted. */
  later(ms: number | undefined, undo: () => void): void;
}

/**
 * Lets an incident happen once. Returns false when there was nobody to whom it could happen: then it is tried again soon.
 * Throws a RangeError where it can never happen in this world.
 */
export function happen(spec: IncidentSpec, scene: Scene): boolean {
  const { world, control } = scene;
  switch (spec.fault) {
    case 'lost-sessions':
      return strikeSome(
        spec,
        scene,
        [...world.sessions.values()],
        ({ user }) => user.id,
        (session) => closeSession(world, session, spec.told ? 'broken' : 'vanished', 'The session expired.'),
      );
    case 'half-open':
      return goDark(spec.for, scene);
    case 'switchover':
      return switchOver(spec, scene);
    case 'dialer-link-down':
      if (!world.dialerUp) return false;
      scene.count();
      control.dialerLinkDown();
      scene.later(spec.for, () => control.dialerLinkUp());
      return true;
    case 'unasked-break':
      return strikeSome(spec, scene, agents(world).filter(isIdle), nameOfAgent, (agent) => {
        setBreak(world, agent, BreakStatusType.OnBreak);
        refreshReadiness(world, agent);
        scene.later(spec.for, () => endUnaskedBreak(world, agent));
      });
    case 'auto-logout':
      return strikeSome(spec, scene, agents(world).filter(isMember), nameOfAgent, (agent) => {
        const campaigns = [...agent.joined].map(({ id }) => id);
        control.autoLogout(agent.user.id);
        if (spec.for === undefined) return;
        scene.later(spec.for, () => {
          for (const id of campaigns) control.autoLogin(agent.user.id, id);
        });
      });
    case 'campaign-withdrawn':
      return withdraw(spec, scene);
    case 'clock-skew':
      scene.count();
      world.skewMs = spec.by;
      scene.later(spec.for, () => {
        world.skewMs = 0;
      });
      return true;
  }
}

/** Strikes as many of the candidates as the spec says, drawn from the seed. */
function strikeSome<T>(
  spec: { readonly user?: string | undefined; readonly agents: number },
  scene: Scene,
  candidates: readonly T[],
  userOf: (candidate: T) => string,
  strike: (victim: T) => void,
): boolean {
  const { user: glob } = spec;
  const left = candidates.filter((one) => glob === undefined || matchesGlob(glob, userOf(one)));
  if (left.length === 0) return false;
  for (let n = 0; n < spec.agents && left.length > 0; n++) {
    const [victim] = left.splice(Math.floor(scene.draw() * left.length), 1);
    scene.count();
    strike(victim as T);
  }
  return true;
}

const nameOfAgent = ({ user }: Agent): string => user.id;

function agents(world: World): Agent[] {
  return [...world.users.values()].flatMap((user) => [...user.agents.values()]);
}

function isMember(agent: Agent): boolean {
  return agent.loggedIn && agent.joined.size > 0;
}

function isIdle(agent: Agent): boolean {
  return (
    isMember(agent) &&
    agent.call === null &&
    agent.reserved === null &&
    agent.promised === null &&
    !agent.leavingDialer &&
    agent.breakStatus === BreakStatusType.NotOnBreak
  );
}

function endUnaskedBreak(world: World, agent: Agent): void {
  if (agent.breakStatus !== BreakStatusType.OnBreak) return;
  setBreak(world, agent, BreakStatusType.NotOnBreak);
  refreshReadiness(world, agent);
}

/** The host goes dark for a while: requests hang, streams carry nothing. */
function goDark(forMs: number, { world, count, note, later }: Scene): boolean {
  const silenceAll = (): void => {
    for (const session of world.sessions.values()) if (silence(session)) count();
  };
  silenceAll();
  const onRequest = (): RequestVerdict => {
    note();
    return { do: 'hang', acts: false };
  };
  later(forMs, world.faults.add({ name: 'half-open', onRequest }));
  return true;
}

function switchOver(spec: Extract<IncidentSpec, { fault: 'switchover' }>, scene: Scene): boolean {
  const { world } = scene;
  const host = otherHost(world, spec.to);
  scene.count();
  if (spec.gap > 0) {
    world.site.isClosed = true;
    scene.later(spec.gap, () => {
      world.site.isClosed = false;
    });
  }
  switchTo(world, host, spec.told);
  return true;
}

function withdraw(spec: Extract<IncidentSpec, { fault: 'campaign-withdrawn' }>, scene: Scene): boolean {
  const { world, control } = scene;
  const running = [...world.campaigns.values()].filter(
    ({ state, config }) => state === 'running' && matchesGlob(spec.campaign, config.name),
  );
  for (const { id } of running) {
    scene.count();
    control.withdrawCampaign(id);
    scene.later(spec.for, () => control.offerAgain(id));
  }
  return running.length > 0;
}
