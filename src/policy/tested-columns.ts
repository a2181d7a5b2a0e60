import type { Condition, Policy } from './policy.js';

/** The columns that a policy looks at, each as it is written first. */
export function testedColumns(policy: Policy): string[] {
  const names = policy.rules.flatMap(({ when, end, writeBack = {} }) => [
    ...(when ? columnsIn(when) : []),
    ...(end?.action === 'callback' ? zoneColumn(end.window?.timezone) : []),
    ...Object.values(writeBack).flatMap((text) =>
      [...text.matchAll(/\{attributes\.([^{}]+)\}/g)].map(([, name = '']) => name),
    ),
  ]);
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

function columnsIn({ attributes = {}, time, all = [], any = [], not }: Condition): string[] {
  const parts = [...all, ...any, ...(not ? [not] : [])];
  return [...Object.keys(attributes), ...zoneColumn(time?.timezone), ...parts.flatMap(columnsIn)];
}

function zoneColumn(source: string | { readonly attribute: string } | undefined): string[] {
  return typeof source === 'object' ? [source.attribute] : [];
}
