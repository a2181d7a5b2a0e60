// Generates config/{worker,policy,policy-test,world}.schema.json, by which editors complete and explain the YAML files, from the zod
// schemas that read them (in dist/: build first). `--check` fails when one of them is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { workerSchema } from '../dist/config/index.js';
import { PolicySchema, PolicyTestSchema } from '../dist/policy/index.js';
import { WorldSchema } from '../dist/simulator/world-config.js';

const schemas = {
  worker: workerSchema(WorldSchema),
  policy: PolicySchema,
  'policy-test': PolicyTestSchema,
  world: WorldSchema,
};

/** Numbers without a bound of their own would show the bounds of JavaScript. */
function withoutLanguageBounds(node) {
  for (const value of Object.values(node))
    if (value !== null && typeof value === 'object') withoutLanguageBounds(value);
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  return node;
}

let isStale = false;
for (const [name, schema] of Object.entries(schemas)) {
  const target = new URL(`../config/${name}.schema.json`, import.meta.url);
  const json = withoutLanguageBounds(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }));
  const text = `${JSON.stringify({ title: `icws-dialer-agent ${name}`, ...json }, null, 2)}\n`;
  if (!process.argv.includes('--check')) {
    writeFileSync(target, text);
  } else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    console.error(`config/${name}.schema.json is stale: run \`npm run generate\` and commit the result.`);
    isStale = true;
  }
}
process.exitCode = isStale ? 1 : 0;
