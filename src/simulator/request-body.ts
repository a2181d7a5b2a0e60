import { invalidProperty, missingProperty, Refusal } from './answer.js';

/** Reads the members of a JSON request body; refuses what is missing or of the wrong type with the error of reference §1.9. */
export class RequestBody {
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.members = members;
  }

  /** Whether the member is there at all; null counts as absent. */
  has(name: string): boolean {
    return this.members[name] !== undefined && this.members[name] !== null;
  }

  /** A required text, not empty. */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined || value === '') throw missingProperty(name);
    return value;
  }

  optionalText(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (typeof value !== 'string') throw invalidProperty(name, 'must be a string');
    return value;
  }

  /** A required whole number. */
  integer(name: string): number {
    const value = this.optionalInteger(name);
    if (value === undefined) throw missingProperty(name);
    return value;
  }

  optionalInteger(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalidProperty(name, 'must be an integer');
    return value;
  }

  /** A required truth value. */
  flag(name: string): boolean {
    const value = this.optionalFlag(name);
    if (value === undefined) throw missingProperty(name);
    return value;
  }

  optionalFlag(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (typeof value !== 'boolean') throw invalidProperty(name, 'must be true or false');
    return value;
  }

  /** A required list of texts with at least one entry. */
  texts(name: string): readonly string[] {
    const value = this.optionalTexts(name);
    if (value === undefined) throw missingProperty(name);
    if (value.length === 0) throw invalidProperty(name, 'must not be empty');
    return value;
  }

  optionalTexts(name: string): readonly string[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
      throw invalidProperty(name, 'must be a list of strings');
    }
    return value;
  }

  optionalIntegers(name: string): readonly number[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (!Array.isArray(value) || value.some((entry) => !Number.isSafeInteger(entry))) {
      throw invalidProperty(name, 'must be a list of integers');
    }
    return value;
  }

  /** A required map of texts. */
  map(name: string): Readonly<Record<string, string>> {
    const value = this.optionalMap(name);
    if (value === undefined) throw missingProperty(name);
    return value;
  }

  optionalMap(name: string): Readonly<Record<string, string>> | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (!isObject(value) || Object.values(value).some((entry) => typeof entry !== 'string')) {
      throw invalidProperty(name, 'must map strings to strings');
    }
    return value as Record<string, string>;
  }

  /** A required list of objects. */
  objects(name: string): readonly RequestBody[] {
    const value = this.members[name];
    if (value === undefined || value === null) throw missingProperty(name);
    if (!Array.isArray(value) || !value.every(isObject)) throw invalidProperty(name, 'must be a list of objects');
    return value.map((entry) => new RequestBody(entry));
  }

  optionalObject(name: string): RequestBody | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (!isObject(value)) throw invalidProperty(name, 'must be an object');
    return new RequestBody(value);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const EMPTY = new RequestBody({});

/**
 * Reads a request's body whatever its media type says (reference §10.8): JSON, or nothing. Throws a Refusal with 400 for
 * anything else.
 */
export function readBody(text: string | undefined): RequestBody {
  if (text === undefined || text === '' || text === '{}' || text.trim() === '') return EMPTY;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, {
      errorId: 'error.request.invalidRepresentation',
      message: 'The body of the request is not valid JSON.',
    });
  }
  if (value === null) return EMPTY;
  if (!isObject(value)) {
    throw new Refusal(400, {
      errorId: 'error.request.invalidRepresentation',
      message: 'The body of the request is not a JSON object.',
    });
  }
  return new RequestBody(value);
}
