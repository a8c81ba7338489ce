import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { HeaderValues, Peer } from '../../domain/caller.ts';
import type { BugReporter, HttpApp, HttpResponse } from '../route.ts';
import { answer, type MetricsView } from './answer.ts';
import { type GuardPorts, turnAway } from './guard.ts';
import { parseTarget, wishOf } from './paths.ts';
import { methodNotAllowed, statusAnswer } from './status.ts';

/** All that a request is answered from. */
export interface MetricsAppPorts extends GuardPorts {
  readonly view: MetricsView;
  /** False until the cache behind `view` is filled: what is not known yet must not be called absent. */
  readonly isSynced: () => boolean;
  readonly now: () => Date;
  readonly reportBug: BugReporter;
}

/** A request as the API has it: no body, and headers that may come several times. */
export interface MetricsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: HeaderValues;
  readonly peer: Peer | undefined;
}

/** Asked whether the process lives, not whether it can answer. */
const alivePaths = ['/healthz', '/livez'];

/** Authenticates, authorizes and answers one request; probes are for everyone. */
export async function answerRequest(ports: MetricsAppPorts, request: MetricsRequest): Promise<HttpResponse> {
  const { method, path, query, headers, peer } = request;
  const target = parseTarget(path);
  const wish = wishOf(target, path);
  const refusal = wish === undefined ? undefined : await turnAway(ports, headers, peer, wish);
  if (refusal !== undefined) return refusal;
  if (!ports.isSynced() && !alivePaths.includes(path))
    return statusAnswer('unavailable', 'the metrics are still being read; ask again in a moment');
  if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed(method);
  return answer(target, query, ports.view, ports.now());
}

/** The custom metrics API as an app on Node alone: one kind of request, known by its path, needs no framework. */
export function createMetricsApp(ports: MetricsAppPorts): HttpApp {
  return (request, response) => {
    const url = URL.parse(request.url ?? '/', 'https://localhost');
    const path = url?.pathname ?? '/';
    const asked: MetricsRequest = {
      method: request.method ?? 'GET',
      path,
      query: Object.fromEntries(url?.searchParams ?? []),
      headers: request.headersDistinct,
      peer: peerOf(request),
    };
    // No request of this API has a body; one that comes all the same is not waited for.
    request.resume();
    answerRequest(ports, asked).then(
      (answered) => {
        send(response, answered);
      },
      (error: unknown) => {
        ports.reportBug(error, path);
        send(
          response,
          statusAnswer('internal', 'an internal error happened; the log of this process has it'),
        );
      },
    );
  };
}

/** The client certificate, if the TLS listener has verified one against the authority of the front proxy. */
function peerOf({ socket }: IncomingMessage): Peer | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const commonName: unknown = socket.getPeerCertificate().subject.CN;
  return typeof commonName === 'string' ? { commonName } : undefined;
}

/** Node itself leaves the body of an answer to HEAD out. */
function send(response: ServerResponse, { status, body, headers }: HttpResponse): void {
  const isText = typeof body === 'string';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': bytes.length,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache, private',
    ...headers,
  });
  response.end(bytes);
}
