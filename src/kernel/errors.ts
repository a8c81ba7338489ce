/**
 * Every way in which a read, a write or a parse can fail. One closed list: a new tag does not compile
 * until the table below knows it.
 */
export type ErrorTag =
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'name-taken'
  | 'invalid'
  | 'forbidden'
  | 'unauthorized'
  | 'too-many-requests'
  | 'gone'
  | 'timeout'
  | 'unavailable'
  | 'malformed'
  | 'internal';

/** What went wrong with what. `message` is for people; decisions read `tag` only. */
export interface SluiceError {
  readonly tag: ErrorTag;
  readonly message: string;
  /** Seconds the server asked us to wait (Retry-After), when it did. */
  readonly retryAfterSeconds?: number;
}

/** What each tag means to the queue, to an HTTP caller, to a condition and to a metric. */
export interface ErrorMeaning {
  /** True when the same attempt may succeed later without anybody changing an object. */
  readonly retryable: boolean;
  readonly httpStatus: number;
  /** Condition reason, PascalCase. */
  readonly reason: string;
}

/** The one table from tag to meaning. Metric labels use the tag itself. */
export const errorMeanings: Readonly<Record<ErrorTag, ErrorMeaning>> = {
  'not-found': { retryable: false, httpStatus: 404, reason: 'NotFound' },
  'already-exists': { retryable: false, httpStatus: 409, reason: 'AlreadyExists' },
  conflict: { retryable: true, httpStatus: 409, reason: 'Conflict' },
  'name-taken': { retryable: false, httpStatus: 409, reason: 'NameTaken' },
  invalid: { retryable: false, httpStatus: 422, reason: 'Invalid' },
  forbidden: { retryable: true, httpStatus: 403, reason: 'Forbidden' },
  unauthorized: { retryable: true, httpStatus: 401, reason: 'Unauthorized' },
  'too-many-requests': { retryable: true, httpStatus: 429, reason: 'TooManyRequests' },
  gone: { retryable: true, httpStatus: 410, reason: 'Expired' },
  timeout: { retryable: true, httpStatus: 504, reason: 'Timeout' },
  unavailable: { retryable: true, httpStatus: 503, reason: 'Unavailable' },
  malformed: { retryable: false, httpStatus: 400, reason: 'Malformed' },
  internal: { retryable: true, httpStatus: 500, reason: 'InternalError' },
};

/** Builds an error value. Pure. */
export function failure(tag: ErrorTag, message: string, retryAfterSeconds?: number): SluiceError {
  return retryAfterSeconds === undefined ? { tag, message } : { tag, message, retryAfterSeconds };
}
