import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { CALL_STAGES } from './context.js';

/**
 * Draws the chart as a Mermaid state diagram: the seven states with their inner states, transitions labelled
 * `event [guard]`. To stay readable it leaves out what changes no state, draws call handling once, in on-call, and draws
 * one arrow between two of the seven states, labelled with the events alone.
 */
export function mermaid(chart: AnyStateMachine): string {
  const tops = Object.values(chart.root.states) as AnyStateNode[];
  return [
    'stateDiagram-v2',
    `  [*] --> ${idOf(initialOf(chart.root))}`,
    ...tops.flatMap((top) => (isSimple(top) ? [`  ${declaration(top)}`] : composite(top, '  '))),
    ...tops.flatMap((top) => arrowsLeaving(top, tops)),
    '',
  ].join('\n');
}

const STAGES: ReadonlySet<string> = new Set<string>([...CALL_STAGES, 'entering', 'closed']);
/** The state that call handling is drawn in. */
const CALL_HOME = 'on-call';

/** A state with its inner states and the arrows between them. */
function composite(node: AnyStateNode, indent: string): string[] {
  const inner = Object.values(node.states).filter((child) => !isHidden(child));
  const deeper = `${indent}  `;
  const initial = initialOf(node);
  return [
    `${indent}state "${node.key}" as ${idOf(node)} {`,
    ...(isHidden(initial) ? [] : [`${deeper}[*] --> ${idOf(initial)}`]),
    ...inner.flatMap((child) => {
      if (isSimple(child)) return [`${deeper}${declaration(child)}`];
      return composite(child, deeper);
    }),
    ...inner.filter((child) => child.type === 'final').map((child) => `${deeper}${idOf(child)} --> [*]`),
    ...arrowsWithin(node, deeper),
    ...notesIn(node).map((line) => `${deeper}${line}`),
    `${indent}}`,
  ];
}

function declaration(node: AnyStateNode): string {
  return isChoice(node) ? `state ${idOf(node)} <<choice>>` : `state "${node.key}" as ${idOf(node)}`;
}

/** Arrows between the states right inside `node`; one that starts or ends deeper counts for the state it is in. */
function arrowsWithin(node: AnyStateNode, indent: string): string[] {
  const arrows = new Map<string, Set<string>>();
  for (const { source, target, label } of transitionsBelow(node)) {
    const [from, to] = [childOf(node, source), childOf(node, target)];
    if (!from || !to || from === to || isHidden(from) || isHidden(to)) continue;
    add(arrows, `${idOf(from)} --> ${idOf(to)}`, label);
  }
  return [...arrows].map(([arrow, labels]) => `${indent}${labelled(arrow, labels)}`);
}

/** One arrow from `top` to each other of the seven, with the events that lead there. */
function arrowsLeaving(top: AnyStateNode, tops: readonly AnyStateNode[]): string[] {
  const arrows = new Map<string, Set<string>>();
  for (const { source, target, event } of transitionsBelow(top)) {
    const to = tops.find((other) => other.key === target.path[0]);
    if (to && to !== top)
      add(arrows, `${idOf(top)} --> ${idOf(to)}`, event ?? (source.key === 'closed' ? 'call closed' : ''));
  }
  return [...arrows].map(([arrow, labels]) => `  ${labelled(arrow, labels)}`);
}

interface Arrow {
  readonly source: AnyStateNode;
  readonly target: AnyStateNode;
  /** Null for a way that is taken at once. */
  readonly event: string | null;
  readonly label: string;
}

/** All transitions of a state and of those inside it that lead to a state. */
function transitionsBelow(node: AnyStateNode): Arrow[] {
  const own = [...node.transitions.values()].flat().map((transition) => arrowOf(transition));
  const always = (node.always ?? []).map((transition) => arrowOf(transition, null));
  const inner = Object.values(node.states).flatMap((child) => transitionsBelow(child));
  return [...own, ...always, ...inner].filter((arrow): arrow is Arrow => arrow !== undefined);
}

