import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Reading } from '../../src/domain/metric-source.ts';
import type { SluiceError } from '../../src/kernel/errors.ts';
import { ok, type Result } from '../../src/kernel/result.ts';
import type { KeyPair } from '../../src/pki/x509.ts';
import { guarded } from '../../src/providers/guarded.ts';
import { type HttpClient, largestAnswerBytes, openHttpClient } from '../../src/providers/http.ts';
import type { Driver, ProviderQuery } from '../../src/providers/provider.ts';
import {
  type BackendServer,
  type ScriptedAnswer,
  type SeenRequest,
  startBackend,
} from '../builders/backend-server.ts';
import { makeCertificates, type TestCertificates } from '../builders/certificates.ts';
import { at, window } from '../builders/fetching.ts';
import { aProvider } from '../builders/provider-objects.ts';

/** What the contract has to know about a kind of backend. */
export interface BackendDescription {
  readonly name: string;
  /** The page of its public API documentation that the requests and answers here follow. */
  readonly docs: string;
  readonly driver: Driver;
  /** Of the provider object, beside `targetServer`: type, secretKeyRef … */
  readonly spec: Readonly<Record<string, unknown>>;
  /** What the Secret holds, by the address of the server; absent: there is none. */
  readonly secret?: (url: string) => Readonly<Record<string, string>>;
  /** Secrets (undefined: none) that cannot work, and what the error of `connect` says of each. */
  readonly badSecrets: readonly {
    readonly about: string;
    readonly secret: Readonly<Record<string, string>> | undefined;
    readonly message: RegExp;
  }[];
  readonly query: string;
  readonly metricPath?: string;
  /** The body of an answer whose value is that number. */
  readonly one: (number: string) => string;
  /** The body of an answer to a query with a step, whose samples are these; absent: the backend has no steps. */
  readonly several?: (numbers: readonly string[]) => string;
  /** Bodies of answers that hold no value. */
  readonly nothing: readonly string[];
  /** Answers what is not the question itself, such as a sign-in; undefined: it is the question. */
  readonly aside?: (request: SeenRequest) => ScriptedAnswer | undefined;
  /** Looks at the request of a query at `at` without a window. */
  readonly expectRequest: (request: SeenRequest) => void;
}

interface AskOptions {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly caPem?: string;
  readonly query?: Partial<ProviderQuery>;
  readonly signal?: AbortSignal;
}

