// The floor: the same exchange as the worker's, over undici and nothing else. No state machine, no metrics, no log, no
// retry and no deadline of our own; `pool.request` with `body.text()` for commands, one streaming Client per agent, one
// JSON.parse per message, and a timer for the talk and another for the wrap-up. Requests leave in the worker's order and
// with its bytes: the bench compares both at the simulator.
import { Client, Pool } from 'undici';

const { url, users, talkMs, wrapUpMs, loginsPerSecond } = JSON.parse(process.env.BENCH_BARE);
const ICWS = 'application/vnd.inin.icws+JSON';
const pool = new Pool(url, { connections: 32, pipelining: 1 });

/** Sends one request and reads its whole answer; anything but a 2xx ends the process. */
async function request(method, path, headers, body) {
  const answer = await pool.request({ method, path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  return { answer, text };
}

async function work(user) {
  const settings = {
    __type: 'urn:inin.com:connection:icAuthConnectionRequestSettings',
    applicationName: 'icws-dialer-agent',
    userID: user,
    password: 'demo',
  };
  const { answer, text } = await request(
    'POST',
    '/icws/connection?include=features,version,effective-station,server-time',
    { accept: ICWS, 'accept-language': 'en-us', 'content-type': `${ICWS};charset=utf-8` },
    JSON.stringify(settings),
  );
  const { sessionId, csrfToken } = JSON.parse(text);
  const cookie = [answer.headers['set-cookie']].flat()[0].split(';', 1)[0];
  const root = `/icws/${sessionId}`;
  const headers = { accept: ICWS, 'inin-icws-csrf-token': csrfToken, cookie };
  const bodyHeaders = { ...headers, 'content-type': `${ICWS};charset=utf-8` };
  const send = (method, path, body) =>
    request(method, root + path, body === undefined ? headers : bodyHeaders, body && JSON.stringify(body));

  await listen(root, { ...headers, accept: 'text/event-stream' }, (message) => {
    if (message.__type === 'urn:inin.com:dialer:dataPopMessage') setTimeout(handle, talkMs, message.call);
  });
  await logIn(user, send);

  async function handle({ interactionId }) {
    await send('POST', `/interactions/${interactionId}/disconnect`, {});
    setTimeout(finish, wrapUpMs);
  }
  async function finish() {
    await send('POST', '/dialer/disposition', { label: 'Success' });
    await send('PUT', `/status/user-statuses/${user}`, { statusId: 'Available' });
  }
}

async function logIn(user, send) {
  await send('PUT', '/messaging/subscriptions/connection/station');
  await send('PUT', '/messaging/subscriptions/status/user-statuses', { userIds: [user] });
  await send('GET', '/status/status-messages');
  await send('GET', `/status/status-messages-user-access/${user}`);
  await send('PUT', '/connection/station', {
    __type: 'urn:inin.com:connection:stationlessSettings',
    supportedMediaTypes: [1],
    readyForInteractions: true,
  });
  await send('PUT', '/messaging/subscriptions/queues/agent-queue', {
    queueIds: [{ queueType: 0, queueName: user }],
    attributeNames: ['Eic_State', 'Eic_CallDirection', 'Eic_ObjectType', 'Eic_WorkgroupName', 'is_attr_campaignid'],
  });
  await send('POST', '/dialer/log-in', {});
  await send('POST', '/dialer/ready-for-calls', {});
  await send('GET', `/status/user-statuses/${user}`);
  await send('PUT', `/status/user-statuses/${user}`, { statusId: 'Available' });
}

/** Opens the agent's stream and hands each message over; resolves with the head. */
async function listen(root, headers, onMessage) {
  const client = new Client(url, { pipelining: 1, bodyTimeout: 0 });
  const { body } = await client.request({ method: 'GET', path: `${root}/messaging/messages`, headers });
  let rest = '';
  body.setEncoding('utf8');
  body.on('data', (chunk) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) if (block.startsWith('data: ')) onMessage(JSON.parse(block.slice(6)));
  });
}

process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(1);
});

// Paced as the worker paces its log-ins.
let next = 0;
const startedAt = performance.now();
const pacing = setInterval(() => {
  const due = Math.min(users.length, Math.ceil(((performance.now() - startedAt) / 1_000) * loginsPerSecond));
  while (next < due) void work(users[next++]);
  if (next === users.length) clearInterval(pacing);
}, 2);
