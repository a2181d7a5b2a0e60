import { BreakStatusType, type StatusMessage } from '../wire/index.js';
import { closeByDialer, shouldKnow } from './calls.js';
import { grantWhatCanBe, setBreak } from './leaving.js';
import { assignStatus, type StatusDetails } from './presence.js';
import { refreshUser } from './readiness.js';
import type { Agent, User, World } from './world.js';

/**
 * A person gives a user a status: the user's own client, or a supervisor. What follows from it for Dialer: an available
 * status over an open call makes that call ambiguous (reference §6.2); a non-ACD status puts the agent on break, an ACD
 * one takes him off it again (§3.1, §4.10 rule 5).
 */
export function setStatusByPerson(
  world: World,
  user: User,
  status: StatusMessage,
  options: { readonly by: 'client' | 'supervisor'; readonly details?: StatusDetails },
): void {
  const before = user.status;
  const wasByHand = !user.statusIsDialers && !before.isAcdStatus;
  const isDialersOwn = user.statusIsDialers && before.statusId === status.statusId;
  if (status.isAcdStatus) closeOpenCalls(world, user, options.by);
  assignStatus(world, user, status, isDialersOwn ? 'dialer' : 'person', options.details);
  for (const agent of user.agents.values()) {
    if (!agent.loggedIn || isDialersOwn) continue;
    if (!status.isAcdStatus) goOnBreak(world, agent);
    else if (wasByHand) comeOffBreak(world, agent);
  }
  refreshUser(world, user);
}

function closeOpenCalls(world: World, user: User, by: 'client' | 'supervisor'): void {
  for (const agent of user.agents.values()) {
    if (!agent.call) continue;
    if (by === 'client' && shouldKnow(world, agent.call))
      world.ledger.violation('available-before-disposition', user.id);
    closeByDialer(world, agent.call, 'Ambiguous');
  }
}

function goOnBreak(world: World, agent: Agent): void {
  if (agent.breakStatus !== BreakStatusType.NotOnBreak) return;
  agent.breakIsByStatus = true;
  world.ledger.breaks.byStatus += 1;
  setBreak(world, agent, BreakStatusType.BreakPending);
  grantWhatCanBe(world, agent);
}

/** A break that was asked for and is still pending stays asked for. */
function comeOffBreak(world: World, agent: Agent): void {
  if (agent.breakStatus === BreakStatusType.BreakPending && !agent.breakIsByStatus) return;
  if (agent.breakStatus !== BreakStatusType.NotOnBreak) world.ledger.breaks.ended += 1;
  setBreak(world, agent, BreakStatusType.NotOnBreak);
}
