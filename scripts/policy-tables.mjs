/**
 * The tables of docs/policy.md that come from the schemas: each stands between `<!-- keys of NAME -->` and `<!-- end -->`, and
 * has one row for each key with the words that editors show. What is outside of them is written by hand.
 */
export function withTables(text, schemas) {
  return text.replaceAll(/<!-- keys of ([\w-]+(?: [\w.-]+)?) -->\n[\s\S]*?<!-- end -->/g, (_, place) => {
    const [file, path = ''] = place.split(' ');
    return `<!-- keys of ${place} -->\n\n${table(schemas[file], path.split('.').filter(Boolean))}\n\n<!-- end -->`;
  });
}

function table(schema, path) {
  const node = path.reduce((here, step) => child(schema, here, step), schema);
  const owner = withProperties(schema, node);
  const required = new Set(owner.required ?? []);
  const rows = Object.entries(owner.properties).map(([key, field]) => {
    const words = (field.description ?? '').replaceAll('|', '\\|');
    return `| \`${key}\` | ${words}${required.has(key) ? ' Required.' : ''} |`;
  });
  return ['| key | meaning |', '| --- | --- |', ...rows].join('\n');
}

function child(schema, node, step) {
  const owner = withProperties(schema, node);
  const found = owner?.properties?.[step];
  if (!found) throw new Error(`docs/policy.md: the schema has no key ${step}`);
  return found;
}

/** Looks through references, lists and alternatives to the first map of named keys. */
function withProperties(schema, node) {
  if (node.$ref)
    return withProperties(
      schema,
      node.$ref
        .split('/')
        .slice(1)
        .reduce((here, step) => here[step], schema),
    );
  if (node.properties) return node;
  const more = [node.items, node.additionalProperties].filter((part) => typeof part === 'object');
  const parts = [...(node.allOf ?? []), ...(node.anyOf ?? []), ...more];
  for (const part of parts) {
    const found = withProperties(schema, part);
    if (found) return found;
  }
  return undefined;
}
