import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A password or token that does not show itself in messages, logs, JSON or the debugger's print-out. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself. Call it where it is sent, and nowhere else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
