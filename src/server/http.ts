import type { IncomingMessage } from 'node:http';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import { type BugReporter, type HttpApp, type HttpResponse, httpError, type Route } from './route.ts';

function send(response: Response, answer: HttpResponse): void {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (typeof answer.body === 'string') {
    response.type(answer.contentType ?? 'text/plain').send(answer.body);
    return;
  }
  response.json(answer.body);
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  const entries = Object.entries(request.headers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function queryOf(request: Request): Record<string, string> {
  const url = new URL(request.originalUrl, 'http://localhost');
  return Object.fromEntries(url.searchParams);
}

/** Express hands rejected promises to the error handler; `next` is for that only. */
function handlerOf(route: Route): RequestHandler {
  return async (request, response) => {
    const body: unknown = request.body;
    const { path } = request;
    send(response, await route.handle({ path, headers: headersOf(request), query: queryOf(request), body }));
  };
}

/** Refuses bodies that do not call themselves JSON, before a byte of them is read. */
const requireJson: RequestHandler = (request, response, next) => {
  if (request.is('application/json') === 'application/json') {
    next();
    return;
  }
  const got = request.headers['content-type'] ?? 'none';
  send(response, httpError(415, `send Content-Type: application/json (got ${got.slice(0, 100)})`));
};

/** What body-parser and the router put on the errors that clients caused. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function bodyLimitOf(error: unknown): string {
  if (!(error instanceof Error) || !('limit' in error)) return 'the limit';
  return `${String(error.limit)} bytes`;
}

function clientErrorMessage(status: number, error: unknown): string {
  if (status === 413) return `the body is larger than ${bodyLimitOf(error)}`;
  return error instanceof SyntaxError
    ? `the body is not JSON: ${error.message.slice(0, 200)}`
    : 'the request cannot be read';
}

/** Express knows an error handler by its four parameters. */
function errorHandler(reportBug: BugReporter): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = clientErrorStatus(error);
    if (status !== undefined) {
      send(response, httpError(status, clientErrorMessage(status, error)));
      return;
    }
    reportBug(error, request.path);
    send(response, httpError(500, 'an internal error happened; the log of this process has it'));
  };
}

function serves({ path, below }: Route, asked: string): boolean {
  return asked === path || (below === true && asked.startsWith(`${path}/`));
}

/**
 * Builds an app from routes. Answers 404 and 405 in JSON, bounds bodies, and never shows a stack to a client.
 * Pure but for what the routes do.
 */
export function createApp(routes: readonly Route[], reportBug: BugReporter): HttpApp {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  for (const route of routes) {
    const register = route.method === 'GET' ? app.get.bind(app) : app.post.bind(app);
    const parsers = route.json
      ? [requireJson, express.json({ limit: route.json.maxBytes, strict: false, type: () => true })]
      : [];
    register(route.path, ...parsers, handlerOf(route));
    if (route.below === true) register(`${route.path}/{*rest}`, ...parsers, handlerOf(route));
  }
  app.use((request, response) => {
    const there = routes.filter((route) => serves(route, request.path));
    if (there.length === 0) {
      send(response, httpError(404, 'nothing is served at this path'));
      return;
    }
    const allow = there.map((route) => route.method);
    send(response, { ...httpError(405, `use ${allow.join(' or ')}`), headers: { Allow: allow.join(', ') } });
  });
  app.use(errorHandler(reportBug));
  return app;
}
