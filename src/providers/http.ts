import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';

/** One request to a backend. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Below the address of the provider, whose own path stays in front. Never leads to another host. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly contentType: string; readonly text: string };
}

/** A complete answer of a backend. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Speaks to one backend over connections that are kept. */
export interface HttpClient {
  /**
   * Sends and reads the whole answer, whatever its status; redirects are not followed. Errors: unavailable (naming host
   * and cause, such as an expired certificate), timeout, malformed (the answer is larger than the limit).
   */
  readonly send: (request: HttpRequest, signal: AbortSignal) => Promise<Result<HttpAnswer, SluiceError>>;
}
