import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type BugReporter,
  type HttpApp,
  type HttpRequest,
  type HttpResponse,
  httpError,
  type Route,
  StreamedText,
} from './route.ts';

/**
 * Builds an app of GET routes that read neither body nor headers, a query at most, on Node alone: probes and metrics are all that a
 * controller serves, and the framework costs 13 MB resident. Otherwise answers as `createApp` does. Pure but for what the
 * routes do.
 */
export function createProbeApp(routes: readonly Route[], reportBug: BugReporter): HttpApp {
  const byPath = new Map(routes.map((route) => [route.path, route]));
  const deep = routes.filter(({ below }) => below === true);
  const find = (path: string): Route | undefined =>
    byPath.get(path) ?? deep.find((route) => path.startsWith(`${route.path}/`));
  return (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    answer(find(path), request, { path, query: Object.fromEntries(searchParams) })
      .catch((error: unknown) => {
        reportBug(error, path);
        return httpError(500, 'an internal error happened; the log of this process has it');
      })
      .then((answered) => send(response, answered))
      .catch((error: unknown) => {
        // Who asked may hang up in the middle of an answer.
        if (!isHangUp(error)) reportBug(error, path);
      });
  };
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

async function answer(
  route: Route | undefined,
  { method }: IncomingMessage,
  { path, query }: Pick<HttpRequest, 'path' | 'query'>,
): Promise<HttpResponse> {
  if (route === undefined) return httpError(404, 'nothing is served at this path');
  if (method !== 'GET' && method !== 'HEAD')
    return { ...httpError(405, 'use GET'), headers: { Allow: 'GET' } };
  return route.handle({ path, headers: {}, query, body: undefined });
}

/** Node itself leaves the body of an answer to HEAD out. */
async function send(response: ServerResponse, answered: HttpResponse): Promise<void> {
  const { status, body, contentType, headers } = answered;
  const isText = typeof body === 'string' || body instanceof StreamedText;
  const type = isText ? (contentType ?? 'text/plain; charset=utf-8') : 'application/json; charset=utf-8';
  if (body instanceof StreamedText) {
    response.writeHead(status, { 'content-type': type, ...headers });
    // A failure half way ends the connection, so that nobody takes the half for the whole.
    await pipeline(Readable.from(body.pieces), response);
    return;
  }
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers });
  response.end(bytes);
}
