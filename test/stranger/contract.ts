/** Judges shapes by the OpenAPI document of the wire contract; every message by the schema that its `__type` names. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Json } from './shapes.js';

const document = parse(readFileSync('src/wire/openapi.yaml', 'utf8')) as {
  components: { schemas: Record<string, { discriminator?: { mapping?: Record<string, string> } }> };
};
const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ $id: 'icws', ...document });
const validators = new Map<string, ValidateFunction>();

/** What is wrong with `value` as schema `name`, or null. */
export function problemWith(name: string, value: unknown): string | null {
  let validate = validators.get(name);
  if (!validate) {
    validate = ajv.compile({ $ref: `icws#/components/schemas/${name}` });
    validators.set(name, validate);
  }
  if (validate(value)) return null;
  const [error] = validate.errors ?? [];
  return `${name}${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'}`;
}

/** What is wrong with a message of the channel, or null; unknown types are told as such. */
export function problemWithMessage(message: unknown): string | null {
  const type = String((message as Json | null)?.__type ?? '');
  const reference = document.components.schemas.IcwsMessage?.discriminator?.mapping?.[type];
  if (!reference) return `unknown message type ${type}`;
  return problemWith(reference.split('/').at(-1)!, message);
}
