/** Keys that the design names and this version does not read yet, by the key of the map that they stand in. */
const LATER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  file: {
    thresholds: 'Judging a run by thresholds',
  },
  load: { stages: 'Load in stages' },
};

/** A sentence about a key of a later version, or undefined where the key is none. */
export function explainWorkerKey(path: readonly PropertyKey[], key: string): string | undefined {
  const owner = path.findLast((step) => typeof step !== 'number') ?? 'file';
  const subject = path.length <= 2 ? LATER[String(owner)]?.[key] : undefined;
  return subject && `${subject} ("${key}") is not supported yet; it comes with a later version.`;
}
