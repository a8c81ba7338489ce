import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { errorOfAnswer, errorOfStatus, isRecord } from './api-status.ts';
import type { Clock } from './clock.ts';
import { exchange, type HttpCall, headOf, openStream, readAll } from './http-call.ts';
import type { Connector } from './kube.ts';
import { readLines } from './lines.ts';

/** Which objects of a resource are meant, in the API's own selector syntax. */
export interface Selectors {
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** True: objects come with nothing but their metadata. */
  readonly metadataOnly?: boolean;
}

/** What to list, and where its items go. */
export interface ListOptions extends Selectors {
  readonly onItem: (item: unknown) => void;
  readonly signal?: AbortSignal;
  /** True: an aggregated API that keeps nothing, such as metrics.k8s.io, may leave the list's version out; it is then empty. */
  readonly unversioned?: true;
}

/** How a patch body is to be read. */
export type PatchType = 'strategic' | 'merge' | 'json';

/** DELETE in the background, of one incarnation when `uid` is given. */
export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** One event of a watch. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: unknown }
  | { readonly type: 'BOOKMARK'; readonly object: unknown };

/** From where and for how long to watch. */
export interface WatchOptions extends Selectors {
  readonly resourceVersion: string;
  /** The server ends the stream after this many seconds. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

/** Told about each finished call, for metrics. `code` is the HTTP status, or the error's tag when there was none. */
export type CallObserver = (call: {
  readonly verb: string;
  readonly code: string;
  readonly ms: number;
}) => void;

/**
 * The API server as this process sees it. Paths come from `apiPath`. Every method may fail with any tag of
 * `errorMeanings` that an HTTP status or a broken connection maps to, and none throws.
 */
export interface KubeClient {
  /** `accept` asks for another form of the answer than the usual one. */
  get(path: string, accept?: string): Promise<Result<unknown, SluiceError>>;
  /** All objects, a page at a time; gives the list's resourceVersion. 410 in the middle means: start over. */
  list(path: string, options: ListOptions): Promise<Result<string, SluiceError>>;
  /** Resolves when the stream has ended: ok when the server ended it in order, `gone` when we must list again. */
  watch(path: string, options: WatchOptions): Promise<Result<void, SluiceError>>;
  create(path: string, object: unknown, fieldManager: string): Promise<Result<unknown, SluiceError>>;
  /** Server-side apply, forced. */
  apply(path: string, object: unknown, fieldManager: string): Promise<Result<unknown, SluiceError>>;
  patch(
    path: string,
    type: PatchType,
    body: unknown,
    fieldManager: string,
  ): Promise<Result<unknown, SluiceError>>;
  delete(path: string, options: DeleteOptions): Promise<Result<void, SluiceError>>;
  close(): void;
}

/** Clock and bounds of a client; each bound has a default. */
export interface ClientOptions {
  readonly clock: Clock;
  /** Of any single request but a list; default 15,000. */
  readonly timeoutMs?: number;
  /** Of one page of a list; default 60,000. */
  readonly listTimeoutMs?: number;
  /** Objects a page; default 500. */
  readonly pageSize?: number;
  readonly onCall?: CallObserver;
}

const patchContentType: Readonly<Record<PatchType, string>> = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
};

type Answer = Promise<Result<unknown, SluiceError>>;
type Call = (verb: string, request: Omit<HttpCall, 'timeoutMs'>, timeoutMs?: number) => Answer;

/** Builds a client on a connector. */
export function createClient(connector: Connector, options: ClientOptions): KubeClient {
  const { clock, onCall: observe = () => undefined, timeoutMs = 15_000 } = options;
  const call: Call = async (verb, request, requestTimeoutMs = timeoutMs) => {
    const startedAt = clock.monotonicMs();
    const answer = await callOnce(connector, { ...request, timeoutMs: requestTimeoutMs });
    const ms = clock.monotonicMs() - startedAt;
    observe({ verb, code: answer.ok ? String(answer.value.status) : answer.error.tag, ms });
    if (!answer.ok) return answer;
    if (answer.value.status >= 400) return err(errorOfAnswer(answer.value));
    return parseJson(answer.value.text);
  };
  return {
    ...readCalls(call, options),
    ...writeCalls(call),
    watch: (path, watchOptions) => watch(connector, path, watchOptions, { clock, observe, timeoutMs }),
    close: () => {
      connector.close();
    },
  };
}

function readCalls(call: Call, options: ClientOptions): Pick<KubeClient, 'get' | 'list'> {
  const { listTimeoutMs = 60_000, pageSize = 500 } = options;
  return {
    get: (path, accept) =>
      call('get', { method: 'GET', target: path, ...(accept === undefined ? {} : { accept }) }),
    list: async (path, { onItem, signal, metadataOnly, unversioned, ...selectors }) => {
      const next = async (token: string | undefined): Promise<Result<Page, SluiceError>> => {
        const target = withQuery(path, { ...selectors, limit: String(pageSize), continue: token });
        const request = {
          method: 'GET',
          target,
          ...accepting('PartialObjectMetadataList', metadataOnly),
          ...(signal === undefined ? {} : { signal }),
        } as const;
        const answer = await call('list', request, listTimeoutMs);
        return answer.ok ? readPage(answer.value, unversioned) : answer;
      };
      let page = await next(undefined);
      while (page.ok) {
        for (const item of page.value.items) onItem(item);
        if (page.value.continue === undefined) return ok(page.value.resourceVersion);
        page = await next(page.value.continue);
      }
      return page;
    },
  };
}

