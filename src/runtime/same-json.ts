import { isRecord } from './api-status.ts';

/** True when two values are the same as JSON: a field that is undefined counts as absent, order of fields does not. Pure. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    const other: readonly unknown[] = b;
    return a.every((item: unknown, index) => sameJson(item, other[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return Object.is(a, b);
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) if (!sameJson(a[name], b[name])) return false;
  return true;
}

/**
 * True when every field of `part` is in `whole` with the same value. Fields of objects are looked for one by one,
 * lists must be the same. Pure.
 */
export function coversJson(whole: unknown, part: unknown): boolean {
  if (!isRecord(part)) return sameJson(whole, part);
  if (!isRecord(whole)) return false;
  return Object.entries(part).every(([name, value]) => value === undefined || coversJson(whole[name], value));
}
