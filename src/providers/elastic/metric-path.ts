/** What stands in a tree at a path, and where numbers stand whose path has the wanted one in it. */
export interface PathMatch {
  readonly found: readonly unknown[];
  readonly similar: readonly string[];
}

/**
 * Follows a path such as `aggregations.errors.value` from the root of a tree. Names may hold dots themselves (a
 * percentile is called `95.0`), a number or `*` chooses of a list. What is found is in the order of the tree. Pure.
 */
export function followPath(tree: unknown, path: string): PathMatch {
  const found = [...follow(tree, path)];
  if (found.length > 0) return { found, similar: [] };
  const wanted = path.toLowerCase();
  const similar = [...leaves(tree, '', 0)].filter((leaf) => leaf.toLowerCase().includes(wanted));
  return { found, similar: similar.slice(0, 3) };
}

function* follow(node: unknown, path: string): Generator {
  if (path === '') {
    yield node;
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const isList = Array.isArray(node);
  for (const [name, child] of Object.entries(node)) {
    const rest = isList ? (restAfter(path, name) ?? restAfter(path, '*')) : restAfter(path, name);
    if (rest !== undefined) yield* follow(child, rest);
  }
}

/** What remains of a path after its first name, when that is the given one. */
function restAfter(path: string, name: string): string | undefined {
  if (path === name) return '';
  return path.startsWith(`${name}.`) ? path.slice(name.length + 1) : undefined;
}

/** Deeper than this nobody looks, and a tree can be as deep as it is long. */
const deepest = 30;

function* leaves(node: unknown, path: string, depth: number): Generator<string> {
  if (typeof node === 'number' || typeof node === 'bigint') yield path;
  if (typeof node !== 'object' || node === null || depth > deepest) return;
  for (const [name, child] of Object.entries(node)) {
    yield* leaves(child, path === '' ? name : `${path}.${name}`, depth + 1);
  }
}
