/** The outcome of something that may fail: a value, or a tagged error. Never thrown. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** A result that comes later, and always comes: what a port that waits for the world gives. */
export type Later<T, E> = Promise<Result<T, E>>;

/** Wraps a value as a success. Pure. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** Wraps an error as a failure. Pure. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}