function arrowOf(transition: AnyTransitionDefinition, event: string | null = eventOf(transition)): Arrow | undefined {
  const [target] = transition.target ?? [];
  if (!target) return undefined;
  const guard = guardText(transition.guard);
  const label = [event, guard && `[${guard}]`].filter(Boolean).join(' ');
  return { source: transition.source, target, event, label };
}

/** A timer is named by what it waits for. */
function eventOf({ eventType }: AnyTransitionDefinition): string {
  if (eventType === 'stage.ended') return 'when the stage ends';
  const timer = /^xstate\.after\.(.*)\.[^.]*$/.exec(eventType);
  return timer ? `when ${timer[1]?.replace(/\..*$/, '')}` : eventType;
}

/** A guard in words; that an answer is the awaited one, and a call the open one, goes without saying. */
function guardText(guard: unknown): string {
  if (typeof guard === 'string') return guard === 'it concerns the open call' ? '' : guard;
  if (typeof guard === 'function') {
    const parts = ((guard as { guards?: unknown[] }).guards ?? []).map(guardText).filter((part) => part !== '');
    if (guard.name === 'not') return `not (${parts.join('')})`;
    return parts.join(guard.name === 'or' ? ' or ' : ', ');
  }
  if (typeof guard !== 'object' || guard === null) return '';
  const { type, params } = guard as { type: string; params?: unknown };
  if (type === 'it answers') return ((params as { with?: string[] }).with ?? []).join(' or ');
  return params === undefined ? type : `${type} ${String(params)}`;
}

/** Notes hang on inner states: Mermaid does not draw them on a state that has some. */
function notesIn(node: AnyStateNode): string[] {
  if (hidesCall(node)) return note(`${idOf(node)}__idle`, HANDLES_CALLS);
  return node.path.length === 1 && node.key === initialOf(node.machine.root).key
    ? note(idOf(initialOf(node)), fromAnywhere(node.machine.root))
    : [];
}

const HANDLES_CALLS = [
  `a call is handled here just as in ${CALL_HOME};`,
  'a change between the states that hold one',
  'keeps its inner state: nothing is sent again',
  'and no timer starts anew',
];

function fromAnywhere(root: AnyStateNode): string[] {
  const arrows = [...root.transitions.values()].flat().map((transition) => arrowOf(transition));
  const ways = arrows.flatMap((arrow) => (arrow ? [`${arrow.label} → ${arrow.target.key}`] : []));
  return ['from every state that does not say otherwise', ...ways];
}

function note(on: string, lines: readonly string[]): string[] {
  return [`note right of ${on}`, ...lines.map((line) => `  ${line}`), 'end note'];
}

function add(arrows: Map<string, Set<string>>, arrow: string, label: string): void {
  const labels = arrows.get(arrow) ?? new Set();
  if (label) labels.add(label);
  arrows.set(arrow, labels);
}

function labelled(arrow: string, labels: ReadonlySet<string>): string {
  return labels.size === 0 ? arrow : `${arrow} : ${[...labels].join('<br/>')}`;
}

/** The state right inside `node` that `inner` is, or is in. */
function childOf(node: AnyStateNode, inner: AnyStateNode): AnyStateNode | undefined {
  const isInside = node.path.every((key, depth) => inner.path[depth] === key);
  return isInside ? node.states[inner.path[node.path.length] ?? ''] : undefined;
}

function initialOf(node: AnyStateNode): AnyStateNode {
  return node.initial.target?.[0] ?? node;
}

/** A stage of a call that is drawn elsewhere. */
function isHidden(node: AnyStateNode): boolean {
  return node.path.length === 2 && node.path[0] !== CALL_HOME && STAGES.has(node.key);
}

function hidesCall(node: AnyStateNode): boolean {
  return Object.values(node.states).some(isHidden);
}

function isSimple(node: AnyStateNode): boolean {
  return Object.keys(node.states).length === 0;
}

function isChoice(node: AnyStateNode): boolean {
  return isSimple(node) && (node.always?.length ?? 0) > 0;
}

/** Mermaid's names have no dots and no hyphens. */
function idOf(node: AnyStateNode): string {
  return node.path.join('__').replaceAll('-', '_');
}
