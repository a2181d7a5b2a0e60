import type { Answer } from './answer.js';
import type { RequestBody } from './request-body.js';
import type { Session, World } from './world.js';

/** A request without a session, on its way to its handler. */
export interface Exchange {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: RequestBody;
  /** The value of a header by its lower-case name; empty when absent. */
  readonly header: (name: string) => string;
}

/** A request of a session whose cookie (and token) were found in order. */
export interface SessionExchange extends Exchange {
  readonly session: Session;
}

/** Routes of one resource family: `POST dialer/log-in`, `PUT messaging/subscriptions/queues/:subscriptionId`. */
export type OpenRoutes = Readonly<Record<string, (exchange: Exchange) => Answer>>;
export type SessionRoutes = Readonly<Record<string, (exchange: SessionExchange) => Answer>>;

export interface Route<Handler> {
  readonly operation: string;
  readonly handler: Handler;
}

export interface Match<Handler> {
  /** Undefined: the resource exists, the method does not. */
  readonly route: Route<Handler> | undefined;
  readonly params: Readonly<Record<string, string>>;
}

interface Node<Handler> {
  readonly children: Map<string, Node<Handler>>;
  wildcard: { readonly name: string; readonly node: Node<Handler> } | null;
  readonly methods: Map<string, Route<Handler>>;
}

/** Finds routes by method and path segments, without regard to the letter case of the fixed ones. */
export class Router<Handler> {
  private readonly root: Node<Handler> = emptyNode();

  /** Adds a table of routes. */
  add(routes: Readonly<Record<string, Handler>>): this {
    for (const [operation, handler] of Object.entries(routes)) {
      const [method = '', path = ''] = operation.split(' ');
      let node = this.root;
      for (const segment of path.split('/')) node = childOf(node, segment);
      node.methods.set(method, { operation, handler });
    }
    return this;
  }

  /** The route for a request; undefined when no resource has this path. */
  match(method: string, segments: readonly string[]): Match<Handler> | undefined {
    let node = this.root;
    const params: Record<string, string> = {};
    for (const segment of segments) {
      const fixed = node.children.get(segment.toLowerCase());
      if (fixed) {
        node = fixed;
      } else if (node.wildcard) {
        params[node.wildcard.name] = segment;
        node = node.wildcard.node;
      } else {
        return undefined;
      }
    }
    return node.methods.size === 0 ? undefined : { route: node.methods.get(method), params };
  }
}

function emptyNode<Handler>(): Node<Handler> {
  return { children: new Map(), wildcard: null, methods: new Map() };
}

function childOf<Handler>(node: Node<Handler>, segment: string): Node<Handler> {
  if (segment.startsWith(':')) {
    node.wildcard ??= { name: segment.slice(1), node: emptyNode() };
    return node.wildcard.node;
  }
  let child = node.children.get(segment);
  if (!child) {
    child = emptyNode();
    node.children.set(segment, child);
  }
  return child;
}
