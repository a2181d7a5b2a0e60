import { formatDuration } from '../base/duration.js';
import type { Explanation } from '../policy/index.js';

/** How a person reads what would be decided for a call: point by point, the rule that won first. */
export function explanationText({ offer, connect, end, considered }: Explanation): string {
  const parts = [
    ['At the offer', offer === null ? null : offerText(offer), offer?.rule],
    ['At connect', connect === null ? null : connectText(connect), connect?.rule],
    ['At the end', end === null ? null : endText(end), end?.rule],
  ] as const;
  const points = ['offer', 'connect', 'end'] as const;
  return parts
    .flatMap(([title, text, rule], index) => {
      if (text === null) return [];
      const looked = considered.filter(({ point }) => point === points[index]);
      const decided = rule === null ? noRule(looked.length) : `by rule ${String(rule)}`;
      const width = Math.max(0, ...looked.map((one) => one.rule.length));
      const lines = looked.map((one) => `  ${one.matched ? 'yes' : 'no '}  ${one.rule.padEnd(width)}  ${one.because}`);
      return [[`${title}: ${text}`, `  ${decided}`, ...lines].join('\n')];
    })
    .join('\n\n');
}

function noRule(looked: number): string {
  return looked === 0
    ? 'by default: no rule has an action here'
    : 'by default: no rule that has an action here matched';
}

function offerText(offer: NonNullable<Explanation['offer']>): string {
  const after = `after looking at it for ${length(offer.think)}`;
  if (offer.action === 'place') return `place the preview ${after}, ring for ${length(offer.ringFor ?? 0)}`;
  const unplaced =
    offer.label === undefined ? '' : `; skipping is not allowed, so it ends unplaced with ${labelText(offer.label)}`;
  return `skip the preview ${after}${unplaced}${fellBackText(offer.fellBack)}${columnsText(offer.writeBack)}`;
}

function connectText({ action, talk }: NonNullable<Explanation['connect']>): string {
  return action === 'hangUp' ? 'hang up at once' : `talk for ${length(talk)}`;
}

function endText(end: NonNullable<Explanation['end']>): string {
  const wrapUp = `after ${length(end.wrapUp)} of wrap-up`;
  const more = `${fellBackText(end.fellBack)}${columnsText(end.writeBack)}`;
  if (end.action === 'disposition') return `disposition ${labelText(end.label)} ${wrapUp}${more}`;
  const owner = end.scheduledAgent ?? 'anyone';
  const guess = end.zoneUnknown ? ", the policy's zone, for the contact's is not known" : '';
  return `callback ${labelText(end.label)} at ${end.local ?? ''}${guess}, for ${owner}, ${wrapUp}${more}`;
}

function labelText(label: string | null): string {
  return label === null ? 'nothing: nothing acceptable is offered' : `"${label}"`;
}

function fellBackText(fellBack: string | undefined): string {
  return fellBack === undefined ? '' : ` (fell back: ${fellBack})`;
}

function columnsText(columns: Readonly<Record<string, string>> | undefined): string {
  if (!columns) return '';
  return `, writing ${Object.entries(columns)
    .map(([name, value]) => `${name} = "${value}"`)
    .join(', ')}`;
}

function length(seconds: number): string {
  return formatDuration(seconds * 1_000);
}