/** Everything that any backend must do right. Registers tests; call it at the top of a test file. */
export function providerContract(backend: BackendDescription): void {
  describe(`${backend.name} (${backend.docs})`, () => {
    let certificates: TestCertificates;
    beforeAll(async () => {
      certificates = await makeCertificates();
    });
    const cleanups: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const clean of cleanups.splice(0).toReversed()) await clean();
    });

    async function serve(
      scripted: ScriptedAnswer | ((request: SeenRequest) => ScriptedAnswer),
      tls?: KeyPair,
    ): Promise<BackendServer> {
      const server = await startBackend(
        (request) =>
          backend.aside?.(request) ?? (typeof scripted === 'function' ? scripted(request) : scripted),
        tls,
      );
      cleanups.push(server.close);
      return server;
    }

    async function ask(
      server: BackendServer,
      options: AskOptions = {},
    ): Promise<Result<Reading, SluiceError>> {
      const provider = aProvider({ spec: { ...backend.spec, targetServer: server.url, ...options.spec } });
      const { caPem } = options;
      const http = openHttpClient({ provider, ...(caPem !== undefined && { caPem }) });
      if (!http.ok) return http;
      cleanups.push(http.value.close);
      const secret = backend.secret?.(server.url);
      const result = await fetchOnce(backend, { http: http.value, provider, secret }, options);
      expectNothingSecret(result, server.seen, secret);
      return result;
    }

    async function askOf(scripted: Parameters<typeof serve>[0], options: AskOptions = {}) {
      return ask(await serve(scripted), options);
    }

    test('asks as the API is documented, and gives the value', async () => {
      const server = await serve({ body: backend.one('4') });
      expect(await ask(server)).toMatchObject({ ok: true, value: { samples: ['4'] } });
      const question = server.seen.findLast((request) => backend.aside?.(request) === undefined);
      if (question === undefined) throw new Error('nothing was asked');
      backend.expectRequest(question);
      expect(question.headers['user-agent']).toBe('sluice');
    });

    test('keeps a path of the address in front, and sends the tenant', async () => {
      const server = await serve({ body: backend.one('4') });
      const spec = { targetServer: `${server.url}/behind/here/`, tenant: 'team-a' };
      expect(await ask(server, { spec })).toMatchObject({ ok: true });
      const question = server.seen.findLast((request) => backend.aside?.(request) === undefined);
      expect(question?.path).toMatch(/^\/behind\/here\//);
      expect(question?.headers['x-scope-orgid']).toBe('team-a');
    });

    test.each([
      '0',
      '-1.5',
      '0.00000012',
      '123456.789',
      '0.30000000000000004',
      '12345678901234567',
      '98765432101',
    ])('MQ-9b: gives %s with every digit', async (number) => {
      expect(await askOf({ body: backend.one(number) })).toMatchObject({ value: { samples: [number] } });
    });

    const { several } = backend;
    if (several !== undefined) {
      test('gives every sample where a step is asked for', async () => {
        const numbers = ['3', '1', '0.00000012', '123456.789'];
        const result = await askOf({ body: several(numbers) }, { query: { window, stepMs: 60_000 } });
        expect(result).toMatchObject({ ok: true, value: { samples: numbers } });
      });
    }

    test('MQ-8: says that there is no value where there is none, and never 0', async () => {
      for (const body of backend.nothing) {
        const result = await askOf({ body });
        expect(result, body).toMatchObject({
          ok: false,
          error: { tag: 'not-found', message: expect.stringMatching(/^no values in query result: /) },
        });
      }
    });

    test.each([
      ['nothing', ''],
      ['half an answer', '{"status":"succ'],
      ['words', 'all is well'],
      ['another list', '[1,2]'],
      ['a text', '"text"'],
      ['null', 'null'],
      ['a very deep list', '['.repeat(100_000) + ']'.repeat(100_000)],
      ['no UTF-8', '\uD800\uFFFD'],
    ])('calls %s malformed and says what came', async (_, body) => {
      const result = await askOf({ body });
      expect(result).toMatchObject({ ok: false });
      expect(['malformed', 'not-found']).toContain(errorOf(result).tag);
      expect(errorOf(result).message.length).toBeLessThan(500);
    });

    test('calls a web page one', async () => {
      const body = '<!DOCTYPE html><html><title>Sign in</title></html>';
      const result = await askOf({ body, headers: { 'content-type': 'text/html' } });
      expect(errorOf(result)).toMatchObject({
        tag: 'malformed',
        message: expect.stringContaining('a web page'),
      });
      expect(errorOf(result).message).toContain('is spec.targetServer right?');
    });

    test('gives up a huge answer', async () => {
      const result = await askOf({ body: `"${'x'.repeat(largestAnswerBytes)}"` });
      expect(errorOf(result)).toMatchObject({
        tag: 'malformed',
        message: expect.stringMatching(/larger than 8 MiB/),
      });
    });

    test.each([
      [400, 'malformed'],
      [401, 'unauthorized'],
      [403, 'forbidden'],
      [404, 'malformed'],
      [429, 'too-many-requests'],
      [500, 'unavailable'],
      [503, 'unavailable'],
    ] as const)('MQ-6: calls an answer of %i %s, whatever its body', async (status, tag) => {
      const bodies = ['', '{}', '{"some":"json"}', '<html>proxy</html>', 'plain words', backend.one('0')];
      for (const body of bodies) {
        const result = await askOf({ status, body, headers: { 'retry-after': '7' } });
        expect(errorOf(result), body).toMatchObject({
          tag,
          message: expect.stringMatching(new RegExp(`^localhost:\\d+ answered ${status}`)),
          retryAfterSeconds: 7,
        });
      }
    });

    test('does not follow where it is sent, and says where that is', async () => {
      const other = await serve({ body: backend.one('4') });
      const location = `${other.url}/login?token=hidden`;
      const result = await askOf({ status: 302, headers: { location } });
      expect(errorOf(result)).toMatchObject({
        tag: 'malformed',
        message: expect.stringContaining(`to ${other.url}/login, where we do not follow`),
      });
      expect(other.seen).toEqual([]);
    });

    test('names a backend that refuses connections', async () => {
      const server = await serve({ body: backend.one('4') });
      await server.close();
      expect(errorOf(await ask(server))).toMatchObject({
        tag: 'unavailable',
        message: expect.stringMatching(/^localhost:\d+ refuses connections/),
      });
    });

    test('ends with the signal, before and while it waits', async () => {
      const server = await serve({ hang: true });
      for (const signal of [AbortSignal.abort(), AbortSignal.timeout(80)]) {
        expect(errorOf(await ask(server, { signal })).tag).toBe('timeout');
      }
    });

    test('MQ-7: verifies certificates unless it is told not to, and takes those of caSecretRef', async () => {
      const { valid, selfSigned, expired, caPem } = certificates;
      const good = { body: backend.one('4') };
      const unknown = /not known here; name its certificate in spec\.caSecretRef/;
      const cases = [
        [valid, {}, unknown],
        [selfSigned, {}, unknown],
        [expired, { caPem }, /has a certificate that has expired/],
      ] as const;
      for (const [shown, options, message] of cases) {
        const server = await serve(good, shown);
        expect(errorOf(await ask(server, options))).toMatchObject({
          tag: 'unavailable',
          message: expect.stringMatching(message),
        });
        const unverified = { ...options, spec: { insecureSkipTlsVerify: true } };
        expect(await ask(server, unverified)).toMatchObject({ ok: true });
      }
      expect(await ask(await serve(good, valid), { caPem })).toMatchObject({ ok: true });
    });

    test.each(backend.badSecrets)('refuses $about', ({ secret, message }) => {
      const provider = aProvider({ spec: backend.spec });
      const http = openHttpClient({ provider });
      if (!http.ok) throw new Error(http.error.message);
      const connected = guarded(backend.driver).connect({ http: http.value, provider, secret, pause });
      const error = connected.ok ? undefined : connected.error;
      expect(error).toMatchObject({ tag: 'malformed', message: expect.stringMatching(message) });
      for (const value of Object.values(secret ?? {}).filter((text) => text.length > 3))
        expect(error?.message).not.toContain(value);
    });

    test('shows nothing secret where the backend repeats what it was sent', async () => {
      const repeat = (request: SeenRequest) =>
        JSON.stringify([request.headers, request.body, [...request.query]]);
      const answers: ((request: SeenRequest) => ScriptedAnswer)[] = [
        (request) => ({ status: 500, body: repeat(request) }),
        (request) => ({
          status: 400,
          body: JSON.stringify({ error: { message: request.headers.authorization } }),
        }),
        (request) => ({
          status: 403,
          body: JSON.stringify({ errors: Object.values(request.headers).map(String) }),
        }),
        (request) => ({ body: `no json: ${request.headers.authorization} ${repeat(request)}` }),
        (request) => ({ status: 302, headers: { location: `http://x/?${request.headers.authorization}` } }),
      ];
      for (const answer of answers) expect(await askOf(answer)).toMatchObject({ ok: false });
    });

    test('MQ-2b: gives numbers or an error for any damage to an answer, and throws at none', async () => {
      const good = [backend.one('4'), ...(several ? [several(['1', '2', '3'])] : []), ...backend.nothing];
      const damaged = fc.tuple(fc.constantFrom(...good), fc.nat(), fc.jsonValue()).map(damage);
      const isStep = fc.boolean();
      await fc.assert(
        fc.asyncProperty(damaged, isStep, async (body, step) => {
          const query = step ? { window, stepMs: 60_000 } : {};
          const result = await fetchFrom(backend, body, { query, signal: AbortSignal.timeout(5_000) });
          if (!result.ok) {
            expect(result.error.tag, result.error.message).not.toBe('internal');
            expect(result.error.message).not.toMatch(/\p{Cc}/u);
            return;
          }
          for (const sample of result.value.samples) expect(sample).toMatch(/^(-?\d+(\.\d+)?|NaN|[+-]Inf)$/);
        }),
        { numRuns: 400 },
      );
    });
  });
}

