import { type Answer, json, NOTHING, type SimulatorRequest } from './answer.js';
import { isProblem, parseFault } from './fault-spec.js';
import type { Injection, Injections } from './injections.js';

const PLAIN_JSON = { 'content-type': 'application/json; charset=utf-8' };
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * `/simulator/faults`: GET lists the faults in force, POST lays one (JSON, as in a world file), DELETE lifts one by its id,
 * or all. Only this machine may ask. Undefined for another path.
 */
export function faultPage(injections: Injections, request: SimulatorRequest, path: string): Answer | undefined {
  const [, id] = /^\/simulator\/faults(?:\/([^/]+))?$/.exec(path) ?? [];
  if (!/^\/simulator\/faults(?:\/|$)/.test(path)) return undefined;
  if (request.peer !== undefined && !LOOPBACK.test(request.peer)) {
    return tell(403, { message: 'Faults are laid and lifted from this machine only.' });
  }
  const method = request.method.toUpperCase();
  if (method === 'GET' && id === undefined) return tell(200, { faults: injections.list().map(shown) });
  if (method === 'POST' && id === undefined) return lay(injections, request.body ?? '');
  if (method !== 'DELETE') return tell(405, { message: 'This page knows GET, POST and DELETE.' });
  if (id === undefined) {
    for (const injection of injections.list()) injections.lift(injection.id);
    return NOTHING;
  }
  return injections.lift(id) ? NOTHING : tell(404, { message: 'There is no such fault.' });
}

function lay(injections: Injections, body: string): Answer {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    return tell(400, { message: 'The body must be JSON.', problems: [] });
  }
  const spec = parseFault(input);
  if (isProblem(spec)) return tell(400, { message: spec.join(' '), problems: spec });
  try {
    const id = injections.lay(spec);
    const laid = injections.list().find((injection) => injection.id === id);
    return tell(201, laid && shown(laid), { location: `/simulator/faults/${id}` });
  } catch (error) {
    if (error instanceof RangeError) return tell(400, { message: error.message, problems: [error.message] });
    throw error;
  }
}

/** Durations in milliseconds, as they were understood. */
function shown({ id, spec, strikes }: Injection): object {
  const { fault, ...keys } = spec;
  return { id, fault, strikes, ...keys };
}

function tell(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return json(status, body, { ...PLAIN_JSON, ...headers });
}
