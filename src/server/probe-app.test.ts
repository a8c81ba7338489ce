import request from 'supertest';
import { expect, test } from 'vitest';
import { createApp } from './http.ts';
import { createProbeApp } from './probe-app.ts';
import { type Route, StreamedText } from './route.ts';

const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/text',
    handle: () => ({ status: 503, body: 'not yet', headers: { 'X-Why': 'no' } }),
  },
  { method: 'GET', path: '/json', handle: () => Promise.resolve({ status: 200, body: { fine: true } }) },
  { method: 'GET', path: '/later', handle: () => Promise.reject(new Error('secret detail')) },
  {
    method: 'GET',
    path: '/now',
    handle: () => {
      throw new Error('secret detail');
    },
  },
];

test('text and JSON are answered with status, type and headers, a query or not', async () => {
  const app = createProbeApp(routes, () => {});
  const text = await request(app).get('/text?verbose').expect(503, 'not yet');
  expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(text.headers['x-why']).toBe('no');
  const json = await request(app).get('/json').expect(200, { fine: true });
  expect(json.headers['content-type']).toMatch(/^application\/json/);
  const head = await request(app).head('/json').expect(200);
  expect(head.text ?? '').toBe('');
});

test.each([
  ['without the framework', createProbeApp],
  ['with the framework', createApp],
])('a route may serve what is below it, %s', async (_how, create) => {
  const deep: Route = {
    method: 'GET',
    path: '/deep',
    below: true,
    handle: ({ path }) => ({ status: 200, body: path }),
  };
  const app = create([deep, ...routes], () => {});
  await request(app).get('/deep').expect(200, '/deep');
  await request(app).get('/deep/a%20b/c?x').expect(200, '/deep/a%20b/c');
  await request(app).get('/deeper').expect(404);
  await request(app).post('/deep/a').expect(405);
});

test('other paths and methods are refused', async () => {
  const app = createProbeApp(routes, () => {});
  await request(app).get('/nothing').expect(404);
  const wrong = await request(app).post('/text').send({}).expect(405);
  expect(wrong.headers['allow']).toBe('GET');
});

test.each(['/later', '/now'])(
  'an exception at %s is reported, and no client sees what it was',
  async (path) => {
    const bugs: unknown[] = [];
    const app = createProbeApp(routes, (error, where) => bugs.push([error, where]));
    const answer = await request(app).get(path).expect(500);
    expect(answer.text).not.toContain('secret');
    expect(bugs).toEqual([[new Error('secret detail'), path]]);
  },
);

function streaming(pieces: AsyncIterable<string>): readonly Route[] {
  return [
    { method: 'GET', path: '/stream', handle: () => ({ status: 200, body: new StreamedText(pieces) }) },
  ];
}

async function* numbers(count: number): AsyncGenerator<string> {
  for (let index = 0; index < count; index += 1) yield await Promise.resolve(`${index}\n`);
}

test('a text is written while it is sent', async () => {
  const answer = await request(createProbeApp(streaming(numbers(3)), () => {}))
    .get('/stream')
    .expect(200);
  expect(answer.text).toBe('0\n1\n2\n');
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
});

test('a text that fails half way ends the connection and is reported: nobody takes it for the whole', async () => {
  async function* broken(): AsyncGenerator<string> {
    yield* numbers(2);
    throw new Error('no more');
  }
  const bugs: unknown[] = [];
  const app = createProbeApp(streaming(broken()), (error) => bugs.push(error));
  await expect(request(app).get('/stream')).rejects.toThrow(/aborted|hang up/);
  expect(bugs).toEqual([new Error('no more')]);
});
