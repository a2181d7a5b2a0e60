import { SCHEDULED_CATEGORY, SKIP_LABEL } from '../wire/index.js';
import { invalidProperty, notFound, type Refusal } from './answer.js';
import { bookCallback } from './callbacks.js';
import { closeDispositioned } from './calls.js';
import { writeBack } from './contact-list.js';
import { finishContact } from './contact-supply.js';
import { instantOfWall } from './icws-time.js';
import type { ViolationCode } from './ledger.js';
import type { RequestBody } from './request-body.js';
import type { Agent, Call, OfferedDisposition, User, World } from './world.js';

interface Wish {
  readonly label: string;
  readonly scheduledMs: number | null;
  readonly owner: User | null;
  readonly callAttributes: Readonly<Record<string, string>>;
}

/**
 * dialer/disposition: closes the agent's open call by the rules of reference §4.7. Throws a Refusal: 404 without an open
 * call, 400 for a label that the pop did not offer, a skip that is not allowed, or a callback that is not.
 */
export function disposition(world: World, agent: Agent, body: RequestBody): void {
  const label = body.text('label');
  body.optionalFlag('isAbandon');
  body.optionalFlag('placeAdditionalFollowUpCall');
  const { call } = agent;
  if (!call) {
    if (!agent.excused) world.ledger.violation('disposition-without-call', agent.user.id);
    throw notFound('There is no call to disposition.');
  }
  const callAttributes = body.optionalMap('callAttributes') ?? {};
  if (label === SKIP_LABEL) {
    skip(world, call, callAttributes);
    return;
  }
  const chosen = call.campaign.dispositions.find((offered) => offered.label === label);
  if (!chosen) {
    world.ledger.violation('foreign-label', agent.user.id);
    throw invalidProperty('label', 'is not one of the dispositions of the call');
  }
  take(world, call, readWish(world, call, chosen, { body, callAttributes }), chosen);
}

function readWish(
  world: World,
  call: Call,
  chosen: OfferedDisposition,
  parts: { body: RequestBody; callAttributes: Readonly<Record<string, string>> },
): Wish {
  const { body, callAttributes } = parts;
  const scheduledTime = body.optionalInteger('scheduledTime');
  const scheduledAgent = body.optionalText('scheduledAgent');
  const relativeTo = body.optionalInteger('relativeTo') ?? 0;
  const breach = (code: ViolationCode, property: string, why: string): Refusal => {
    world.ledger.violation(code, call.agent.user.id);
    return invalidProperty(property, why);
  };
  if (relativeTo !== 0 && relativeTo !== 1) throw invalidProperty('relativeTo', 'must be 0 or 1');
  if (scheduledTime !== undefined && chosen.wrapUpCategory !== SCHEDULED_CATEGORY) {
    throw breach('callback-not-scheduled', 'scheduledTime', 'needs a disposition of category Scheduled');
  }
  if (scheduledTime !== undefined && (scheduledTime < 0 || scheduledTime > 8_640_000_000_000)) {
    throw invalidProperty('scheduledTime', 'must be a time in seconds since 1970');
  }
  let owner: User | null = null;
  if (scheduledAgent !== undefined && scheduledAgent !== '') {
    if (scheduledTime === undefined)
      throw breach('callback-owner-without-time', 'scheduledAgent', 'needs a scheduledTime');
    if (!call.campaign.config.allowAgentCallbacks) {
      throw breach('callback-owner-not-allowed', 'scheduledAgent', 'is not allowed in this campaign');
    }
    owner = world.users.get(scheduledAgent.toLowerCase()) ?? null;
    if (!owner) throw invalidProperty('scheduledAgent', 'is not a user');
  }
  const wallMs = scheduledTime === undefined ? null : scheduledTime * 1_000;
  const zone = call.contact.columns.tz ?? 'UTC';
  const scheduledMs = wallMs !== null && relativeTo === 1 ? instantOfWall(wallMs, zone) : wallMs;
  return { label: chosen.label, scheduledMs, owner, callAttributes };
}

/** Skips a preview (reference §4.7, §6.4): only where the campaign allows it, and only before it is placed. */
function skip(world: World, call: Call, callAttributes: Readonly<Record<string, string>>): void {
  const user = call.agent.user.id;
  if (!call.isPreview || !call.campaign.config.allowSkip) {
    world.ledger.violation('skip-not-allowed', user);
    throw invalidProperty('label', 'may not skip this call');
  }
  if (call.entry.placed) {
    world.ledger.violation('skip-after-placed', user);
    throw invalidProperty('label', 'may not skip a call that is placed');
  }
  record(world, call, { label: SKIP_LABEL, scheduledMs: null, owner: null, callAttributes }, 'skipped');
  finishContact(world, call.campaign, call.contact, 'skipped');
  closeDispositioned(world, call);
}

function take(world: World, call: Call, wish: Wish, chosen: OfferedDisposition): void {
  const { campaign, contact } = call;
  record(world, call, wish, 'dispositioned');
  if (wish.scheduledMs === null) finishContact(world, campaign, contact, chosen.label);
  else bookCallback(world, { campaign, contact, owner: wish.owner }, wish.scheduledMs);
  closeDispositioned(world, call);
}

function record(world: World, call: Call, wish: Wish, outcome: 'dispositioned' | 'skipped'): void {
  writeBack(call.contact, wish.callAttributes);
  const entry = {
    label: wish.label,
    at: world.ledger.stamp(),
    scheduledTime: wish.scheduledMs === null ? null : Math.round(wish.scheduledMs / 1_000),
    scheduledAgent: wish.owner?.id ?? null,
  };
  call.agent.excused = false;
  world.ledger.dispositioned(call.entry, entry, outcome);
}
