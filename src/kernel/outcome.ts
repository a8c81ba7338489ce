import type { SluiceError } from './errors.ts';

/** An object whose change would let a stalled key go on. */
export interface WaitsOn {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** The field that has to change, where one can be named. */
  readonly field?: string;
}

/**
 * How a reconcile ends, exactly one of four (docs/adr/0002-four-outcomes.md):
 * done: the end state is reached; again: only time can change this; retry: a read or write failed and may
 * work later; stalled: an object must change first, our child's or a user's, and a watch on it wakes us.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number; readonly why: string }
  | { readonly kind: 'retry'; readonly error: SluiceError }
  | {
      readonly kind: 'stalled';
      readonly by: 'child' | 'user';
      readonly on: readonly WaitsOn[];
      readonly reason: string;
    };

/** The end state is reached. */
export const done: Outcome = { kind: 'done' };
