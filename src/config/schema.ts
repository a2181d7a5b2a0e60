import { z } from 'zod';
import {
  durationField,
  portField,
  positiveDurationField,
  rateField,
  textField,
  whenWrongType,
  wholeField,
  wordField,
  yesNoField,
} from '../base/fields.js';
import { ReloadSchema } from './reload-schema.js';
import { ShiftsSchema } from './shift-schema.js';
import { WatchdogSchema } from './watchdog-schema.js';
import { LOG_LEVELS } from './worker-config.js';

/**
 * The shape of a worker file (design §6), as it is written; the rest of this folder resolves it. The descriptions become
 * the tooltips of editors (config/worker.schema.json).
 */

const usersText = () => textField('a user name or a range such as bot{001..050}');

const envSource = () =>
  z.strictObject({ env: textField('the name of an environment variable').describe('Environment variable.') });
const fileSource = (what: string) =>
  z.strictObject({ file: textField('a path').describe(`File that holds nothing but the ${what}.`) });
const secretError = { error: 'must be { env: NAME } or { file: PATH }' };

const PasswordSchema = z.union([textField('a password'), envSource(), fileSource('password')], secretError);
const TokenSchema = z.union([envSource(), fileSource('token')], secretError);

const StationSchema = z.union(
  [
    z.literal('none'),
    z.strictObject({ workstation: textField('a station id, such as "{user}-ws"').describe('Station id.') }),
    z.strictObject({
      remoteWorkstation: textField('a station id, such as "{user}-ws"').describe('Station id.'),
      remoteNumber: textField('a telephone number').optional().describe('Overrides the number of the station.'),
    }),
    z.strictObject({
      remoteNumber: textField('a telephone number').describe('The number to call the agent on.'),
      persistent: yesNoField().optional().describe('Keep the line up between calls.'),
    }),
  ],
  { error: 'must be none or a station such as { workstation: "{user}-ws" }' },
);

const AgentsSchema = z
  .strictObject(
    {
      users: z
        .union([usersText(), z.array(usersText()).min(1)], {
          error: 'must be a user name, a range such as bot{001..050}, or a list of these',
        })
        .transform((users) => [users].flat())
        .describe('CIC user names: one, a range such as bot{001..050}, or a list of these.'),
      password: PasswordSchema.optional().describe(
        'Where the password of these users is: { env: NAME } or { file: PATH }. Text only with the embedded simulator.',
      ),
      station: StationSchema.optional().describe(
        'Station to log in to; {user} stands for the user name. Default: none.',
      ),
      campaigns: z
        .union([textField('a campaign id, name or glob'), z.array(textField('a campaign id, name or glob')).min(1)], {
          error: 'must be all, or a list of campaign names, globs or ids',
        })
        .transform((campaigns) => (campaigns === 'all' ? ('all' as const) : [campaigns].flat()))
        .optional()
        .describe('all (default), or names, globs or ids of the campaigns to join.'),
      policy: textField('the path of a policy file')
        .optional()
        .describe('Policy file, relative to this file. Default: a built-in policy.'),
      shift: textField('the name of a shift').optional().describe('Name of a shift. Default: always at work.'),
    },
    { error: whenWrongType('must be a map such as { users: "bot{001..050}", password: { env: BOT_PASSWORD } }') },
  )
  .meta({ id: 'Agents' });

const JournalSchema = z
  .strictObject(
    {
      path: textField('the path of a folder')
        .optional()
        .describe(
          'Folder, relative to this file. Default: data/journal where the worker is started; with the embedded simulator a temporary folder for each run.',
        ),
      retain: z
        .union([z.literal('forever').transform(() => null), positiveDurationField()], {
          error: 'must be a duration such as 30d, or forever',
        })
        .optional()
        .describe('How long records are kept. What is still open is kept longer. Default: 30d.'),
      columns: z
        .array(textField('the name of a contact column'), { error: 'must be a list of contact columns' })
        .optional()
        .describe('Contact columns that may be recorded. Default: none.'),
    },
    { error: whenWrongType('must be a map such as { path: data/journal, retain: 30d }') },
  )
  .describe('The durable record of what was done, by which a restarted worker ends each call exactly once.');

const hosts = () =>
  z.array(textField('a host name'), { error: 'must be a list of host names, such as [cic2.example.com]' });

