import request from 'supertest';
import { expect, test } from 'vitest';
import { cachesCheck, certificateCheck, eventLoopCheck, healthRoutes, metricsRoute } from './health.ts';
import { createApp } from './http.ts';
import type { HttpApp, Route } from './route.ts';

const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/echo',
    json: { maxBytes: 100 },
    handle: ({ body, query, headers }) => ({
      status: 200,
      body: { body, query, agent: headers['x-agent'] },
      headers: { 'X-Echo': 'yes' },
    }),
  },
  { method: 'GET', path: '/echo', handle: () => ({ status: 200, body: 'plain' }) },
  { method: 'GET', path: '/later', handle: () => Promise.reject(new Error('secret detail')) },
  {
    method: 'GET',
    path: '/now',
    handle: () => {
      throw new Error('secret detail');
    },
  },
];

test('a handler gets the parsed request and answers JSON or text', async () => {
  const app = createApp(routes, () => {});
  const posted = await request(app).post('/echo?a=1&b=%2F').set('X-Agent', 'me').send([1, null]).expect(200);
  expect(posted.body).toEqual({ body: [1, null], query: { a: '1', b: '/' }, agent: 'me' });
  expect(posted.headers).toHaveProperty('x-echo', 'yes');
  expect(posted.headers['content-type']).toMatch(/^application\/json/);
  const got = await request(app).get('/echo').expect(200, 'plain');
  expect(got.headers['content-type']).toMatch(/^text\/plain/);
  expect(got.headers).not.toHaveProperty('x-powered-by');
});

test.each(['/later', '/now'])(
  'an exception at %s is reported, and no client sees what it was',
  async (path) => {
    const bugs: unknown[] = [];
    const app = createApp(routes, (error, where) => bugs.push([error, where]));
    const answer = await request(app).get(path).expect(500);
    expect(answer.text).not.toMatch(/secret|at .*\.ts/);
    expect(answer.body).toMatchObject({ error: { code: 500 } });
    expect(bugs).toEqual([[new Error('secret detail'), path]]);
  },
);

test('other paths and methods are refused in JSON, and a method that exists is named', async () => {
  const app = createApp(routes, () => {});
  await request(app)
    .get('/nothing')
    .expect(404, { error: { code: 404, message: 'nothing is served at this path' } });
  const wrong = await request(app).put('/echo').expect(405);
  expect(wrong.headers['allow']).toBe('POST, GET');
});

test("a charset that does not exist and a body that ends early are the client's errors", async () => {
  const bugs: unknown[] = [];
  const app = createApp(routes, (error) => bugs.push(error));
  await request(app)
    .post('/echo')
    .set('Content-Type', 'application/json; charset=nope')
    .send('{}')
    .expect(415);
  await request(app).post('/echo').set('Content-Type', 'application/json').send('[1').expect(400);
  await request(app)
    .post('/echo')
    .send({ long: 'x'.repeat(200) })
    .expect(413, /larger than 100 bytes/);
  expect(bugs).toEqual([]);
});

function probeApp(pending: string[], notAfter: Date | undefined, now: Date): HttpApp {
  const ready = [
    cachesCheck(() => pending),
    certificateCheck(
      () => notAfter,
      () => now,
    ),
  ];
  const broken = {
    name: 'broken',
    problem: () => {
      throw new Error('bug');
    },
  };
  return createApp(healthRoutes({ alive: [broken], ready }), () => {});
}

const noon = new Date('2026-01-01T12:00:00Z');
const one = new Date('2026-01-01T13:00:00Z');

test.each([
  {
    name: 'all is well',
    pending: [],
    notAfter: one,
    status: 200,
    text: '[+] caches ok\n[+] certificate ok\nok\n',
  },
  {
    name: 'a cache is behind',
    pending: ['pods', 'replicasets'],
    notAfter: one,
    status: 503,
    text: '[-] caches failed: not synced yet: pods, replicasets\n[+] certificate ok\nfailed\n',
  },
  {
    name: 'the certificate expired',
    pending: [],
    notAfter: noon,
    status: 503,
    text: '[+] caches ok\n[-] certificate failed: the serving certificate expired at 2026-01-01T12:00:00.000Z\nfailed\n',
  },
  {
    name: 'there is no certificate',
    pending: [],
    notAfter: undefined,
    status: 503,
    text: '[+] caches ok\n[-] certificate failed: no serving certificate is loaded yet\nfailed\n',
  },
])('readiness, $name', async ({ pending, notAfter, status, text }) => {
  await request(probeApp(pending, notAfter, noon))
    .get('/readyz')
    .expect(status, text);
});

test('a check that throws has failed, and says so', async () => {
  const app = probeApp([], one, noon);
  await request(app)
    .get('/healthz')
    .expect(503, /\[-\] broken failed: the check itself failed: Error: bug/);
});

test('the event loop check sees a stall once', async () => {
  const check = eventLoopCheck(100);
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  await turn();
  const end = performance.now() + 300;
  while (performance.now() < end);
  await turn();
  expect(check.problem()).toMatch(/stood still for \d{3} ms \(limit 100 ms\)/);
  expect(check.problem()).toBeUndefined();
  check.stop();
});

test('metrics go out under their own content type', async () => {
  const contentType = 'text/plain; version=0.0.4; charset=utf-8';
  const app = createApp([metricsRoute(() => Promise.resolve({ body: 'a 1\n', contentType }))], () => {});
  const answer = await request(app).get('/metrics').expect(200, 'a 1\n');
  expect(answer.headers['content-type']).toBe(contentType);
});
