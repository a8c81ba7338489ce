import { describe, expect, test } from 'vitest';
import { at, connected, fetchOf, said, window } from '../../../test/builders/fetching.ts';
import { aProvider } from '../../../test/builders/provider-objects.ts';
import { type SentRequest, scriptedHttp } from '../../../test/builders/scripted-http.ts';
import { driver } from './driver.ts';

const token = (tenant: string) => `dt0s08.${tenant}.${'SECRET12'.repeat(8)}`;
const provider = aProvider({ spec: { type: 'dql', secretKeyRef: { name: 's', key: 'k' } } });
const done = '{"state":"SUCCEEDED","result":{"records":[{"count":4}]}}';

interface Given {
  readonly tenant?: string;
  readonly authUrl?: string;
  readonly answer?: (request: SentRequest) => ReturnType<Parameters<typeof scriptedHttp>[0]>;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly life?: number;
}

/** A tenant whose sign-in gives `token-1`, `token-2` … */
function tenantOf({ tenant = 'TENANT', authUrl, answer = () => done, pause, life = 300 }: Given = {}) {
  let tokens = 0;
  const { http, sent } = scriptedHttp((request, signal) => {
    if (request.to === 'backend') return answer(request);
    tokens += 1;
    if (signal.aborted) return { status: 500 };
    return `{"access_token":"${tenant}-${tokens}","expires_in":${life}}`;
  });
  const secret = { k: JSON.stringify({ token: token(tenant), ...(authUrl !== undefined && { authUrl }) }) };
  return { from: connected(driver, { http, provider, secret, ...(pause && { pause }) }), sent };
}

const signIns = (sent: readonly SentRequest[]) => sent.filter(({ to }) => to !== 'backend');
const later = (ms: number) => ({ at: new Date(at.getTime() + ms) });

describe('signing in', () => {
  test('MQ-21: goes to the public host unless authUrl names another', async () => {
    const usual = tenantOf();
    await fetchOf(usual.from);
    expect(usual.sent[0]?.to).toBe('https://sso.dynatrace.com/sso/oauth2/token');
    expect(Object.fromEntries(new URLSearchParams(usual.sent[0]?.body?.text))).toEqual({
      client_id: 'dt0s08.TENANT',
      client_secret: token('TENANT'),
      grant_type: 'client_credentials',
      scope: 'storage:metrics:read environment:roles:viewer',
    });
    const own = tenantOf({ authUrl: 'https://sso.example/token' });
    await fetchOf(own.from);
    expect(own.sent[0]?.to).toBe('https://sso.example/token');
  });

  test('happens once for many queries, at once or one after the other, until the token ends', async () => {
    const { from, sent } = tenantOf();
    await Promise.all([fetchOf(from), fetchOf(from), fetchOf(from)]);
    await fetchOf(from, later(270_000));
    expect(signIns(sent)).toHaveLength(1);
    await fetchOf(from, later(290_000));
    expect(signIns(sent)).toHaveLength(2);
    expect(sent.at(-1)?.headers).toEqual({ authorization: 'Bearer TENANT-2' });
  });

  test('happens again, once, when a token is refused', async () => {
    const { from, sent } = tenantOf({
      answer: ({ headers }) => (headers?.['authorization'] === 'Bearer TENANT-1' ? { status: 401 } : done),
    });
    expect(said(await fetchOf(from))).toBe('4');
    expect(signIns(sent)).toHaveLength(2);
    const refused = tenantOf({
      answer: () => ({ status: 401, text: '{"error":{"message":"TENANT-2 is bad"}}' }),
    });
    expect(said(await fetchOf(refused.from))).toMatch(
      /^unauthorized: backend answered 401 .*: \*\*\* is bad$/,
    );
    expect(signIns(refused.sent)).toHaveLength(2);
  });

  test('that one query gave up does not fail the next', async () => {
    const { from, sent } = tenantOf();
    const [given, up] = await Promise.all([fetchOf(from, {}, AbortSignal.abort()), fetchOf(from)]);
    expect(given.ok).toBe(false);
    expect(said(up)).toBe('4');
    expect(signIns(sent)).toHaveLength(2);
  });

  test('MQ-9: is that of one provider object alone', async () => {
    const [a, b] = [tenantOf({ tenant: 'A' }), tenantOf({ tenant: 'B' })];
    await Promise.all([fetchOf(a.from), fetchOf(b.from)]);
    expect(a.sent.at(-1)?.headers).toEqual({ authorization: 'Bearer A-1' });
    expect(b.sent.at(-1)?.headers).toEqual({ authorization: 'Bearer B-1' });
    for (const { body } of a.sent) expect(body?.text).not.toContain('dt0s08.B');
  });
});

describe('a query that takes time', () => {
  const running = (state: string) => ({
    status: 202,
    text: `{"state":"${state}","requestToken":"a+b/c=","ttlSeconds":60}`,
  });

  test('is looked at after short pauses that grow, until it has ended', async () => {
    const pauses: number[] = [];
    let polls = 0;
    const { from, sent } = tenantOf({
      answer: ({ method }) => {
        if (method === 'POST') return running('NOT_STARTED');
        polls += 1;
        return polls < 8 ? '{"state":"RUNNING","progress":7}' : done;
      },
      pause: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    });
    expect(said(await fetchOf(from))).toBe('4');
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    expect(sent.at(-1)).toMatchObject({
      path: '/platform/storage/query/v1/query:poll',
      query: { 'request-token': 'a+b/c=', 'request-timeout-milliseconds': '1000' },
    });
  });

  test('ends when it is given up', async () => {
    const controller = new AbortController();
    const { from, sent } = tenantOf({
      answer: () => running('RUNNING'),
      pause: () => {
        controller.abort();
        return Promise.resolve();
      },
    });
    expect(said(await fetchOf(from, {}, controller.signal))).toMatch(
      /^timeout: timed out waiting for result of DQL query; ask for less/,
    );
    expect(sent.filter(({ method }) => method === 'GET')).toEqual([]);
  });

  test.each([
    ['FAILED', 'malformed: the DQL query ended as FAILED'],
    ['CANCELLED', 'unavailable: the DQL query ended as CANCELLED'],
    ['RESULT_GONE', 'unavailable: the DQL query ended as RESULT_GONE'],
  ])('that ends as %s is an error', async (state, message) => {
    const { from } = tenantOf({ answer: () => running(state) });
    expect(said(await fetchOf(from))).toBe(message);
  });

  test('without a token to ask again by is an error', async () => {
    const { from } = tenantOf({ answer: () => '{"state":"RUNNING"}' });
    expect(said(await fetchOf(from))).toMatch(
      /^malformed: backend has not finished the query and gives no token/,
    );
  });
});

test('the time asked about is sent in whole seconds', async () => {
  const { from, sent } = tenantOf();
  await fetchOf(from, { window });
  expect(JSON.parse(sent.at(-1)?.body?.text ?? '')).toMatchObject({
    defaultTimeframeStart: '2026-08-01T09:50:00Z',
    defaultTimeframeEnd: '2026-08-01T09:58:00Z',
  });
});