function writeCalls(call: Call): Pick<KubeClient, 'create' | 'apply' | 'patch' | 'delete'> {
  const patch = (verb: string, target: string, contentType: string, json: unknown): Answer =>
    call(verb, { method: 'PATCH', target, body: { contentType, json } });
  return {
    create: (path, object, fieldManager) => {
      const target = withQuery(path, { fieldManager });
      return call('create', {
        method: 'POST',
        target,
        body: { contentType: 'application/json', json: object },
      });
    },
    apply: (path, object, fieldManager) => {
      const target = withQuery(path, { fieldManager, force: 'true' });
      return patch('apply', target, 'application/apply-patch+yaml', object);
    },
    patch: (path, type, body, fieldManager) =>
      patch('patch', withQuery(path, { fieldManager }), patchContentType[type], body),
    delete: async (path, preconditions) => {
      const json = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        preconditions,
      };
      const body = { contentType: 'application/json', json };
      const answer = await call('delete', { method: 'DELETE', target: path, body });
      return answer.ok ? ok(undefined) : answer;
    },
  };
}

async function callOnce(connector: Connector, request: HttpCall): ReturnType<typeof exchange> {
  const connection = await connector.connect();
  if (!connection.ok) return connection;
  const answer = await exchange(connection.value, request);
  if (!answer.ok || answer.value.status !== 401) return answer;
  // A rotated token is refused once: read the credentials again before giving up.
  connector.forgetCredentials();
  const renewed = await connector.connect();
  return renewed.ok ? exchange(renewed.value, request) : renewed;
}

async function watch(
  connector: Connector,
  path: string,
  options: WatchOptions,
  bounds: { readonly clock: Clock; readonly observe: CallObserver; readonly timeoutMs: number },
): Promise<Result<void, SluiceError>> {
  const { clock } = bounds;
  const connection = await connector.connect();
  if (!connection.ok) return connection;
  const { signal, onEvent, timeoutSeconds, metadataOnly, ...where } = options;
  const query = { ...where, watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: String(timeoutSeconds) };
  const startedAt = clock.monotonicMs();
  const opened = await openStream(connection.value, {
    method: 'GET',
    target: withQuery(path, query),
    ...accepting('PartialObjectMetadata', metadataOnly),
    timeoutMs: bounds.timeoutMs,
    signal,
  });
  const code = opened.ok ? String(opened.value.statusCode) : opened.error.tag;
  bounds.observe({ verb: 'watch', code, ms: clock.monotonicMs() - startedAt });
  if (!opened.ok) return opened;
  const response = opened.value;
  if (response.statusCode !== 200) {
    if (response.statusCode === 401) connector.forgetCredentials();
    const text = await readAll(response, AbortSignal.timeout(bounds.timeoutMs));
    return err(errorOfAnswer({ ...headOf(response), text: text.ok ? text.value : '' }));
  }
  let failed: SluiceError | undefined;
  const ended = await readLines(response, (line) => {
    const event = parseEvent(line);
    if (!event.ok) failed = event.error;
    else onEvent(event.value);
    return event.ok;
  });
  return failed === undefined ? ended : err(failed);
}

/** How metadata alone is asked for. Source: the API server's content negotiation, `as`, `g` and `v`. */
function accepting(kind: string, metadataOnly: boolean | undefined): { readonly accept?: string } {
  return metadataOnly === true ? { accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` } : {};
}

function parseEvent(line: string): Result<WatchEvent, SluiceError> {
  const parsed = parseJson(line);
  if (!parsed.ok) return parsed;
  const event = parsed.value;
  if (!isRecord(event)) return err(failure('malformed', 'a watch event is not an object'));
  switch (event['type']) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return ok({ type: event['type'], object: event['object'] });
    case 'ERROR':
      return err(errorOfStatus(event['object']));
    default:
      return err(failure('malformed', `unknown watch event ${JSON.stringify(event['type'])}`));
  }
}

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly continue: string | undefined;
}

function readPage(body: unknown, unversioned: true | undefined): Result<Page, SluiceError> {
  const metadata = isRecord(body) ? body['metadata'] : undefined;
  const absent = unversioned === true ? '' : undefined;
  const resourceVersion = isRecord(metadata) ? (metadata['resourceVersion'] ?? absent) : undefined;
  if (!isRecord(body) || !isRecord(metadata) || typeof resourceVersion !== 'string') {
    return err(failure('malformed', 'the answer to a list is not a list'));
  }
  const items: unknown = body['items'];
  const token = metadata['continue'];
  return ok({
    items: Array.isArray(items) ? items : [],
    resourceVersion,
    continue: typeof token === 'string' && token !== '' ? token : undefined,
  });
}

function parseJson(text: string): Result<unknown, SluiceError> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return err(failure('malformed', 'the API server sent something that is not JSON'));
  }
}

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
  return `${path}?${parameters.toString()}`;
}
