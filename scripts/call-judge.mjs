// Holds a worker's journal against the simulator's ledger, call by call, with no code of the product: a mistake in
// `reconcile` must not hide a mistake in the worker.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the journal's files tell of each call: how often it was popped, which labels were about to be sent for it, and how
 * it was closed. By interaction id.
 */
export function readCalls(folder) {
  const calls = new Map();
  const of = (id) => {
    if (!calls.has(id)) calls.set(id, { pops: 0, intents: [], closed: [] });
    return calls.get(id);
  };
  const names = readdirSync(folder).filter((name) => /^journal-\d+\.ndjson$/.test(name));
  for (const name of names.sort()) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    for (const record of lines.flatMap((line) => (line === '' ? [] : (JSON.parse(line).records ?? [])))) {
      const id = record.call?.interactionId;
      if (id === undefined) continue;
      if (record.kind === 'pop') of(id).pops++;
      if (record.kind === 'call.renamed') calls.set(id, of(record.was));
      if (record.kind === 'intent' && /^(disposition|callback)$/.test(record.command))
        of(id).intents.push(record.label);
      if (record.kind === 'call.closed') of(id).closed.push({ result: record.result, basis: record.basis });
    }
  }
  return calls;
}

/**
 * The verdict on each call that the ledger handed out. `wrong` holds a sentence for each that did not end exactly once:
 *
 * - double: more than one disposition was taken, or the journal closed it as accepted more than once;
 * - strayed: the label that was taken was never meant for this call;
 * - lost: nothing was taken, though the journal says accepted, or says nothing, or Dialer still holds it open, or the worker
 *   itself cut it off: by an Available status over it, or by leaving;
 * - denied: one was taken, though the journal says void or failed, or says nothing.
 */
export function judge(ledger, calls) {
  const counts = {
    calls: 0,
    accepted: 0,
    void: 0,
    unknown: 0,
    failed: 0,
    doubles: 0,
    losses: 0,
    strays: 0,
    denials: 0,
  };
  const unknowns = {};
  const wrong = [];
  for (const call of ledger.calls) {
    counts.calls++;
    const told = calls.get(call.interactionId);
    const results = (told?.closed ?? []).map(({ result }) => result);
    // One that was given up may have come again: what is known in the end counts.
    const result = results.includes('accepted') ? 'accepted' : results.at(-1);
    if (result !== undefined) counts[result]++;
    const fault = faultOf(call, told, results, result);
    if (fault) {
      counts[fault]++;
      const labels = call.dispositions.map(({ label }) => label).join(', ') || 'nothing';
      const { interactionId, agent, outcome, wrapUp } = call;
      wrong.push(
        `${fault}: call ${interactionId} of ${agent}: Dialer took ${labels} (${outcome}${wrapUp ? `, ${wrapUp}` : ''}), ` +
          `the journal has ${told ? `${told.pops} pops, ${told.intents.length} intents, ${results.join(', ') || 'no result'}` : 'nothing'}`,
      );
    }
    if (result === 'unknown' || result === 'void') {
      const truth = call.dispositions.length > 0 ? 'had arrived' : `closed by Dialer: ${call.wrapUp ?? call.outcome}`;
      const why = `${result} (${told.closed.at(-1).basis}), ${truth}`;
      unknowns[why] = (unknowns[why] ?? 0) + 1;
    }
  }
  return { counts, unknowns, wrong };
}

function faultOf({ dispositions, outcome, wrapUp }, told, results, result) {
  if (dispositions.length > 1 || results.filter((one) => one === 'accepted').length > 1) return 'doubles';
  const [taken] = dispositions;
  if (!taken) {
    const isDialersDoing = outcome === 'withdrawn' || wrapUp === 'Ambiguous - Agent Connection Broken';
    return isDialersDoing && (result === 'void' || result === 'unknown') ? null : 'losses';
  }
  if (!told?.intents.includes(taken.label)) return 'strays';
  return result === 'accepted' || result === 'unknown' ? null : 'denials';
}
