import { isDeepStrictEqual } from 'node:util';

/**
 * What `after` says otherwise than `before`: the fields that differ, null for those that are gone; undefined where nothing
 * does. Lists whose items bear names are compared by them, other lists as a whole. Pure.
 */
export function changes(before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return undefined;
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  if (old === undefined || now === undefined) return after;
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  const changed = [...keys].sort().flatMap((key): [string, unknown][] => {
    if (!(key in now)) return [[key, null]];
    const change = key in old ? changes(old[key], now[key]) : now[key];
    return change === undefined ? [] : [[key, change]];
  });
  // Names in another order.
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? { ...value } : undefined;
  const named = value.map((item: unknown) => fieldsOf(item)).filter((item) => item !== undefined);
  const names = new Set(named.map(({ name }) => name).filter((name) => typeof name === 'string'));
  if (names.size === 0 || names.size !== value.length) return undefined;
  return Object.fromEntries(named.map((item) => [String(item['name']), item]));
}
