// The other side of the bench: the simulator of `dialer-agent simulate`, served as there, which also counts what passes.
import { systemClock } from '../dist/base/clock.js';
import { seededRandom } from '../dist/base/random.js';
import { createSimulator, startSimulatorServer, WorldSchema } from '../dist/simulator/index.js';
import { answerQuestions } from './answering.mjs';
import { usage } from './usage.mjs';

const world = WorldSchema.parse(JSON.parse(process.env.BENCH_WORLD));
const simulator = createSimulator({ world, clock: systemClock(), random: seededRandom(world.seed) });
const CAMPAIGN = world.campaigns[0].name;
simulator.control.pauseCampaign(CAMPAIGN);

/** Exchanges by name: how many and how many bytes, both ways. */
const passed = new Map();
const note = (name, sent, received) => {
  const entry = passed.get(name) ?? { count: 0, sent: 0, received: 0 };
  entry.count += 1;
  entry.sent += sent;
  entry.received += received;
  passed.set(name, entry);
};
const sizeOf = (text) => Buffer.byteLength(text);
/** Interaction, session and user ids say nothing of the kind of a request. */
const nameOf = ({ method, path }) =>
  `${method} ${path
    .replace(/^\/icws\/\d[^/]*/, '')
    .replace(/bot\d+/g, '{user}')
    .replace(/\/interactions\/[^/]+/, '/interactions/{id}')}`;

const server = await startSimulatorServer(
  {
    ...simulator,
    handle: async (request) => {
      const answer = await simulator.handle(request);
      let sent = sizeOf(request.method) + sizeOf(request.path) + sizeOf(request.body);
      for (const name in request.headers) sent += sizeOf(name) + sizeOf(String(request.headers[name]));
      note(nameOf(request), sent, sizeOf(answer.body));
      return answer;
    },
    openStream: (id, sink) =>
      simulator.openStream(id, {
        message: (json) => {
          note(/"__type":"urn:inin.com:([^"]+)"/.exec(json)?.[1] ?? '?', 0, sizeOf(json));
          sink.message(json);
        },
        close: () => sink.close(),
      }),
  },
  { host: '127.0.0.1', port: 0 },
);

answerQuestions({
  url: () => server.url,
  begin: () => simulator.control.resumeCampaign(CAMPAIGN),
  usage,
  passed: () => Object.fromEntries(passed),
  ledger: () => {
    const { calls, pops, dispositions, violationsByCode, unknownRoutes, answers, abandoned, sessions } =
      simulator.ledger();
    const outcomes = {};
    for (const { outcome } of calls) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return { pops, dispositions, violationsByCode, unknownRoutes, answers, abandoned, sessions, outcomes };
  },
});
