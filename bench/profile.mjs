/** Where the samples of a .cpuprofile fell: by part of the program, and the heaviest functions. */
export function summariseProfile(profile, calls) {
  const perSample = (profile.endTime - profile.startTime) / profile.samples.length;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parts = new Map();
  const functions = new Map();
  for (const id of profile.samples) {
    const { callFrame } = nodes.get(id);
    const part = partOf(callFrame);
    if (part === '(idle)') continue;
    add(parts, part, perSample);
    add(functions, `${callFrame.functionName || '(anonymous)'}  ${part} ${placeOf(callFrame)}`, perSample);
  }
  const list = (map, most) =>
    [...map]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, micros]) => `  ${(micros / calls).toFixed(1).padStart(7)}  ${name}`)
      .join('\n');
  return `\nself time in µs per call, by part\n${list(parts, 40)}\n\nby function\n${list(functions, 60)}`;
}

function add(map, key, value) {
  map.set(key, (map.get(key) ?? 0) + value);
}

function partOf({ functionName, url }) {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native';
  const own = /\/(dist|src)\/(.+)\.[jt]s$/.exec(url);
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  if (dependency) return dependency[1];
  if (own) return own[2];
  return url.startsWith('node:') ? url : 'bench';
}

function placeOf({ url, lineNumber }) {
  return url === '' ? '' : `${url.split('/').at(-1)}:${lineNumber + 1}`;
}
