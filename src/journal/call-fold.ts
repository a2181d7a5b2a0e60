import type { OpenWork, SettledBy, UnsettledCall } from './open-work.js';
import type { AnswerVerdict, CallRef, Fact, JournalRecord } from './record.js';

type Of<K extends Fact['kind']> = Extract<JournalRecord, { kind: K }>;
type CallRecord = Of<'pop' | 'call.renamed' | 'preview' | 'decision' | 'intent' | 'outcome' | 'call.closed'>;

/** The commands that end a call. */
export const ENDING_COMMANDS: ReadonlySet<string> = new Set(['disposition', 'callback']);

/** What a record about a call does to an agent's work. */
export function callFold(work: OpenWork, record: CallRecord): OpenWork {
  const { at } = record;
  switch (record.kind) {
    case 'pop':
      return popped(work, record);
    case 'call.closed':
      return closed(work, record.call.interactionId, at);
    default: {
      const { call } = work;
      const id = record.kind === 'call.renamed' ? record.was : record.call?.interactionId;
      if (!call || id !== call.ref.interactionId) return work;
      const endsDecided = work.endsDecided + (record.kind === 'decision' && record.point === 'end' ? 1 : 0);
      return { ...work, at, endsDecided, call: advanced(call, record) };
    }
  }
}

/** A pop while another call is open overtakes it: for Dialer the older one is over (reference §6.9). */
function popped(work: OpenWork, record: Of<'pop'>): OpenWork {
  const { at } = record;
  const calls = Math.max(work.calls, record.nth ?? 0);
  const open = work.call;
  if (open?.ref.interactionId === record.call.interactionId) return { ...work, at, calls };
  const overtaken = open ? [...work.overtaken, open] : work.overtaken;
  return { ...work, at, calls, overtaken, call: opened(record, record.nth ?? calls) };
}

function opened(record: Of<'pop'>, nth: number): UnsettledCall {
  const { at, call: ref, preview = false, placed = false, previewEndsInMs = null, contact = '' } = record;
  return {
    ref,
    nth,
    poppedAt: at,
    preview,
    placed,
    previewEndsAt: previewEndsInMs === null ? null : at + previewEndsInMs,
    contact,
    stage: !preview ? 'talking' : placed ? 'ringing' : 'previewing',
    previewOutcome: null,
    offer: null,
    placeTries: 0,
    placedByTimer: false,
    placeInDoubt: false,
    ringingSince: preview && placed ? at : null,
    connectedAt: preview ? null : at,
    talkMs: null,
    endedBy: null,
    talkedMs: 0,
    end: null,
    endings: [],
    choice: 0,
    label: '',
    sends: 0,
    underWay: false,
    sent: 'never',
    unbroken: true,
    settled: null,
  };
}

function closed(work: OpenWork, interactionId: string, at: number): OpenWork {
  if (work.call?.ref.interactionId === interactionId) return { ...work, at, call: null };
  const overtaken = work.overtaken.filter(({ ref }) => ref.interactionId !== interactionId);
  return overtaken.length === work.overtaken.length ? work : { ...work, at, overtaken };
}

function advanced(call: UnsettledCall, record: Exclude<CallRecord, Of<'pop' | 'call.closed'>>): UnsettledCall {
  switch (record.kind) {
    case 'call.renamed':
      return { ...call, ref: record.call };
    case 'preview':
      return previewed(call, record);
    case 'decision':
      return decided(call, record);
    case 'intent':
      return intended(call, record);
    case 'outcome':
      return answered(call, record);
  }
}

function previewed(call: UnsettledCall, { at, outcome }: Of<'preview'>): UnsettledCall {
  const isPlaced = outcome === 'placed' || outcome === 'timed-out';
  const waits = call.stage === 'previewing' || call.stage === 'placing';
  return {
    ...call,
    previewOutcome: outcome,
    ...(isPlaced && { placed: true, placeInDoubt: false, ringingSince: call.ringingSince ?? at }),
    ...(isPlaced && waits && { stage: 'ringing' }),
  };
}