const pause = async (_ms: number, signal: AbortSignal): Promise<void> => {
  await new Promise<void>((resolve) => (signal.aborted ? resolve() : setImmediate(resolve)));
};

interface Reached {
  readonly http: HttpClient;
  readonly provider: ReturnType<typeof aProvider>;
  readonly secret: Readonly<Record<string, string>> | undefined;
}

async function fetchOnce(
  backend: BackendDescription,
  reached: Reached,
  { query, signal = AbortSignal.timeout(20_000) }: AskOptions,
): Promise<Result<Reading, SluiceError>> {
  const connected = guarded(backend.driver).connect({ ...reached, pause });
  if (!connected.ok) throw new Error(connected.error.message);
  const { query: text, metricPath } = backend;
  const asked = {
    text,
    ...(metricPath !== undefined && { metricPath }),
    at,
    purpose: 'metric' as const,
    ...query,
  };
  return connected.value.fetch(asked, signal);
}

/** As `fetchOnce` of a backend whose answers come without a network. */
function fetchFrom(backend: BackendDescription, body: string, options: AskOptions) {
  const http: HttpClient = {
    host: 'backend',
    send: (request) => {
      const seen: SeenRequest = {
        method: request.method,
        path: new URL(request.path, 'http://backend').pathname,
        query: new URLSearchParams(request.query),
        headers: request.headers ?? {},
        body: request.body?.text ?? '',
      };
      const aside = backend.aside?.(seen);
      return Promise.resolve(ok({ status: aside?.status ?? 200, headers: {}, text: aside?.body ?? body }));
    },
    elsewhere: (address) =>
      ok({
        ...http,
        send: (request, signal) => http.send({ ...request, path: new URL(address).pathname }, signal),
      }),
  };
  const provider = aProvider({ spec: backend.spec });
  return fetchOnce(backend, { http, provider, secret: backend.secret?.('http://backend') }, options);
}

