import { startAcdCall } from './acd.js';
import { releaseCallbacks } from './callbacks.js';
import { popCall } from './calls.js';
import { finishContact, recycleContacts, takeContact } from './contact-supply.js';
import { addCampaign } from './create-world.js';
import { tellAgent } from './delivery.js';
import { switchDialerLink } from './dialer-sessions.js';
import { grantWhatCanBe, requestCampaignLogOff } from './leaving.js';
import { announceCampaign, announceChange, announceRemoval, joinCampaign } from './membership.js';
import { assignStatus } from './presence.js';
import { refreshReadiness, refreshUser } from './readiness.js';
import { closeSession } from './sessions.js';
import { leaveStation } from './stations.js';
import { AGENT_NOT_ANSWERING, statusNamed } from './status-catalogue.js';
import { setStatusByPerson } from './status-rules.js';
import type { Agent, Campaign, CampaignState, User, World } from './world.js';
import { type CampaignInput, parseCampaign } from './world-config.js';

/** What happens in a contact centre beside the agents: supervisors, administrators, accidents. */
export interface Control {
  /** Starts a new campaign and offers it. Returns its id. */
  addCampaign(campaign: CampaignInput): string;
  /** Withdraws a campaign: nobody is in it any more; calls in progress go on. */
  removeCampaign(campaign: string): void;
  /** Withdraws a campaign for a while: nobody is in it, its contacts wait. */
  withdrawCampaign(campaign: string): void;
  /** Offers a withdrawn campaign anew. */
  offerAgain(campaign: string): void;
  /** Calls the contacts anew that are done with. */
  recycleCampaign(campaign: string): void;
  pauseCampaign(campaign: string): void;
  /** Lets a paused or stopping campaign run again. */
  resumeCampaign(campaign: string): void;
  /** Refuses further log-ins to a campaign (CampaignStopping), and dials no more. */
  stopCampaign(campaign: string): void;
  /** A supervisor puts the user into a campaign. */
  autoLogin(user: string, campaign: string, initiatorName?: string): void;
  /** A supervisor takes the user out of campaigns; all of his when none is named. */
  autoLogout(user: string, campaigns?: readonly string[], initiatorName?: string): void;
  /** A supervisor (or CIC itself, for Agent Not Answering) sets the user's status, by its text or id. */
  setStatus(user: string, status: string): void;
  /** Ends all sessions of the user as if nobody had read them. */
  expireSession(user: string): void;
  dialerLinkDown(): void;
  dialerLinkUp(): void;
  /** An inbound ACD call for the user; returns its interaction id. */
  startAcdCall(user: string, talkMs?: number): string;
  /** Somebody else takes the user's station. */
  takeStationAway(user: string): void;
  /** Hands the user the next contact of a campaign whatever he is doing. */
  popNow(user: string, campaign: string): string;
  /** Host names that log-ins are told of for fail-over. */
  setAlternateHosts(hosts: readonly string[]): void;
}

