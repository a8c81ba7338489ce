import { expect, test } from 'vitest';
import { at, connected, fetchOf, said, window } from '../../../test/builders/fetching.ts';
import { scriptedHttp } from '../../../test/builders/scripted-http.ts';
import { driver } from './driver.ts';

const one = JSON.stringify({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [at.getTime() / 1_000, '4'] }] },
});
const many = JSON.stringify({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: [
      {
        metric: {},
        values: [
          [1, '1'],
          [2, '2'],
        ],
      },
    ],
  },
});

function parametersOf(text: string | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

test.each(['metric', 'analysis'] as const)(
  'MQ-3: a window without a step is asked for at its end, for a %s too, and the note says so',
  async (purpose) => {
    const { http, sent } = scriptedHttp(() => one);
    const result = await fetchOf(connected(driver, { http }), { window, purpose });
    expect(said(result)).toBe('4 (evaluated at the end of the window)');
    expect(sent.map(({ path }) => path)).toEqual(['/api/v1/query']);
    expect(parametersOf(sent[0]?.body?.text)).toEqual({
      query: 'q',
      time: String(window.to.getTime() / 1_000),
    });
  },
);

test('a window with a step is asked for as a range', async () => {
  const { http, sent } = scriptedHttp(() => many);
  expect(said(await fetchOf(connected(driver, { http }), { window, stepMs: 90_500 }))).toBe('1 2');
  expect(sent[0]?.path).toBe('/api/v1/query_range');
  expect(parametersOf(sent[0]?.body?.text)).toEqual({
    query: 'q',
    start: '1785577800',
    end: '1785578280',
    step: '90.5',
  });
});

test.each([405, 501])('what does not take a POST (%i) is asked by GET', async (status) => {
  const { http, sent } = scriptedHttp(({ method }) => (method === 'POST' ? { status } : one));
  expect(said(await fetchOf(connected(driver, { http })))).toBe('4');
  expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET']);
  expect(sent[1]?.query).toEqual({ query: 'q', time: '1785578400.25' });
});

test('a note tells both, when the backend warns as well', async () => {
  const warned = JSON.stringify({ ...(JSON.parse(one) as object), warnings: ['partial'] });
  const { http } = scriptedHttp(() => warned);
  const result = await fetchOf(connected(driver, { http }), { window });
  expect(said(result)).toBe('4 (evaluated at the end of the window; the backend warns: partial)');
});