/** The JSON with one part of it, chosen by `where`, replaced. */
function damage([body, where, replacement]: [string, number, unknown]): string {
  let places = 0;
  JSON.parse(body, (_key, part: unknown) => {
    places += 1;
    return part;
  });
  let index = 0;
  const damaged: unknown = JSON.parse(body, (_key, part: unknown) => {
    index += 1;
    return index - 1 === where % places ? replacement : part;
  });
  return JSON.stringify(damaged);
}

function errorOf(result: Result<Reading, SluiceError>): SluiceError {
  if (result.ok) throw new Error(`gave ${result.value.samples.join()}`);
  return result.error;
}

/** What was sent as credentials, and what the Secret holds, appears in nothing that is given. */
function expectNothingSecret(
  result: Result<Reading, SluiceError>,
  seen: readonly SeenRequest[],
  secret: Readonly<Record<string, string>> | undefined,
): void {
  const given = JSON.stringify(result);
  const sent = seen.flatMap(({ headers }) =>
    Object.entries(headers)
      .filter(([name]) => /authorization|-key$/.test(name))
      .map(([, value]) => String(value).replace(/^\S+ /, '')),
  );
  const stored = Object.entries(secret ?? {})
    .filter(([key]) => key !== 'user')
    .flatMap(([, value]) => [value, ...(value.match(/[\w.-]{12,}/g) ?? [])]);
  for (const hidden of [...sent, ...stored]) expect(given).not.toContain(hidden);
  if (!result.ok) expect(result.error.message).not.toMatch(/\p{Cc}/u);
}
