import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as handlers see it. `body` is parsed JSON, undefined where the route takes none. */
export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A text that is written while it is sent, so that a long one is never held as a whole. */
export class StreamedText {
  readonly pieces: AsyncIterable<string>;

  constructor(pieces: AsyncIterable<string>) {
    this.pieces = pieces;
  }
}

/**
 * A response: an object goes out as JSON, a string as it is under `contentType`, and so does a text that is streamed,
 * where the app can: `createProbeApp` can.
 */
export interface HttpResponse {
  readonly status: number;
  readonly body: object | string | StreamedText;
  /** For string bodies; plain text when absent. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One route. A route with `json` takes a body of that content type, bounded by `maxBytes`. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Without parameters, so that no path pattern of the framework leaks out. */
  readonly path: string;
  /** True: everything below the path is served as well; the handler reads `path` of the request. Such routes are few. */
  readonly below?: true;
  readonly json?: { readonly maxBytes: number };
  readonly handle: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
}

/** Something that node:http and node:https can serve. */
export type HttpApp = (request: IncomingMessage, response: ServerResponse) => void;

/** Told of exceptions that reached the door: bugs. Clients see no more than that one happened. */
export type BugReporter = (error: unknown, path: string) => void;

/** A JSON error as every route answers it. Pure. */
export function httpError(status: number, message: string): HttpResponse {
  return { status, body: { error: { code: status, message } } };
}
