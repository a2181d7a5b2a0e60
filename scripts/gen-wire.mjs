// Generates src/wire/generated.ts, the ICWS types and enum constants, from src/wire/openapi.yaml.
// `node scripts/gen-wire.mjs` writes the file; `--check` fails when it is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const source = new URL('../src/wire/openapi.yaml', import.meta.url);
const target = new URL('../src/wire/generated.ts', import.meta.url);
const { schemas } = parse(readFileSync(source, 'utf8')).components;

const refName = (ref) => ref.slice(ref.lastIndexOf('/') + 1);
const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const doc = (text, indent) =>
  text ? `${indent}/** ${text.replaceAll(/\s+/g, ' ').trim().replaceAll('*/', '*\\/')} */\n` : '';

/** Enums are open on the wire (reference §0, rule 1), so an enum type also admits numbers not named here. */
function typeOf(schema, indent) {
  if (schema.$ref) return refName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  for (const [word, glue] of [
    ['oneOf', ' | '],
    ['anyOf', ' | '],
    ['allOf', ' & '],
  ])
    if (schema[word]) return schema[word].map((part) => typeOf(part, indent)).join(glue);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const types = [schema.type].flat();
  return types.map((type) => single(type, schema, indent)).join(' | ');
}

function single(type, schema, indent) {
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array': {
      const item = typeOf(schema.items ?? {}, indent);
      return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case 'object':
      return objectType(schema, indent);
    default:
      return 'unknown';
  }
}

function objectType(schema, indent) {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) {
    const value = schema.additionalProperties;
    return `Record<string, ${value && value !== true ? typeOf(value, indent) : 'unknown'}>`;
  }
  const inner = `${indent}  `;
  const lines = properties.map(([name, value]) => {
    const optional = (schema.required ?? []).includes(name) ? '' : '?';
    return `${doc(value.description, inner)}${inner}${key(name)}${optional}: ${typeOf(value, inner)};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

function declaration([name, schema]) {
  const varnames = schema['x-enum-varnames'];
  if (varnames) {
    const members = schema.enum.map((value, i) => `  ${key(varnames[i])}: ${JSON.stringify(value)},\n`).join('');
    return `${doc(schema.description, '')}export const ${name} = {\n${members}} as const;\n${doc(schema.description, '')}export type ${name} = number;\n`;
  }
  const type = typeOf(schema, '');
  const plainObject = schema.type === 'object' && schema.properties;
  return plainObject
    ? `${doc(schema.description, '')}export interface ${name} ${type}\n`
    : `${doc(schema.description, '')}export type ${name} = ${type};\n`;
}

const text = [
  '// Generated from openapi.yaml by scripts/gen-wire.mjs. Do not edit: run `npm run generate`.\n',
  ...Object.entries(schemas).map(declaration),
].join('\n');

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/wire/generated.ts is stale: run `npm run generate` and commit the result.');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
