import { BreakStatusType } from '../wire/index.js';
import { popCall } from './calls.js';
import { countAttempt } from './contact-list.js';
import { takeContact } from './contact-supply.js';
import type { FaultSpec } from './fault-spec.js';
import type { Fault, MessageView } from './faults.js';
import { isEligible } from './membership.js';
import type { Striker } from './strike.js';
import type { Agent, World } from './world.js';

/** One more call for an agent whom Dialer has just let go: on break, or out of Dialer. It is counted when it is handed over. */
export function latePop(
  world: World,
  spec: Extract<FaultSpec, { fault: 'late-pop' }>,
  parts: { readonly strikes: Striker; readonly count: () => void },
): Fault {
  const { strikes, count } = parts;
  return {
    name: spec.fault,
    onMessage: (view) => {
      const agent = letGo(view) === spec.after ? world.sessions.get(view.session)?.agent : undefined;
      if (agent && strikes(view.user)) {
        world.timers.after(spec.delay, () => {
          if (agent.call === null && agent.sessions.size > 0 && isStill(agent, spec.after) && popLate(world, agent))
            count();
        });
      }
      return undefined;
    },
  };
}

/** What a message lets the agent go to. */
function letGo({ message }: MessageView): 'break' | 'log-off' | undefined {
  if (message.__type === 'urn:inin.com:dialer:breakStatusMessage') {
    return message.breakStatus === BreakStatusType.OnBreak ? 'break' : undefined;
  }
  if (message.__type !== 'urn:inin.com:dialer:logoutGrantedMessage') return undefined;
  return message.campaigns?.some(({ id }) => id === '') ? 'log-off' : undefined;
}

/** Whoever left Dialer since his break began gets no call of that break any more; nor does a break begin behind a return. */
function isStill(agent: Agent, after: 'break' | 'log-off'): boolean {
  return after === 'log-off' ? !agent.loggedIn : agent.breakStatus === BreakStatusType.OnBreak;
}

function popLate(world: World, agent: Agent): boolean {
  for (const campaign of world.campaigns.values()) {
    if (campaign.state !== 'running' || campaign.config.type === 'preview' || !isEligible(agent.user, campaign))
      continue;
    const supply = takeContact(world, campaign);
    if (!supply) continue;
    countAttempt(supply.contact);
    popCall(world, { campaign, agent, ...supply, kind: 'regular', isPreview: false, isLate: !agent.loggedIn });
    return true;
  }
  return false;
}
