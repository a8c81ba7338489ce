import type { Parcel, SinkInfo } from '../domain/outbox.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';

/**
 * Port of a receiver. `send` tells it of one parcel; it may be asked again for the same one, and then says the same with
 * the same ids. Errors: `unavailable` and `timeout` are tried again with backoff, any other tag is final.
 */
export interface Sink extends SinkInfo {
  readonly send: (parcel: Parcel, signal: AbortSignal) => Promise<Result<void, SluiceError>>;
  /** Gives back connections. */
  readonly close: () => Promise<void>;
}