/** The control of a world. Every method throws a RangeError for a user or campaign that is not there. */
export function createControl(world: World, readFile: ((path: string) => string) | undefined): Control {
  const user = (id: string): User => found(world.users.get(id.toLowerCase()), `user "${id}"`);
  const campaign = (name: string): Campaign =>
    found(
      [...world.campaigns.values()].find(
        (one) => one.state !== 'removed' && (one.id === name || one.config.name.toLowerCase() === name.toLowerCase()),
      ),
      `campaign "${name}"`,
    );
  return {
    addCampaign: (input) => {
      const added = addCampaign(world, parseCampaign(input), readFile);
      announceCampaign(world, added);
      return added.id;
    },
    removeCampaign: (name) => removeCampaign(world, campaign(name)),
    withdrawCampaign: (name) => takeAway(world, campaign(name), 'withdrawn'),
    offerAgain: (name) => {
      const offered = campaign(name);
      if (offered.state !== 'withdrawn') return;
      offered.state = 'running';
      announceCampaign(world, offered);
    },
    recycleCampaign: (name) => recycleContacts(world, campaign(name)),
    pauseCampaign: (name) => changeCampaign(world, campaign(name), 'paused'),
    resumeCampaign: (name) => changeCampaign(world, campaign(name), 'running'),
    stopCampaign: (name) => changeCampaign(world, campaign(name), 'stopping'),
    autoLogin: (id, name, initiatorName = 'Supervisor') => autoLogin(world, user(id), campaign(name), initiatorName),
    autoLogout: (id, names, initiatorName = 'Supervisor') =>
      autoLogout(world, user(id), { campaigns: names?.map(campaign), initiatorName }),
    setStatus: (id, name) => {
      const status = statusNamed(name);
      if (status.statusId === AGENT_NOT_ANSWERING) {
        assignStatus(world, user(id), status, 'dialer');
        refreshUser(world, user(id));
      } else {
        setStatusByPerson(world, user(id), status, { by: 'supervisor' });
      }
    },
    expireSession: (id) => {
      for (const session of [...user(id).sessions]) closeSession(world, session, 'broken', 'The session expired.');
    },
    dialerLinkDown: () => switchDialerLink(world, false),
    dialerLinkUp: () => switchDialerLink(world, true),
    startAcdCall: (id, talkMs = world.config.acd?.talk ?? 30_000) =>
      startAcdCall(world, user(id), { workgroup: world.config.acd?.workgroup ?? 'Support', talkMs }).id,
    takeStationAway: (id) => leaveStation(world, user(id)),
    popNow: (id, name) => popNow(world, user(id), campaign(name)),
    setAlternateHosts: (hosts) => {
      world.alternateHosts = [...hosts];
    },
  };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`there is no ${what}`);
  return value;
}

function loggedInAgents(user: User): Agent[] {
  return [...user.agents.values()].filter((agent) => agent.loggedIn);
}

/** Nobody is in the campaign any more; what its contacts come to is the caller's. */
function takeAway(world: World, campaign: Campaign, state: 'withdrawn' | 'removed'): void {
  campaign.state = state;
  const agents = announceRemoval(world, campaign);
  for (const agent of agents) {
    releaseCallbacks(world, agent);
    refreshReadiness(world, agent);
  }
}

function removeCampaign(world: World, campaign: Campaign): void {
  takeAway(world, campaign, 'removed');
  for (const contact of campaign.contacts.slice(campaign.nextContact))
    finishContact(world, campaign, contact, 'campaign-removed');
  for (const contact of campaign.givenBack.splice(0)) finishContact(world, campaign, contact, 'campaign-removed');
  for (const { contact } of campaign.dueCallbacks.splice(0))
    finishContact(world, campaign, contact, 'campaign-removed');
  campaign.nextContact = campaign.contacts.length;
}

function changeCampaign(world: World, campaign: Campaign, state: CampaignState): void {
  if (campaign.state === state) return;
  campaign.state = state;
  announceChange(world, campaign);
  for (const agent of campaign.agents) refreshReadiness(world, agent);
}

function autoLogin(world: World, user: User, campaign: Campaign, initiatorName: string): void {
  for (const agent of loggedInAgents(user)) {
    joinCampaign(agent, campaign);
    tellAgent(world, agent, {
      __type: 'urn:inin.com:dialer:autoLoginMessage',
      isDelta: false,
      campaignId: campaign.id,
      initiatorName,
    });
    refreshReadiness(world, agent);
  }
}

/** The log-out itself follows the rules of a requested one: not before the call in progress is dispositioned. */
function autoLogout(
  world: World,
  user: User,
  order: { readonly campaigns: readonly Campaign[] | undefined; readonly initiatorName: string },
): void {
  for (const agent of loggedInAgents(user)) {
    const campaigns = order.campaigns ?? [...agent.joined];
    tellAgent(world, agent, {
      __type: 'urn:inin.com:dialer:autoLogoutMessage',
      isDelta: false,
      campaignIds: campaigns.map((campaign) => campaign.id),
      initiatorName: order.initiatorName,
    });
    agent.promiseDrawn = true;
    requestCampaignLogOff(world, agent, campaigns);
    grantWhatCanBe(world, agent);
  }
}

function popNow(world: World, user: User, campaign: Campaign): string {
  const agent = found(loggedInAgents(user)[0], `Dialer session of "${user.id}"`);
  const supply = found(takeContact(world, campaign), `contact left in "${campaign.config.name}"`);
  const isPreview = campaign.config.type === 'preview';
  return popCall(world, { campaign, agent, ...supply, kind: isPreview ? 'preview' : 'regular', isPreview }).id;
}
