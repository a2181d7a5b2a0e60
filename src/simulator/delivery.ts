import type { IcwsMessage } from '../wire/index.js';
import type { MessageVerdict } from './faults.js';
import type { Agent, Parcel, Session, Sink, World } from './world.js';

/** How long a held message waits for the one that is to overtake it. */
const HELD_MS = 1_000;

/** Sends a message to one session: into its stream, else into its queue. Faults are asked first. */
export function deliver(world: World, session: Session, message: IcwsMessage): void {
  send(world, session, message, { json: JSON.stringify(message) });
}

/** Sends a message to several sessions; it is written out once. `onHanded` is called each time somebody gets it. */
export function deliverAll(
  world: World,
  sessions: Iterable<Session>,
  message: IcwsMessage,
  onHanded?: () => void,
): void {
  const parcel = { json: JSON.stringify(message), onHanded };
  for (const session of sessions) send(world, session, message, parcel);
}

/** Sends a Dialer message to every session of the agent (reference §4.1). */
export function tellAgent(world: World, agent: Agent, message: IcwsMessage): void {
  if (agent.sessions.size > 0) deliverAll(world, agent.sessions, message);
}

function send(world: World, session: Session, message: IcwsMessage, parcel: Parcel): void {
  world.ledger.messages.add(message.__type);
  if (!world.faults.active) {
    push(session, parcel);
    return;
  }
  const { user, id, sink } = session;
  const verdict = world.faults.onMessage({ message, user: user.id, session: id, streams: sink !== null });
  if (verdict) obey(world, session, parcel, verdict);
  else push(session, parcel);
}

function obey(world: World, session: Session, parcel: Parcel, verdict: MessageVerdict): void {
  switch (verdict.do) {
    case 'drop':
      return;
    case 'delay':
      world.timers.after(verdict.ms, () => push(session, parcel));
      return;
    case 'duplicate':
      push(session, parcel);
      if (!verdict.afterMs) push(session, parcel);
      else world.timers.after(verdict.afterMs, () => push(session, parcel));
      return;
    case 'hold':
      release(session);
      session.held = parcel;
      world.timers.after(HELD_MS, () => {
        if (session.held === parcel) release(session);
      });
      return;
    case 'cut':
      session.sink?.close();
      detachSink(world, session, session.sink);
      push(session, parcel);
      return;
    case 'tear': {
      const { sink } = session;
      detachSink(world, session, sink);
      if (sink?.tear) sink.tear(parcel.json);
      else sink?.close();
      return;
    }
    case 'silence':
      silence(session);
      return;
    case 'split':
      if (session.sink?.split && !session.isSilenced) {
        session.sink.split(parcel.json, verdict.at);
        parcel.onHanded?.();
      } else push(session, parcel);
      return;
    case 'instead':
      for (const message of verdict.messages) push(session, { ...parcel, json: JSON.stringify(message) });
  }
}

/** The session's stream stays open and carries nothing more: what is sent is lost until somebody reads anew. */
export function silence(session: Session): boolean {
  if (!session.sink || session.isSilenced) return false;
  session.isSilenced = true;
  session.sink.silence?.();
  return true;
}

function release(session: Session): void {
  const held = session.held;
  session.held = null;
  if (held !== null) hand(session, held);
}

function push(session: Session, parcel: Parcel): void {
  hand(session, parcel);
  if (session.held !== null) release(session);
}

function hand(session: Session, parcel: Parcel): void {
  if (!session.sink) {
    session.unread.push(parcel);
    return;
  }
  if (session.isSilenced) return;
  session.sink.message(parcel.json);
  parcel.onHanded?.();
}

/** Takes all unread messages, as the text of a JSON array in the order of sending. */
export function readMessages(world: World, session: Session): string {
  markRead(world, session);
  if (session.unread.length === 0) return '[]';
  const { unread } = session;
  session.unread = [];
  for (const { onHanded } of unread) onHanded?.();
  return `[${unread.map(({ json }) => json).join(',')}]`;
}

/** Notes that the session's messages were read just now. */
export function markRead(world: World, session: Session): void {
  session.lastReadMs = world.clock.monotonic();
  if (world.unwatched.delete(session)) world.unwatched.add(session);
}

/** Gives the session's messages to an event stream: those waiting first. An older stream ends. */
export function attachSink(world: World, session: Session, sink: Sink): void {
  const older = session.sink;
  session.sink = sink;
  session.isSilenced = false;
  older?.close();
  world.unwatched.delete(session);
  const waiting = session.unread;
  session.unread = [];
  for (const parcel of waiting) hand(session, parcel);
}

/** The event stream is over: messages wait for a reader again. Ignores a stream that was replaced. */
export function detachSink(world: World, session: Session, sink: Sink | null): void {
  if (!sink || session.sink !== sink) return;
  session.sink = null;
  session.isSilenced = false;
  session.lastReadMs = world.clock.monotonic();
  if (world.sessions.get(session.id) === session) world.unwatched.add(session);
}