function serverSchema<W extends z.ZodType>(worldSchema: W) {
  return z.strictObject(
    {
      url: textField('an address such as https://cic1.example.com:8019').optional().describe('Address of the server.'),
      urlTemplate: textField('an address with {host}, such as https://proxy/api/{host}')
        .optional()
        .describe('Address behind a web proxy, with {host} where the host name goes.'),
      host: textField('a host name').optional().describe('Fills {host} of urlTemplate.'),
      alternates: hosts().optional().describe('Further hosts to try, beside those that the server itself names.'),
      applicationName: textField('a name')
        .optional()
        .describe('Dialer merges sessions of one user and name: unique per purpose, stable over restarts.'),
      language: textField('a language such as en-us').optional().describe('Language of what the server says.'),
      tls: z
        .strictObject({
          ca: textField('the path of a PEM file').describe('Certificate authority to trust (PEM file).'),
        })
        .optional()
        .describe('For https.'),
      allowPlaintext: yesNoField().optional().describe('Permit http to a host that is not this machine.'),
      messaging: wordField(['auto', 'stream', 'poll'])
        .optional()
        .describe('How messages are read. auto: by stream where the server offers it, else by polling.'),
      firstConnect: z
        .union([z.literal('never').transform(() => null), positiveDurationField()], {
          error: 'must be a duration such as 30s, or never',
        })
        .optional()
        .describe('Give up when no session has opened after this long. never: keep trying (services). Default: 30s.'),
      simulator: z
        .union([textField('the path of a world file'), worldSchema], {
          error: 'must be the path of a world file, or a world',
        })
        .optional()
        .describe('Run against the embedded simulator instead of a server: a world file, or the world itself.'),
    },
    { error: whenWrongType('must be a map such as { url: https://cic1.example.com:8019 }') },
  );
}

/** The schema of a worker file. The simulator's world comes in from outside: this folder does not know it. */
export function workerSchema<W extends z.ZodType>(worldSchema: W) {
  return z
    .strictObject({
      version: z.literal(1).describe('Version of this format.'),
      seed: wholeField(0).optional().describe('The same seed gives the same decisions.'),
      server: serverSchema(worldSchema).optional().describe('The CIC server, or the embedded simulator.'),
      agents: z.array(AgentsSchema).min(1).optional().describe('The roster: who works, and how.'),
      load: z
        .strictObject({
          logins: rateField().optional().describe('Log-ins of the whole fleet, at most. Default: 20/s.'),
          start: z
            .literal('at-once', { error: 'must be at-once (when-all-ready comes with a later version)' })
            .optional()
            .describe('at-once: every agent takes calls as soon as it is ready.'),
        })
        .optional()
        .describe('How the agents come up.'),
      shifts: ShiftsSchema.optional(),
      limits: z
        .strictObject({
          duration: positiveDurationField().optional().describe('Drain and end after this long.'),
          calls: wholeField(1).optional().describe('Drain and end after so many calls.'),
        })
        .optional()
        .describe('When the run ends by itself. Default: never.'),
      statuses: z
        .strictObject({
          available: textField('a status').optional().describe('Ready for calls. Default: Available.'),
          break: textField('a status').optional().describe('On break. Default: At a training session.'),
          end: textField('a status').optional().describe('After log-off. Default: Gone Home.'),
        })
        .optional()
        .describe('CIC statuses, by name or id.'),
      drain: z
        .strictObject({
          timeout: durationField().optional().describe('Calls get this long to end. Default: 2m.'),
        })
        .optional()
        .describe('The orderly end of a run.'),
      recovery: z
        .strictObject({
          wait: durationField().optional().describe('How long a call may take to come back. Default: 10s.'),
        })
        .optional()
        .describe('After a lost session.'),
      watchdog: WatchdogSchema.optional(),
      http: z
        .strictObject({
          host: textField('a host name or address').optional().describe('Default: 127.0.0.1.'),
          port: portField().optional().describe('Default: 9464; 0 lets the system choose.'),
          token: TokenSchema.optional().describe(
            'Switches POST /control/… on (drain, breaks, log-offs, reload), for whoever bears this token: { env: NAME } or { file: PATH }. Default: off.',
          ),
        })
        .optional()
        .describe('Where metrics, health and the page are served.'),
      journal: JournalSchema.optional(),
      reload: ReloadSchema.optional(),
      log: z
        .strictObject({ level: wordField(LOG_LEVELS).optional().describe('Default: info.') })
        .optional()
        .describe('What is logged.'),
      safety: z
        .strictObject({
          allowHosts: hosts().optional().describe('Hosts that may be talked to at all. Default: url and alternates.'),
          maxAgents: wholeField(1).optional().describe('Refuse a larger roster.'),
        })
        .optional()
        .describe('Limits that no other setting can widen.'),
    })
    .describe('What a worker does: where, who, and for how long.');
}

export type WorkerFile = z.output<ReturnType<typeof workerSchema<z.ZodType<unknown>>>>;
export type ServerFile = NonNullable<WorkerFile['server']>;
export type AgentsFile = NonNullable<WorkerFile['agents']>[number];
export type PasswordSource = z.output<typeof PasswordSchema>;
export type StationFile = z.output<typeof StationSchema>;
