/** Keys that the design names and this version does not read yet, by the key of the map that they stand in. */
const LATER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  policy: {
    include: 'Including other files',
  },
  condition: {
    dispositions: 'Testing the offered dispositions',
    endedBy: 'Testing who ended the call',
    talked: 'Testing the talk time',
    time: 'Testing the time of day',
    nthCall: 'Testing the number of the call',
  },
  then: {
    hangUp: 'Hanging up at connect',
    talk: 'A talk time for one rule',
    wrapUp: 'A wrap-up time for one rule',
    writeBack: 'Writing back to the contact',
  },
};

/** A sentence about a key of a later version, or undefined where the key is none. */
export function explainPolicyKey(path: readonly PropertyKey[], key: string): string | undefined {
  const subject = LATER[ownerOf(path)]?.[key];
  return subject && `${subject} ("${key}") is not supported yet; it comes with a later version.`;
}

function ownerOf(path: readonly PropertyKey[]): string {
  const last = path.findLast((step) => typeof step !== 'number');
  if (last === undefined) return 'policy';
  return ['when', 'all', 'any', 'not'].includes(String(last)) ? 'condition' : String(last);
}
