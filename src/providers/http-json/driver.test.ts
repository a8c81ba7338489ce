import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aProvider } from '../../../test/builders/provider-objects.ts';
import { openHttpClient } from '../http.ts';
import type { ProviderQuery } from '../provider.ts';
import { driver } from './driver.ts';

const seen: { method: string; url: string; authorization: string | undefined; body: string }[] = [];
let server: Server;
let address = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, authorization: headers.authorization, body });
      response.statusCode = url.includes('broken') ? 503 : 200;
      response.end(
        url.includes('page') ? '<html>' : '{"stats":{"p95":"250m","big":9007199254740993,"all":[1,2]}}',
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  address = `http://127.0.0.1:${port}/prefix`;
});
afterAll(() => {
  server.close();
});

async function fetch(
  query: Partial<ProviderQuery>,
  secret?: Record<string, string>,
  key = 'token',
): Promise<unknown> {
  const secretKeyRef = secret === undefined ? {} : { secretKeyRef: { name: 's', key } };
  const provider = aProvider({ spec: { type: 'http', targetServer: address, ...secretKeyRef } });
  const http = openHttpClient({ provider });
  if (!http.ok) throw new Error(http.error.message);
  const connected = driver.connect({ provider, secret, http: http.value, pause: () => Promise.resolve() });
  if (!connected.ok) return `${connected.error.tag}: ${connected.error.message}`;
  const whole = { text: '/stats', purpose: 'metric', at: new Date(0), ...query } as const;
  const reading = await connected.value.fetch(whole, AbortSignal.timeout(5_000));
  http.value.close();
  return reading.ok ? reading.value.samples : `${reading.error.tag}: ${reading.error.message}`;
}

test('a number is found in the answer of the path below the address', async () => {
  expect(await fetch({ text: '/stats?a=1', metricPath: '$.stats.p95' })).toEqual(['0.25']);
  expect(await fetch({ metricPath: '$.stats.big' })).toEqual(['9007199254740993']);
  expect(await fetch({ metricPath: '$.stats.all', stepMs: 1_000 })).toEqual(['1', '2']);
  expect(seen[0]).toMatchObject({ method: 'GET', url: '/prefix/stats?a=1', authorization: undefined });
});

test('a body is posted, and credentials of the Secret go along', async () => {
  const text = '{"path": "/q", "body": {"service": "a"}}';
  await fetch({ text, metricPath: '$.stats.p95' }, { token: 'tell-nobody\n' });
  await fetch({ text, metricPath: '$.stats.p95' }, { user: 'me', password: 'p:w' });
  expect(seen.slice(-2)).toEqual([
    { method: 'POST', url: '/prefix/q', authorization: 'Bearer tell-nobody', body: '{"service":"a"}' },
    { method: 'POST', url: '/prefix/q', authorization: 'Basic bWU6cDp3', body: '{"service":"a"}' },
  ]);
});

test('what is wrong is said: the Secret, the server, the answer, the path', async () => {
  expect(await fetch({}, { other: 'x' })).toBe(
    'malformed: secret key does not contain user and password: the Secret of spec.secretKeyRef needs both, or a bearer token under its key "token"',
  );
  expect(await fetch({ text: '/broken' })).toMatch(/^unavailable: 127\.0\.0\.1:\d+ answered 503/);
  expect(await fetch({ text: '/page' })).toMatch(/^malformed: .* answered with a web page/);
  expect(await fetch({ text: 'http://x/' })).toMatch(/^malformed: the query cannot be sent/);
  expect(await fetch({ metricPath: '$.[' })).toMatch(/^malformed: metricPath/);
  expect(await fetch({})).toMatch(/^malformed: \$ leads to an object/);
  expect(await fetch({ metricPath: '$.none' })).toMatch(/^not-found: no values in query result/);
});
