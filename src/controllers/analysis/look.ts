import type { SluiceError } from '../../kernel/errors.ts';
import type { Problem } from './objective.ts';

/** What is known about the value of one objective. */
export type ObjectiveLook =
  /** Somebody must change an object first. `query` is empty where there is none. */
  | { readonly kind: 'problem'; readonly query: string; readonly problem: Problem }
  | { readonly kind: 'measured'; readonly query: string; readonly value: string }
  /** The fetch that began then has failed, and may do better later. */
  | { readonly kind: 'failed'; readonly query: string; readonly at: Date; readonly error: SluiceError }
  | { readonly kind: 'fetching'; readonly query: string }
  /** Nothing is asked before the window has ended. */
  | { readonly kind: 'waiting'; readonly query: string };
