import { z } from '../../api/schema.ts';
import type { Reading } from '../../domain/metric-source.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { askJson, readShape } from '../answer.ts';
import { requiredSecret } from '../credentials.ts';
import type { HttpClient, HttpRequest } from '../http.ts';
import type { Driver, ProviderContext, ProviderQuery } from '../provider.ts';
import { type DqlResult, dqlResult, readDql } from './answer.ts';
import { readDqlCredentials } from './credentials.ts';
import { type Login, openLogin } from './login.ts';

const api = '/platform/storage/query/v1';

/** The backend holds an answer back for so long when it is not ready yet. */
const longPollMs = 1_000;
/** Pauses between two looks at a query that runs, for backends that answer at once all the same. */
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Grail, Dynatrace's data lakehouse, asked in DQL. Source:
 * https://developer.dynatrace.com/platform-services/services/storage/
 */
export const driver: Driver = {
  connect: (context) => {
    const json = requiredSecret(context, 'Dynatrace token');
    if (!json.ok) return json;
    const credentials = readDqlCredentials(json.value);
    if (!credentials.ok) return credentials;
    const { authUrl } = credentials.value;
    const signIn = context.http.elsewhere(authUrl, 'authUrl of the Secret');
    if (!signIn.ok) return signIn;
    const session = { ...context, login: openLogin(signIn.value, credentials.value) };
    return ok({ fetch: (query, signal) => ask(session, query, signal) });
  },
};

interface Session {
  readonly http: HttpClient;
  readonly pause: ProviderContext['pause'];
  readonly login: Login;
}

/** How a query stands. */
const standing = z.object({
  state: z.string().optional(),
  requestToken: z.string().optional(),
  result: dqlResult.nullish(),
});
type Standing = z.infer<typeof standing>;

async function ask(
  session: Session,
  query: ProviderQuery,
  signal: AbortSignal,
): Promise<Result<Reading, SluiceError>> {
  const call = { session, at: query.at, signal };
  const begun = await authorized(call, beginning(query));
  if (!begun.ok) return begun;
  const ended = await untilItEnds(call, begun.value);
  if (!ended.ok) return ended;
  return readDql(ended.value, { all: query.stepMs !== undefined, field: query.metricPath });
}

interface Call {
  readonly session: Session;
  readonly at: Date;
  readonly signal: AbortSignal;
}

function beginning({ text, window }: ProviderQuery): HttpRequest {
  const frame = window && {
    defaultTimeframeStart: seconds(window.from),
    defaultTimeframeEnd: seconds(window.to),
  };
  const body = {
    query: text,
    ...frame,
    timezone: 'UTC',
    locale: 'en_US',
    fetchTimeoutSeconds: 60,
    requestTimeoutMilliseconds: longPollMs,
  };
  return {
    method: 'POST',
    path: `${api}/query:execute`,
    body: { contentType: 'application/json', text: JSON.stringify(body) },
  };
}

/** RFC 3339 without a fraction. */
function seconds(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, 'Z');
}

async function untilItEnds(call: Call, begun: Standing): Promise<Result<DqlResult, SluiceError>> {
  const { session, signal } = call;
  let standingNow = begun;
  for (let pauseMs = firstPauseMs; isRunning(standingNow); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const token = standingNow.requestToken ?? begun.requestToken;
    if (token === undefined) return err(lost(session.http.host));
    await session.pause(pauseMs, signal);
    if (signal.aborted) return err(stillRunning());
    const polled = await authorized(call, {
      method: 'GET',
      path: `${api}/query:poll`,
      query: { 'request-token': token, 'request-timeout-milliseconds': String(longPollMs) },
    });
    if (!polled.ok) return polled;
    standingNow = polled.value;
  }
  return resultOf(standingNow);
}

function isRunning({ state, result }: Standing): boolean {
  return state === 'RUNNING' || state === 'NOT_STARTED' || (state === undefined && !result);
}

function resultOf({ state = 'SUCCEEDED', result }: Standing): Result<DqlResult, SluiceError> {
  if (state === 'SUCCEEDED') return ok(result ?? { records: [], types: [] });
  const isGone = state === 'RESULT_GONE' || state === 'CANCELLED';
  return err(failure(isGone ? 'unavailable' : 'malformed', `the DQL query ended as ${state.slice(0, 40)}`));
}

/** Sends a request with a token; one that is refused is fetched anew once: it may have been taken back. */
async function authorized(call: Call, request: HttpRequest): Promise<Result<Standing, SluiceError>> {
  const { session, at, signal } = call;
  const token = await session.login.token(at, signal);
  if (!token.ok) return token;
  const first = await attempt(call, request, token.value);
  if (first.ok || first.error.tag !== 'unauthorized') return first;
  session.login.forget(token.value);
  const renewed = await session.login.token(at, signal);
  return renewed.ok ? attempt(call, request, renewed.value) : renewed;
}

async function attempt(
  { session: { http }, signal }: Call,
  request: HttpRequest,
  token: string,
): Promise<Result<Standing, SluiceError>> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await askJson(http, { ...request, headers }, signal);
  if (answer.ok) return readShape(http.host, standing, answer.value.json);
  // The token is no part of the Secret, so nobody else knows that it must not be shown.
  return err({ ...answer.error, message: answer.error.message.replaceAll(token, '***') });
}

function lost(host: string): SluiceError {
  return failure('malformed', `${host} has not finished the query and gives no token to ask for it again`);
}

function stillRunning(): SluiceError {
  const remedy = 'ask for less, or raise spec.timeoutSeconds of the provider';
  return failure('timeout', `timed out waiting for result of DQL query; ${remedy}`);
}
