import { type ErrorTag, errorMeanings, type SluiceError } from '../kernel/errors.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { WorkQueue } from './queue.ts';

/** An error that only a change to some object can cure is looked at this seldom; that change may go unwatched. */
const slowRetryMs = 60_000;

/** The one place where an outcome becomes a queue call. */
export function settle(queue: WorkQueue, key: string, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'done':
      queue.forget(key);
      return;
    case 'again':
      queue.forget(key);
      queue.addAfter(key, outcome.afterMs);
      return;
    case 'retry':
      queue.retry(key, leastWaitMs(outcome.error));
      return;
    case 'stalled':
      queue.forget(key);
      return;
  }
}

/** The least time before a failed attempt may be repeated, milliseconds. Pure. */
export function leastWaitMs(error: SluiceError): number {
  if (!errorMeanings[error.tag].retryable) return slowRetryMs;
  return (error.retryAfterSeconds ?? 0) * 1000;
}

/** What an operator can do about an error that does not cure itself, for the log. */
export const remedies: Readonly<Record<ErrorTag, string>> = {
  'not-found': 'create the object or its namespace, or install the CRDs',
  'already-exists': 'rename or delete the object of that name',
  conflict: 'none needed: it is tried again',
  'name-taken': 'rename or delete the object of that name, which belongs to somebody else',
  invalid:
    'the API server refuses what was built: check that its CRDs and this release are of the same version',
  forbidden: 'grant the missing permission (RBAC, quota or policy) to the service account',
  unauthorized: 'check the service account token or the kubeconfig credentials',
  'too-many-requests': 'raise the API priority of the service account, or wait',
  gone: 'none needed: it is tried again',
  timeout: 'check the load of the API server and of its admission webhooks',
  unavailable: 'check that the API server can be reached',
  malformed: 'correct the object that is named',
  internal: 'look at the log of the API server',
};
