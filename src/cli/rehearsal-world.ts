import { isGlob } from '../base/glob.js';
import { expandRange } from '../base/range.js';
import type { AgentSeat } from '../config/index.js';
import type { Condition, Policy } from '../policy/index.js';
import { type WorldConfig, type WorldInput, WorldSchema } from '../simulator/index.js';

/** The pretend Dialer of a rehearsal. */
export interface RehearsalWorld {
  readonly world: WorldConfig;
  /** Where it comes from, for people. */
  readonly origin: string;
  /** Contact lists begin anew each day. */
  readonly recycled: boolean;
  readonly notes: readonly string[];
}

type CampaignInput = NonNullable<WorldInput['campaigns']>[number];

/** Contacts of a world that is made up, for all agents and days together: what can be rehearsed in seconds. */
const CONTACTS = 23_000;
/** For one agent on one day: not less, for there should be something to see, and not more than anybody can call. */
const CONTACTS_A_DAY = { least: 50, most: 500 };

/** What a world file may ask for. */
const LONGEST_LIST = 1_000_000;

/** The password of everybody; what it is in truth is not rehearsed. */
const PASSWORD = 'rehearsal';

/**
 * Makes a world fit for the roster: every agent may log in, whatever his password, and messages come by stream. What had
 * to be changed for that is told in notes.
 */
export function fitToRoster(world: WorldConfig, seats: readonly AgentSeat[]): { world: WorldConfig; notes: string[] } {
  const notes: string[] = [];
  const entries = WorldSchema.parse({ users: [{ names: 'x', password: PASSWORD }] }).users;
  const users = world.users.map((user) => ({ ...user, password: PASSWORD }));
  const known = namesOf(world);
  const missing = seats.filter(({ user }) => !known.has(user.toLowerCase()));
  const added = missing.flatMap(({ user }) => entries.map((entry) => ({ ...entry, names: user })));
  const [first] = missing;
  if (first) {
    const who = missing.length === 1 ? first.user : `${first.user} and ${missing.length - 1} more`;
    notes.push(`${who}: not among the users of the world, and added to it`);
  }
  if (world.messaging === 1) notes.push('messages come by stream, though the world offers polling only');
  return { world: { ...world, messaging: 2, users: [...users, ...added] }, notes };
}

/**
 * Makes a world up for a roster: its users, and campaigns with the names that agents and policies ask for, which offer the
 * usual dispositions and those that the policies name. Without such names, a predictive and a preview campaign.
 */
export function worldForRoster(
  seats: readonly AgentSeat[],
  { seed, days }: { seed: number; days: number },
): WorldConfig {
  const policies = [...new Set(seats.map(({ policy }) => policy))];
  const campaigns = campaignsFor(seats, policies);
  const { least, most } = CONTACTS_A_DAY;
  const perAgent = Math.min(most, Math.max(least, CONTACTS / (seats.length * days)));
  const contacts = Math.min(LONGEST_LIST, Math.ceil((perAgent * seats.length) / campaigns.length));
  const usual = WorldSchema.parse({}).campaigns[0]?.dispositions ?? [];
  const dispositions = [...usual, ...furtherDispositions(policies, usual)];
  return WorldSchema.parse({
    version: 1,
    seed,
    users: seats.map(({ user, campaigns: wanted }) => ({
      names: user,
      password: PASSWORD,
      logonCampaign: wanted !== 'all',
    })),
    campaigns: campaigns.map((campaign) => ({
      ...campaign,
      contacts,
      allowAgentCallbacks: true,
      allowSkip: true,
      dispositions,
    })),
  } satisfies WorldInput);
}

function campaignsFor(seats: readonly AgentSeat[], policies: readonly Policy[]): CampaignInput[] {
  const rules = policies.flatMap((policy) => policy.rules);
  const asked = [
    ...seats.flatMap(({ campaigns }) => (campaigns === 'all' ? [] : campaigns)),
    ...rules.flatMap(({ when }) => campaignsOf(when)),
  ];
  const names = new Map(asked.map(plainName).flatMap((name) => (name === '' ? [] : [[name.toLowerCase(), name]])));
  if (names.size === 0) {
    return [
      { name: 'Collections', type: 'predictive' },
      { name: 'Renewals', type: 'preview' },
    ];
  }
  const previewed = new Set(
    rules
      .filter(({ offer, when }) => offer || kindsOf(when).includes('preview'))
      .flatMap(({ when }) => campaignsOf(when))
      .map((name) => plainName(name).toLowerCase()),
  );
  const named = [...names].map(
    ([key, name]): CampaignInput => ({ name, type: previewed.has(key) ? 'preview' : 'predictive' }),
  );
  // A rule about previews of any campaign shall have some to speak about.
  const wantsPreviews = rules.some(({ offer, when }) => offer || kindsOf(when).includes('preview'));
  const isAnyPreview = previewed.size > 0 || seats.every(({ campaigns }) => campaigns !== 'all');
  return wantsPreviews && !isAnyPreview ? [...named, { name: 'Previews', type: 'preview' }] : named;
}

/** `Collections*` → `Collections`. */
function plainName(pattern: string): string {
  return isGlob(pattern) ? pattern.replace(/[*?]+/g, ' ').trim() : pattern.trim();
}

function campaignsOf(when: Condition | undefined): string[] {
  return every(when).flatMap(({ campaign }) => campaign ?? []);
}

function kindsOf(when: Condition | undefined): string[] {
  return every(when).flatMap(({ kind }) => kind ?? []);
}

/** The condition and those inside it that may hold. */
function every(when: Condition | undefined): Condition[] {
  if (!when) return [];
  return [when, ...[...(when.all ?? []), ...(when.any ?? [])].flatMap(every)];
}

type Dispositions = WorldConfig['campaigns'][number]['dispositions'];

/** Labels that the policies name and the usual set has under no name, code or category. */
function furtherDispositions(policies: readonly Policy[], usual: Dispositions): Dispositions {
  const taken = new Set(usual.flatMap(({ label, category, code = label }) => [label, category, code].map(lower)));
  const found: Dispositions = [];
  const add = (label: string | undefined, category: string): void => {
    if (label === undefined || taken.has(lower(label))) return;
    taken.add(lower(label));
    found.push({ label, category, abandon: false });
  };
  for (const { rules, otherwise } of policies) {
    for (const { end, offer } of rules) {
      if (end?.action === 'callback') add(end.label, 'Scheduled');
      if (end?.action === 'disposition') for (const { label } of end.labels) add(label, 'Success');
      if (offer?.action === 'skip') add(offer.elseLabel, 'Failure');
    }
    for (const { label } of otherwise ?? []) add(label, 'Failure');
  }
  return found;
}

function namesOf(world: WorldConfig): Set<string> {
  return new Set(world.users.flatMap(({ names }) => expandRange(names)).map(lower));
}

function lower(text: string): string {
  return text.toLowerCase();
}
