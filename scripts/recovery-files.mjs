// The files that a trial of recovery is made of: a busy world, a policy with many outcomes, a worker.

export const PASSWORD = 'rosebud and the sledge';

/** Everything that a real line can do to a worker, none of which may cost or double a call. */
export const MIXED_FAULTS = [
  'lost-response:on=disposition|place-preview-call,rate=5%',
  'lost-response:on=commands,rate=1%',
  'connection-reset:rate=1%',
  'server-error:status=503,at=6s,for=3s,again=20s',
  'cut-stream:rate=1%',
  'expired-session:rate=0.3%',
  'duplicate-message:rate=5%',
  'duplicate-message:on=pop,after=1s,rate=20%',
  'slow-answer:delay=500ms,rate=3%',
  'unknown-message:rate=2%',
  'switchover:at=15s,again=40s,gap=1s',
];

/** The simulator's world. Calls of a lost agent are kept for longer than any life lasts. */
export const worldOf = ({ agents, seed, contacts }) => `version: 1
seed: ${seed}
users:
  - { names: "bot{001..${rangeEnd(agents)}}", password: "${PASSWORD}" }
  - { names: "vip{001..${rangeEnd(agents)}}", password: "${PASSWORD}", logonCampaign: true }
campaigns:
  - { name: Collections, type: predictive, contacts: ${contacts}, allowAgentCallbacks: true }
  - { name: Surveys, type: power, contacts: ${contacts} }
  - { name: Renewals, type: preview, contacts: ${contacts}, allowSkip: true, previewTimeout: 60s, allowAgentCallbacks: true }
dialling: { ring: { uniform: { min: 50ms, max: 300ms } }, farSideHangsUpAfter: { exponential: { mean: 2s } } }
sessionTimeout: 20s
keepLostCalls: 2m
`;

/** Many labels, so that a disposition that hits another call than its own is seen by its label. */
export const POLICY = `version: 1
talk: { uniform: { min: 200ms, max: 2s } }
wrapUp: { uniform: { min: 0ms, max: 400ms } }
preview: { think: { uniform: { min: 0ms, max: 500ms } }, ringFor: 2s }
breaks: { afterCalls: 7, for: 1s }
rules:
  - { name: skip-some, when: { kind: preview, chance: 20% }, then: { skip: true } }
  - { name: again, when: { connected: true, chance: 20% }, then: { callback: { in: 1h, owner: anyone } } }
  - name: outcomes
    then: { disposition: { Success: 1, Not Interested: 1, Wrong Party: 1, Busy: 1, Machine: 1, Do Not Call: 1 } }
otherwise: { disposition: No Answer }
`;

const rangeEnd = (agents) => String(agents).padStart(3, '0');

/** The worker's file: two thirds of the agents are in all campaigns, one third chooses them one by one. */
export const workerOf = ({ url, agents, messaging, policy }) => `version: 1
seed: 7
server: { url: "${url}", alternates: [127.0.0.2], messaging: ${messaging}, firstConnect: never }
agents:
  - { users: "bot{001..${rangeEnd(Math.ceil((agents * 2) / 3))}}", password: { env: BOT_PASSWORD }, policy: ${policy} }
  - { users: "vip{001..${rangeEnd(Math.max(1, Math.floor(agents / 3)))}}", password: { env: BOT_PASSWORD }, policy: ${policy} }
load: { logins: 200/s }
recovery: { wait: 5s }
drain: { timeout: 60s }
journal: { path: journal }
`;
