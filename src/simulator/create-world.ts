import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Random } from '../base/random.js';
import { expandRange } from '../base/range.js';
import { type Contact, generateContacts, parseContacts } from './contact-list.js';
import { FaultBox } from './faults.js';
import { compactTime } from './icws-time.js';
import { LedgerBook } from './ledger.js';
import { FIRST_STATUS, statusNamed } from './status-catalogue.js';
import { createTimers } from './timers.js';
import type { Campaign, User, World } from './world.js';
import type { CampaignConfig, WorldConfig } from './world-config.js';

export interface WorldParts {
  readonly config: WorldConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Reads a contact list's CSV file; needed only where a campaign names one. */
  readonly readFile?: ((path: string) => string) | undefined;
}

/** What the dialler is asked to look at; it comes soon, once for any number of askings. */
export interface Errands {
  readonly campaigns: Set<Campaign>;
  readonly agents: Set<Parameters<World['serve']>[0]>;
  arrange(): void;
}

/** Makes the world as it is before anybody logs in. `errands` is how the rules ask for the dialler. */
export function createWorld(parts: WorldParts, errands: Errands): World {
  const { config, clock, random } = parts;
  const ledger = new LedgerBook(() => clock.now());
  const numbers = { session: 0, interaction: 0, request: 0, campaign: 0, agent: 0 };
  const suffix = Math.floor(random('world')() * 0xffff_ffff)
    .toString(16)
    .padStart(8, '0');
  const world: World = {
    id: `${compactTime(clock.now())}-${suffix}`,
    config,
    clock,
    random,
    log: parts.log,
    timers: createTimers(clock),
    ledger,
    faults: new FaultBox((name) => {
      ledger.faults.add(name);
      ledger.changed();
    }),
    users: new Map(),
    sessions: new Map(),
    unwatched: new Set(),
    former: new Map(),
    campaigns: new Map(),
    interactions: new Map(),
    calls: new Map(),
    stations: new Map(),
    idle: new Set(),
    alternateHosts: config.alternateHost === undefined ? [] : [config.alternateHost],
    site: { hosts: [], active: null, isClosed: false },
    skewMs: 0,
    dialerUp: true,
    nextNumber: (kind) => ++numbers[kind],
    poke: (campaign) => {
      errands.campaigns.add(campaign);
      errands.arrange();
    },
    serve: (agent) => {
      errands.agents.add(agent);
      errands.arrange();
    },
  };
  for (const entry of config.users) {
    for (const id of expandRange(entry.names)) world.users.set(id.toLowerCase(), createUser(world, id, entry));
  }
  for (const campaign of config.campaigns) addCampaign(world, campaign, parts.readFile);
  return world;
}

function createUser(world: World, id: string, entry: WorldConfig['users'][number]): User {
  const now = world.clock.now();
  return {
    id,
    displayName: id,
    password: entry.password,
    logonCampaign: entry.logonCampaign,
    licence: entry.licence,
    workgroups: entry.workgroups ? new Set(entry.workgroups.map((name) => name.toLowerCase())) : null,
    status: statusNamed(FIRST_STATUS),
    statusChangedMs: now,
    statusIsDialers: false,
    notes: '',
    forwardNumber: '',
    until: null,
    onPhone: false,
    onPhoneChangedMs: now,
    station: null,
    sessions: new Set(),
    agents: new Map(),
    interactions: new Map(),
    statusWatchers: new Set(),
    queueWatches: new Set(),
    followUpTimer: null,
  };
}

/** Adds a campaign with its contacts; it runs at once. Throws when its CSV file cannot be read. */
export function addCampaign(
  world: World,
  config: CampaignConfig,
  readFile: ((path: string) => string) | undefined,
): Campaign {
  const contacts = contactsOf(world, config, readFile);
  const campaign: Campaign = {
    id: campaignId(world, config.name),
    config,
    dispositions: config.dispositions.map(({ label, category, code, abandon }) => ({
      label,
      wrapUpCategory: category,
      wrapUpCode: code ?? label,
      abandon,
    })),
    followUpStatus: statusNamed(config.followUpStatus),
    state: 'running',
    contacts,
    nextContact: 0,
    givenBack: [],
    dueCallbacks: [],
    remaining: contacts.length,
    byOutcome: new Map(),
    agents: new Set(),
    idle: new Set(),
    waiting: new Set(),
    inFlight: 0,
    ranOutMs: null,
  };
  world.campaigns.set(campaign.id, campaign);
  return campaign;
}

function contactsOf(world: World, config: CampaignConfig, readFile: ((path: string) => string) | undefined): Contact[] {
  const { contacts, name } = config;
  if (typeof contacts === 'number') return generateContacts(contacts, world.random(`contacts/${name}`));
  if (!readFile) throw new RangeError(`the contacts of campaign "${name}" are in a file, and no file can be read here`);
  return parseContacts(readFile(contacts.csv));
}

/** An upper-case GUID, the same for the same seed, name and order. */
function campaignId(world: World, name: string): string {
  const draw = world.random(`campaign/${world.nextNumber('campaign')}/${name}`);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(draw() * 16).toString(16))
      .join('')
      .toUpperCase();
  return `${hex(8)}-${hex(4)}-4${hex(3)}-9${hex(3)}-${hex(12)}`;
}
