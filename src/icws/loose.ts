/** Reading JSON that may have any shape. */

export type LooseObject = Readonly<Record<string, unknown>>;

/** The value as an object, or undefined when it is anything else (arrays included). */
export function asObject(value: unknown): LooseObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LooseObject) : undefined;
}

/** The value as a list; anything else counts as empty. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list; other entries are left out. */
export function objectsOf(value: unknown): readonly LooseObject[] {
  return asList(value).filter((entry): entry is LooseObject => asObject(entry) !== undefined);
}

/** A string, or a number written as one (ids come as either); undefined when it is neither. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** The texts of a list; other entries are left out. */
export function textsOf(value: unknown): string[] {
  return asList(value).flatMap((entry) => asText(entry) ?? []);
}

/** A number, or a string that spells one. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A map of texts; members of other kinds are left out. */
export function asTextMap(value: unknown): Record<string, string> {
  const map: Record<string, string> = {};
  const object = asObject(value);
  if (!object) return map;
  for (const key in object) {
    const text = asText(object[key]);
    if (text !== undefined) map[key] = text;
  }
  return map;
}

/**
 * An enum value as its number: the number itself, a numeric string, or the member's name in any letter case
 * (reference §7 #4). Unknown numbers pass; undefined when it is none of these.
 */
export function asEnum(members: Readonly<Record<string, number>>, value: unknown): number | undefined {
  const number = asNumber(value);
  if (number !== undefined || typeof value !== 'string') return number;
  const wanted = value.trim().toLowerCase();
  for (const name in members) if (name.toLowerCase() === wanted) return members[name];
  return undefined;
}

/** The parsed JSON, or undefined when the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