function decided(call: UnsettledCall, { at, point, details = {} }: Of<'decision'>): UnsettledCall {
  const { place = true, thinkMs = 0, ringForMs = 0, talkMs = null, endings = [], wrapUpMs = 0 } = details;
  switch (point) {
    case 'offer':
      return { ...call, offer: { at, place, thinkMs, ringForMs }, endings, choice: 0, label: endings[0]?.label ?? '' };
    case 'connect':
      return {
        ...call,
        stage: 'talking',
        placed: true,
        placeInDoubt: false,
        connectedAt: call.connectedAt ?? at,
        talkMs,
      };
    case 'end':
      return {
        ...call,
        stage: 'wrapping-up',
        placeInDoubt: false,
        endedBy: call.endedBy ?? details.endedBy ?? null,
        talkedMs: details.talkedMs ?? call.talkedMs,
        connectedAt: details.connected === false ? null : call.connectedAt,
        end: { at, wrapUpMs },
        endings,
        choice: 0,
        label: endings[0]?.label ?? '',
      };
  }
}

function intended(call: UnsettledCall, record: Of<'intent'>): UnsettledCall {
  if (ENDING_COMMANDS.has(record.command)) {
    const { choice = call.choice, label = call.label } = record;
    // An intent after a lost answer is a second one under way: the first stays in doubt.
    const sent = call.underWay ? 'doubt' : call.sent;
    return {
      ...call,
      stage: 'dispositioning',
      choice,
      label,
      sends: call.sends + 1,
      underWay: true,
      sent,
      // Until one is sent that may have arrived, whatever broke before does not matter.
      unbroken: call.unbroken || sent === 'never',
      settled: null,
    };
  }
  if (record.command === 'place-preview-call') {
    const { byTimer = false } = record;
    return { ...call, stage: 'placing', placeTries: call.placeTries + 1, placedByTimer: byTimer, placeInDoubt: true };
  }
  if (record.command === 'disconnect' && (call.stage === 'talking' || call.stage === 'ringing')) {
    const talkedMs = call.connectedAt === null ? 0 : record.at - call.connectedAt;
    return { ...call, stage: 'hanging-up', endedBy: call.endedBy ?? 'us', talkedMs };
  }
  return call;
}

function answered(call: UnsettledCall, record: Of<'outcome'>): UnsettledCall {
  const verdict = record.verdict ?? verdictFrom(record.answer, record.status);
  if (ENDING_COMMANDS.has(record.command)) return dispositionAnswered(call, verdict);
  if (record.command !== 'place-preview-call' || call.stage !== 'placing') return call;
  switch (verdict) {
    case 'ok':
      return { ...call, stage: 'ringing', placed: true, placeInDoubt: false, ringingSince: record.at };
    case 'unsent':
    case 'unavailable':
      return { ...call, stage: 'previewing', placeInDoubt: false };
    default:
      return call;
  }
}

/** Design §4.1, rules 5 and 6. */
function dispositionAnswered(call: UnsettledCall, verdict: AnswerVerdict): UnsettledCall {
  if (!call.underWay) return call;
  const over = (result: SettledBy['result'], basis: string): UnsettledCall => ({
    ...call,
    underWay: false,
    settled: { result, basis },
  });
  switch (verdict) {
    case 'ok':
      return over('accepted', 'answer');
    case 'gone':
      if (call.sent === 'never') return over('void', 'not-found');
      return call.unbroken ? over('accepted', 'resend-404') : over('unknown', 'not-found-after-a-break');
    case 'refused':
      if (call.choice + 1 >= call.endings.length) return over('failed', 'refused');
      return {
        ...call,
        stage: 'redispositioning',
        underWay: false,
        choice: call.choice + 1,
        label: call.endings[call.choice + 1]?.label ?? call.label,
      };
    case 'forbidden':
      return over('failed', 'refused');
    case 'lost':
      return { ...call, stage: 'redispositioning', underWay: false, sent: 'doubt' };
    case 'unsent':
    case 'unavailable':
      return { ...call, stage: 'redispositioning', underWay: false };
  }
}

/** The verdict of an outcome that names none: in doubt wherever it could be (fleet/verdict.ts draws the same lines). */
function verdictFrom(answer: Of<'outcome'>['answer'], status: number | undefined): AnswerVerdict {
  if (answer === 'ok') return 'ok';
  if (answer === 'lost' || status === undefined) return 'lost';
  if (status === 404) return 'gone';
  if (status === 403 || status === 410) return 'forbidden';
  if (status === 429 || status >= 500) return 'unavailable';
  return status === 401 ? 'unsent' : 'refused';
}

/** Whether a record tells of the call `interactionId`. */
export function concerns(record: { readonly call?: CallRef }, interactionId: string): boolean {
  return record.call?.interactionId === interactionId;
}
