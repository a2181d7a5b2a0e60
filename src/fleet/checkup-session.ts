import { nearest } from '../base/suggestion.js';
import type { Answer } from '../icws/answer.js';
import {
  getStatus,
  getStatusMessages,
  getUserAccess,
  type Station,
  setStation,
  subscribeUserStatuses,
} from '../icws/commands.js';
import type { IcwsError } from '../icws/errors.js';
import type { Session } from '../icws/session.js';
import type { Ears } from './checkup-ears.js';
import type { Findings } from './finding.js';
import type { StatusNames } from './status-desk.js';

/** One open session under examination. */
export interface Examined {
  readonly session: Session;
  readonly ears: Ears;
  readonly findings: Findings;
}

const PASSWORD_DAYS = 14;
/** Callback times are absolute: a clock that is wrong by more calls people at the wrong minute. */
const SKEW_MS = 30_000;
/** A message is due at once after a subscription; a stream that is swallowed has to be given up first. */
const MESSAGE_MS = 15_000;

/** What to do about a log-in that failed. */
export function whyNoSession(error: IcwsError): string {
  switch (error.code) {
    case 'icws/credentials-refused':
      return 'Correct the password; look whether the account is locked or its password ran out. It was tried once only.';
    case 'icws/forbidden':
      return 'The user may not log in by ICWS: rights and licences of the user (I3_ACCESS_CLIENT), and I3_FEATURE_ICWS_SDK of the server.';
    case 'icws/host-not-allowed':
      return 'If that host is yours: --allow-host, or safety.allowHosts.';
    case 'icws/unavailable':
      return 'No host serves sessions now. A switchover takes minutes; for longer, look at the session manager.';
    case 'icws/protocol':
    case 'icws/unexpected-status':
      return 'Is this an ICWS server, and is the address right?';
    default:
      return 'Look at network and server.';
  }
}

