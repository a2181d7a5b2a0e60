import type { Locator } from './document.js';

/** A part of a read value that stands elsewhere: in another file, or in another place of the same. */
export interface Origin {
  readonly locator: Locator;
  readonly path: readonly PropertyKey[];
}

/** The origins of parts of one value, by the path at which each was put. */
export class Origins {
  private readonly byPath = new Map<string, Origin>();
  private readonly items = new Map<string, Origin>();

  put(path: readonly PropertyKey[], origin: Origin): void {
    this.byPath.set(JSON.stringify(path), origin);
  }

  /** The same of an item that was moved within a list: it has no other place than its origin. */
  putItem(path: readonly PropertyKey[], origin: Origin): void {
    this.items.set(JSON.stringify(path), origin);
  }

  /** Where the value at `path` stands if it came from elsewhere: only what is inside such a part, not the part itself. */
  of(path: readonly PropertyKey[]): Origin | undefined {
    if (this.byPath.size === 0 && this.items.size === 0) return undefined;
    for (let length = path.length; length > 0; length--) {
      const place = JSON.stringify(path.slice(0, length));
      const origin = this.items.get(place) ?? (length < path.length ? this.byPath.get(place) : undefined);
      if (origin) return { locator: origin.locator, path: [...origin.path, ...path.slice(length)] };
    }
    return undefined;
  }
}

/** A locator that places what came from elsewhere where it stands. */
export function relocated(locator: Locator, origins: Origins): Locator {
  return {
    file: locator.file,
    locate: (path, where) => {
      const origin = origins.of(path);
      return origin ? origin.locator.locate(origin.path, where) : locator.locate(path, where);
    },
    diagnose: (path, complaint, where) => {
      const origin = origins.of(path);
      return origin ? origin.locator.diagnose(origin.path, complaint, where) : locator.diagnose(path, complaint, where);
    },
  };
}
