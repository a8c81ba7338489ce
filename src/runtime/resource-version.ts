/**
 * True when `a` is a later version than `b` of the same resource. Resource versions are decimal numbers that
 * grow, and may be compared as such (Kubernetes KEP-5504); one that is no number compares by its text, which
 * only costs a needless update. Pure.
 */
export function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