/** What the log-in itself told: the password's age, and the server's clock. */
export function checkGrant({ session, findings }: Examined): void {
  const { passwordDays: days, clockSkewMs } = session;
  if (days === undefined) findings.add('password', 'skipped', 'the server does not tell when it runs out');
  else if (days <= PASSWORD_DAYS) {
    findings.add('password', 'warning', `it runs out in ${days} days`, 'Have it changed before bots are locked out.');
  } else findings.add('password', 'ok', `good for ${days} days`);
  const seconds = Math.round(Math.abs(clockSkewMs) / 1_000);
  const skew = `the server's clock is ${seconds} s ${clockSkewMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(clockSkewMs) > SKEW_MS) {
    const remedy = 'Keep both by NTP: callbacks are scheduled by our clock and dialled by theirs.';
    findings.add('clock', 'warning', skew, remedy);
  } else findings.add('clock', 'ok', seconds <= 1 ? "the server's clock agrees with ours, to a second" : skew);
}

/** Whether messages are really delivered: a subscription is answered by one at once (reference §2.6). */
export async function checkMessages({ session, ears, findings }: Examined): Promise<void> {
  session.listen(ears);
  const answer = await session.subscribe(subscribeUserStatuses([session.userId]));
  if (answer.kind !== 'ok') {
    const remedy = 'Without messages no call is ever noticed: rights of the user, and the server itself.';
    findings.add('messages', 'problem', `the status watch was refused: ${answer.error.message}`, remedy);
    return;
  }
  const came = await ears.until(() => ears.heard.size > 0, MESSAGE_MS);
  if (!came) {
    const way = ears.channel === null ? 'neither stream nor polling was answered' : `${wayOf(ears)}, but nothing came`;
    const remedy = 'A proxy that holds back or cuts streams? Try --messaging poll.';
    findings.add('messages', 'problem', ears.lost ? `the session was lost (${ears.lost})` : way, remedy);
  } else if (ears.fellBack) {
    const remedy = 'A proxy in between holds it back: polling costs a request a second for each agent.';
    findings.add('messages', 'warning', 'the event stream does not come through; polling does', remedy);
  } else {
    findings.add('messages', 'ok', `${wayOf(ears)}; messages come`);
  }
}

const wayOf = ({ channel }: Ears): string => (channel === 'stream' ? 'event stream' : 'polling');

/** Whether nobody works as this user: he would lose his station to us. Returns whether to go on. */
export async function checkFree({ session, findings }: Examined): Promise<boolean> {
  const answer = await session.run(getStatus(session.userId));
  if (answer.kind !== 'ok' || !answer.body) {
    findings.add('free', 'warning', `the status of ${session.userId} cannot be read: ${sayNo(answer)}`);
    return true;
  }
  const { statusId, stations = [], onPhone } = answer.body;
  const stands = Array.isArray(stations) ? stations : [];
  const isAtWork = stands.length > 0 || onPhone === true || (await takesCallsIn(session, statusId));
  if (!isAtWork) {
    findings.add('free', 'ok', `${session.userId} is at no station, status ${statusId}`);
    return true;
  }
  const where = stands.length > 0 ? `at station ${stands.slice(0, 3).join(', ')}, ` : '';
  const message = `somebody seems to work as ${session.userId}: ${where}status ${statusId}; what would disturb him is left out`;
  const remedy =
    'Name a bot that is not at work with --user, or log it off first. If nobody works there, set another status.';
  findings.add('free', 'warning', message, remedy);
  return false;
}

/** Whether calls come to a user in this status, or have just come. An agent without a station shows by nothing else. */
async function takesCallsIn(session: Session, statusId: string): Promise<boolean> {
  const list = await session.run(getStatusMessages());
  const catalog = session.statusCatalogs((list.kind === 'ok' && list.body) || []);
  return catalog.isAcd(statusId) === true || catalog.wordsOf(statusId).some((word) => ON_CALL.includes(word));
}

/** Set by Dialer on the way of a call (reference §3.1). */
const ON_CALL = ['campaign call', 'awaiting callback', 'follow up'];

/** Takes the station, without saying that calls are welcome. */
export async function checkStation(
  { session, findings }: Examined,
  station: Station,
  isSimulated: boolean,
): Promise<void> {
  const answer = await session.run(setStation(station, { takesCalls: false }));
  if (station.kind === 'none') {
    const remedy = 'Give each bot one: --station, or station in the roster.';
    if (isSimulated) findings.add('station', 'ok', 'none is configured; the simulator delivers calls all the same');
    else findings.add('station', 'warning', 'none is configured; most servers deliver no call without', remedy);
    return;
  }
  const name = station.kind === 'remote-number' ? 'the remote number' : station.workstation;
  if (answer.kind === 'ok') findings.add('station', 'ok', `${name} took the log-in`);
  else {
    const remedy =
      'Does the station exist, is it licensed and active, may this user log in to it, does nobody else use it?';
    findings.add('station', 'problem', `${name} was refused: ${answer.error.message}`, remedy);
  }
}

/** Whether the three statuses are there, and this user may choose them. */
export async function checkStatuses({ session, findings }: Examined, names: StatusNames): Promise<void> {
  const list = await session.run(getStatusMessages());
  const access = await session.run(getUserAccess(session.userId));
  const statuses = list.kind === 'ok' ? (list.body ?? []) : [];
  if (statuses.length === 0) {
    findings.add('statuses', 'problem', `the statuses cannot be read: ${sayNo(list)}`, 'Look at server and rights.');
    return;
  }
  const allowed = access.kind === 'ok' && access.body && access.body.length > 0 ? access.body : undefined;
  const catalog = session.statusCatalogs(statuses, allowed);
  let isFine = true;
  const add = (status: 'problem' | 'warning', message: string, remedy: string): void => {
    isFine = false;
    findings.add('statuses', status, message, remedy);
  };
  for (const purpose of ['available', 'break', 'end'] as const) {
    const found = catalog.resolve(names[purpose]);
    const key = `statuses.${purpose}`;
    if (!found) {
      const meant = nearest(
        names[purpose],
        statuses.map(({ messageText, statusId }) => messageText || statusId),
      );
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
      add('problem', `"${names[purpose]}" is none of the server's ${statuses.length}`, `Set ${key}.${hint}`);
    } else if (catalog.isSelectable(found.statusId) === false) {
      add('problem', `${session.userId} may not choose "${names[purpose]}"`, `Allow it to the user, or set ${key}.`);
    } else if (purpose === 'available' && catalog.isAcd(found.statusId) === false) {
      add('warning', `"${names[purpose]}" is no ACD status: Dialer gives no calls in it`, `Set ${key}.`);
    } else if (purpose !== 'available' && catalog.isAcd(found.statusId) === true) {
      add('warning', `"${names[purpose]}" is an ACD status: calls would come in it`, `Set ${key}.`);
    }
  }
  if (isFine) findings.add('statuses', 'ok', `${names.available}, ${names.break}, ${names.end}`);
}

/** Why an answer cannot be used, in a few words. */
export function sayNo(answer: Answer<unknown>): string {
  return answer.kind === 'ok' ? 'the answer cannot be read' : answer.error.message;
}
