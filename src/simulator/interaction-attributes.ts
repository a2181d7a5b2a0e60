import { compactTime } from './icws-time.js';
import type { EicState, Interaction } from './world.js';

/** Text that people see for a state; never to be decided by (reference §5.1). */
const STATE_TEXTS: Readonly<Record<EicState, string>> = {
  A: 'Alerting',
  C: 'Connected',
  H: 'On Hold',
  R: 'Proceeding',
  S: 'Dialing',
  I: 'Disconnected [Local Disconnect]',
  E: 'Disconnected [Remote Disconnect]',
};

type Read = (interaction: Interaction) => string;
const time = (ms: number | null): string => (ms === null ? '' : compactTime(ms));

const READERS: readonly (readonly [string, Read])[] = [
  ['Eic_State', (i) => i.state],
  ['Eic_CallStateString', (i) => STATE_TEXTS[i.state]],
  ['Eic_CallDirection', (i) => i.direction],
  ['Eic_ObjectType', () => 'Call'],
  ['Eic_RemoteId', (i) => i.remoteId],
  ['Eic_RemoteName', (i) => i.remoteName],
  ['Eic_RemoteAddress', (i) => i.remoteId],
  ['Eic_LocalUserId', (i) => i.user.id],
  ['Eic_InitiationTime', (i) => compactTime(i.startedMs)],
  ['Eic_ConnectTime', (i) => time(i.connectedMs)],
  ['Eic_TerminationTime', (i) => time(i.endedMs)],
  ['Eic_Muted', (i) => (i.muted ? '1' : '0')],
  ['Eic_Capabilities', () => ''],
  ['Eic_WorkgroupName', (i) => i.workgroup],
  ['Eic_CallId', (i) => i.id],
  ['is_attr_campaignid', (i) => i.campaign?.id ?? ''],
  ['is_attr_campaignname', (i) => i.campaign?.config.name ?? ''],
];
const BY_NAME = new Map(READERS.map((entry) => [entry[0].toLowerCase(), entry]));

/** Attributes that may differ after the state changed. */
export const STATE_ATTRIBUTES: readonly string[] = [
  'Eic_State',
  'Eic_CallStateString',
  'Eic_ConnectTime',
  'Eic_TerminationTime',
  'Eic_Muted',
];

/**
 * One attribute by its name in any letter case (reference §5.1): what a client wrote, an Eic_ attribute, or a contact
 * column as `is_attr_<COLUMN>`. Returns the proper name and the value; empty for an attribute that is not set.
 */
export function attributeOf(interaction: Interaction, name: string): readonly [string, string] {
  const key = name.toLowerCase();
  const written = interaction.written.get(key);
  if (written) return written;
  const known = BY_NAME.get(key);
  if (known) return [known[0], known[1](interaction)];
  if (key.startsWith('is_attr_') && interaction.contact) {
    const column = key.slice('is_attr_'.length);
    for (const [columnName, value] of Object.entries(interaction.contact.columns)) {
      if (columnName.toLowerCase() === column) return [name, value];
    }
  }
  return [name, ''];
}

/** Several attributes as a map. */
export function attributesOf(interaction: Interaction, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => attributeOf(interaction, name)));
}
