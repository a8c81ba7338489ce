import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type BugReporter,
  type HttpApp,
  type HttpRequest,
  type HttpResponse,
  httpError,
  type Route,
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
    answer(find(path), request, { path, query: Object.fromEntries(searchParams) }).then(
      (answered) => {
        send(response, answered);
      },
      (error: unknown) => {
        reportBug(error, path);
        send(response, httpError(500, 'an internal error happened; the log of this process has it'));
      },
    );
  };
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
function send(response: ServerResponse, { status, body, contentType, headers }: HttpResponse): void {
  const isText = typeof body === 'string';
  const type = isText ? (contentType ?? 'text/plain; charset=utf-8') : 'application/json; charset=utf-8';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers });
  response.end(bytes);
}
