import type { Diagnostic } from '../base/diagnostic.js';
import { messageOf } from '../base/errors.js';
import { whyUnreadable } from '../base/file-path.js';
import { expandRange } from '../base/range.js';
import { defaultPolicy, type LoadedPolicy, type Policy } from '../policy/index.js';
import type { AgentsFile, PasswordSource, StationFile } from './schema.js';
import { Secret } from './secret.js';
import { readSecret, type SecretContext, STAND_IN } from './secret-source.js';
import { type Shifts, shiftNamed } from './shifts.js';
import type { AgentSeat, Station } from './worker-config.js';

export interface RosterContext extends SecretContext {
  /** Path of a policy or password file named in the group at this path. */
  readonly locateFile: (path: string, at: readonly PropertyKey[]) => string;
  readonly loadPolicy: (text: string, file: string) => LoadedPolicy;
  /** Only the embedded simulator may have its passwords in the file. */
  readonly literalPasswords: boolean;
  readonly shifts: Shifts;
}

const USER = '{user}';

/** Spells out the roster: one seat for each user, in the order of the file. Groups with mistakes give no seats. */
export function resolveRoster(groups: readonly AgentsFile[], context: RosterContext): AgentSeat[] {
  const taken = new Map<string, string>();
  const stations = new Map<string, string>();
  const policies = new Map<string, Policy | undefined>();
  return groups.flatMap((group, index) => {
    if (group.users.length === 0) return []; // a misshapen one, of which all is said already
    const at = ['agents', index];
    const users = usersOf(group, at, taken, context);
    const password = resolvePassword(group.password, [...at, 'password'], context);
    const policy = policyOf(group.policy, [...at, 'policy'], policies, context);
    const shift = shiftNamed(group.shift, [...at, 'shift'], context.shifts, context.complaints);
    if (!stationsDiffer(group.station ?? 'none', users, [...at, 'station'], stations, context)) return [];
    if (password === undefined || policy === undefined || shift === undefined) return [];
    const campaigns = group.campaigns ?? 'all';
    return users.map((user) => ({
      user,
      password,
      station: stationOf(group.station ?? 'none', user),
      campaigns,
      policy,
      shift,
    }));
  });
}

/** CIC user names are compared without regard to case: two bots of one user would share one Dialer session. */
function usersOf(
  group: AgentsFile,
  at: readonly PropertyKey[],
  taken: Map<string, string>,
  { complaints }: RosterContext,
): string[] {
  const place = `item ${Number(at[1]) + 1} of "agents"`;
  return group.users.flatMap((pattern, nth) => {
    let names: string[];
    try {
      names = expandRange(pattern);
    } catch (error) {
      complaints.add([...at, 'users', nth], { code: 'worker/bad-range', message: `${messageOf(error)}.` });
      return [];
    }
    const double = names.find((name) => taken.has(name.toLowerCase()));
    if (double !== undefined) {
      const earlier = taken.get(double.toLowerCase()) ?? place;
      const message = `The user "${double}" is named twice, first in ${earlier}; one bot plays one user.`;
      complaints.add([...at, 'users', nth], { code: 'worker/duplicate-user', message });
    }
    for (const name of names) if (!taken.has(name.toLowerCase())) taken.set(name.toLowerCase(), place);
    return names;
  });
}

function resolvePassword(
  source: PasswordSource | undefined,
  at: readonly PropertyKey[],
  context: RosterContext,
): Secret | undefined {
  const { complaints, locateFile, literalPasswords } = context;
  const suggestion = 'Write password: { env: NAME } or { file: PATH }, or use --password-env or --password-file.';
  if (context.secretSeverity === 'unneeded') return STAND_IN;
  if (source === undefined) {
    const message = 'These users have no password.';
    return complaints.add(at, { code: 'worker/no-password', message, suggestion }, 'parent');
  }
  if (typeof source !== 'string') {
    return readSecret(source, { what: 'password', at, locateFile: (path) => locateFile(path, at) }, context);
  }
  if (literalPasswords) return new Secret(source);
  const message = 'A password stands in the file; only the embedded simulator may have it so.';
  return complaints.add(at, { code: 'worker/literal-password', message, suggestion });
}

function policyOf(
  path: string | undefined,
  at: readonly PropertyKey[],
  known: Map<string, Policy | undefined>,
  { complaints, readFile, locateFile, loadPolicy }: RosterContext,
): Policy | undefined {
  if (path === undefined) return defaultPolicy();
  const file = locateFile(path, at);
  if (known.has(file)) return known.get(file);
  let found: { policy?: Policy; diagnostics: readonly Diagnostic[] };
  try {
    found = loadPolicy(readFile(file), file);
  } catch (error) {
    const message = `The policy file ${file} cannot be read: ${whyUnreadable(error)}.`;
    complaints.add(at, { code: 'worker/unreadable', message });
    return undefined;
  }
  complaints.list.push(...found.diagnostics);
  known.set(file, found.policy);
  return found.policy;
}

/** Nobody can share a station: the second log-in would take it from the first. */
function stationsDiffer(
  station: StationFile,
  users: readonly string[],
  at: readonly PropertyKey[],
  stations: Map<string, string>,
  { complaints }: RosterContext,
): boolean {
  for (const user of users) {
    const form = stationOf(station, user);
    if (form.kind === 'none') return true;
    const id = form.kind === 'remote-number' ? form.remoteNumber : form.workstation;
    const key = `${form.kind === 'remote-number' ? 'number' : 'station'} ${id.toLowerCase()}`;
    const holder = stations.get(key);
    if (holder !== undefined) {
      const message = `"${holder}" and "${user}" would both use the ${key.split(' ', 1)[0]} ${id}; each agent needs its own.`;
      const suggestion = `Write ${USER} where the user name goes, such as "${USER}-ws".`;
      complaints.add(at, { code: 'worker/shared-station', message, suggestion });
      return false;
    }
    stations.set(key, user);
  }
  return true;
}

function stationOf(station: StationFile, user: string): Station {
  const fill = (text: string): string => text.replaceAll(USER, user);
  if (station === 'none') return { kind: 'none' };
  if ('workstation' in station) return { kind: 'workstation', workstation: fill(station.workstation) };
  if ('remoteWorkstation' in station) {
    const { remoteWorkstation, remoteNumber } = station;
    const form = { kind: 'remote-workstation', workstation: fill(remoteWorkstation) } as const;
    return remoteNumber === undefined ? form : { ...form, remoteNumber: fill(remoteNumber) };
  }
  return { kind: 'remote-number', remoteNumber: fill(station.remoteNumber), persistent: station.persistent ?? false };
}
