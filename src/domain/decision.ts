import type { Outcome } from '../kernel/outcome.ts';
import type { Action } from './action.ts';

/** What a decider returns: actions in the order in which they must be performed, and how the reconcile ends. */
export interface Decision {
  readonly actions: readonly Action[];
  readonly outcome: Outcome;
}
