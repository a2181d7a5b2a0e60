/** One metric family of a text exposition, checked by the rules of the format. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const UNITS_WE_DO_NOT_USE = /(_milliseconds|_ms|_minutes|_hours|_kilobytes|_percent)$/;

/**
 * Reads a Prometheus text exposition (format 0.0.4) as strictly as promtool and more: every sample belongs to a family
 * with HELP and TYPE, names and labels are well formed and unique, only counters end in `_total`, histograms are
 * cumulative and complete. Throws at the first fault.
 */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the exposition does not end with a newline');
  const families = new Map<string, Family & { samples: Sample[] }>();
  const help = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (comment) {
      const [, what, name = '', rest = ''] = comment;
      if (what === 'HELP') {
        if (help.has(name)) throw new Error(`${name} has two HELP lines`);
        if (rest.trim() === '') throw new Error(`${name} has no help`);
        help.set(name, rest);
      } else {
        if (families.has(name)) throw new Error(`${name} has two TYPE lines`);
        if (!/^(counter|gauge|histogram|summary)$/.test(rest)) throw new Error(`${name} has the type ${rest}`);
        families.set(name, { name, type: rest, help: help.get(name) ?? '', samples: [] });
      }
      continue;
    }
    if (line.startsWith('#')) throw new Error(`a stray comment: ${line}`);
    const sample = parseSample(line);
    const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(key)) throw new Error(`${line} appears twice`);
    seen.add(key);
    familyOf(families, sample.name).samples.push(sample);
  }
  for (const family of families.values()) check(family);
  return families;
}

function familyOf<F extends Family>(families: Map<string, F>, name: string): F {
  const direct = families.get(name);
  if (direct && direct.type !== 'histogram') return direct;
  const base = families.get(name.replace(/_(bucket|sum|count)$/, ''));
  if (base?.type === 'histogram' && base.name !== name) return base;
  throw new Error(`${name} has no TYPE line before it`);
}

function parseSample(line: string): Sample {
  const head = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{)?/.exec(line);
  if (!head) throw new Error(`no metric name in ${line}`);
  const labels: Record<string, string> = {};
  let rest = line.slice(head[0].length);
  if (head[2]) {
    for (;;) {
      const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\})/.exec(rest);
      if (!label) throw new Error(`a malformed label in ${line}`);
      const [whole, name = '', value = '', end] = label;
      if (name in labels) throw new Error(`label ${name} twice in ${line}`);
      labels[name] = value.replace(/\\(["\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c));
      rest = rest.slice(whole.length);
      if (end === '}') break;
    }
  }
  const value = /^ ([-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf)|[Nn]a[Nn])$/.exec(rest);
  if (!value?.[1]) throw new Error(`a malformed value in ${line}`);
  return { name: head[1] ?? '', labels, value: Number(value[1].replace('Inf', 'Infinity')) };
}

function check(family: Family): void {
  const { name, type, samples } = family;
  if (family.help === '') throw new Error(`${name} has no HELP line before its TYPE`);
  if (name.endsWith('_total') !== (type === 'counter')) throw new Error(`${name} is a ${type}`);
  if (UNITS_WE_DO_NOT_USE.test(name)) throw new Error(`${name} is not in a base unit`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} has a bad count`);
  if (type === 'histogram') checkHistogram(family);
}

function checkHistogram({ name, samples }: Family): void {
  const groups = new Map<string, { buckets: [number, number][]; sum?: number; count?: number }>();
  for (const sample of samples) {
    const { le, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    const group = groups.get(key) ?? { buckets: [] };
    groups.set(key, group);
    if (sample.name === `${name}_bucket`) group.buckets.push([Number(le?.replace('Inf', 'Infinity')), sample.value]);
    else if (sample.name === `${name}_sum`) group.sum = sample.value;
    else group.count = sample.value;
  }
  for (const [key, { buckets, sum, count }] of groups) {
    const where = `${name}${key}`;
    if (sum === undefined || count === undefined) throw new Error(`${where} lacks sum or count`);
    buckets.forEach(([bound, value], i) => {
      const before = buckets[i - 1];
      if (Number.isNaN(bound)) throw new Error(`${where} has a bucket without a bound`);
      if (before && !(bound > before[0] && value >= before[1]))
        throw new Error(`${where} is not cumulative at ${bound}`);
    });
    const last = buckets.at(-1);
    if (last?.[0] !== Number.POSITIVE_INFINITY) throw new Error(`${where} has no +Inf bucket`);
    if (last[1] !== count) throw new Error(`${where}: +Inf is ${last[1]}, count is ${count}`);
  }
}
