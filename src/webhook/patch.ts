import type { AddOperation, TestOperation } from 'fast-json-patch';

/** An operation that we send: only these two kinds, so that nothing of anybody else's can be removed. */
export type PatchOperation = AddOperation<unknown> | TestOperation<unknown>;

/** One step of a JSON pointer (RFC 6901, section 3: `~` first, then `/`). Pure. */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Adds entries to a string map at `path`. An absent map is created whole, since `add` below a missing parent is
 * an error; a present one gets one `add` a key, since replacing it would drop what another webhook wrote.
 * Entries that already have a value stay as they are. Pure.
 */
export function addEntries(
  path: '/metadata/annotations' | '/metadata/labels',
  current: Readonly<Record<string, string>> | undefined,
  entries: Readonly<Record<string, string>>,
): PatchOperation[] {
  const wanted = Object.entries(entries).filter(([key]) => !hasValue(current, key));
  if (wanted.length === 0) return [];
  if (current === undefined) return [{ op: 'add', path, value: Object.fromEntries(wanted) }];
  return wanted.map(([key, value]) => ({ op: 'add', path: `${path}/${escapePointer(key)}`, value }));
}

/** An empty value counts as absent, as in every lookup of a key. Pure. */
function hasValue(map: Readonly<Record<string, string>> | undefined, key: string): boolean {
  return map !== undefined && Object.hasOwn(map, key) && map[key] !== '';
}

/** True when the list already holds a gate of that name. Pure. */
export function hasGate(gates: readonly unknown[] | undefined, name: string): boolean {
  return (gates ?? []).some(
    (gate) => typeof gate === 'object' && gate !== null && 'name' in gate && gate.name === name,
  );
}

/**
 * Appends a scheduling gate. The `test` pins the list that was decided on: should the object have another one by
 * the time the patch is applied, the patch fails and the pod is not created, rather than created with a gate
 * twice, which the API server would refuse with a message about somebody else's field. Pure.
 */
export function appendGate(gates: readonly unknown[] | undefined, name: string): PatchOperation[] {
  const path = '/spec/schedulingGates';
  if (hasGate(gates, name)) return [];
  if (gates === undefined) return [{ op: 'add', path, value: [{ name }] }];
  return [
    { op: 'test', path, value: gates },
    { op: 'add', path: `${path}/-`, value: { name } },
  ];
}
