import { describe, expect, test } from 'vitest';
import { connected, fetchOf, said, window } from '../../../test/builders/fetching.ts';
import { aProvider } from '../../../test/builders/provider-objects.ts';
import { scriptedHttp } from '../../../test/builders/scripted-http.ts';
import type { ProviderContext, ProviderQuery } from '../provider.ts';
import { driver } from './driver.ts';

const answer = JSON.stringify({ took: 3, aggregations: { errors: { value: 4 } } });

function fetchFrom(
  context: { key?: string; secret?: ProviderContext['secret'] } = {},
  query: Partial<ProviderQuery> = {},
  body = answer,
) {
  const secretKeyRef =
    context.key === undefined ? {} : { secretKeyRef: { name: 'elastic', key: context.key } };
  const provider = aProvider({ spec: { type: 'elastic', ...secretKeyRef } });
  const { http, sent } = scriptedHttp(() => body);
  const from = connected(driver, { http, provider, secret: context.secret });
  return {
    result: fetchOf(from, { text: '{"size":0}', metricPath: 'aggregations.errors.value', ...query }),
    sent,
  };
}

describe('the API key', () => {
  test('MQ-14: is what the Secret holds, never the name of its key', async () => {
    const { result, sent } = fetchFrom({ key: 'apiKey', secret: { apiKey: 'the-key' } });
    expect(said(await result)).toBe('4');
    expect(sent[0]?.headers).toEqual({ authorization: 'ApiKey the-key' });
  });

  const literal = btoa('VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw');
  test.each([
    ['no Secret is named', 'written-in-the-clear', undefined],
    ['the Secret has no such key', literal, { other: 'x' }],
  ])('MQ-14: is the name of the key where %s, with a warning', async (_, key, secret) => {
    const { result, sent } = fetchFrom({ key, secret });
    expect(said(await result)).toMatch(
      /^4 \(secretKeyRef\.key is sent as the API key, for all to read; put it into/,
    );
    expect(sent[0]?.headers).toEqual({ authorization: `ApiKey ${key}` });
  });

  test('is not needed', async () => {
    const { result, sent } = fetchFrom();
    expect(said(await result)).toBe('4');
    expect(sent[0]?.headers).toEqual({});
  });
});

describe('the path of the number', () => {
  test.each([undefined, ''])('MQ-14b: must be given: %j', async (metricPath) => {
    const { http, sent } = scriptedHttp(() => answer);
    const from = connected(driver, { http });
    const query = metricPath === undefined ? {} : { metricPath };
    expect(said(await fetchOf(from, { text: '{}', ...query }))).toMatch(
      /^malformed: metric path is missing in AnalysisValueTemplate or KeptnMetric; set spec\.metricPath/,
    );
    expect(sent).toEqual([]);
  });

  test.each([
    ['errors.value', /^not-found: no values in query result: .*did you mean "aggregations\.errors\.value"\?/],
    ['aggregations.errors', /^malformed: what stands at metricPath "aggregations.errors" is no number/],
    ['nowhere', /^not-found: .*nothing at metricPath "nowhere"; look at what the search answers/],
    ['took', /^3$/],
  ])('MQ-14b: is exact: %s', async (metricPath, expected) => {
    expect(said(await fetchFrom({}, { metricPath }).result)).toMatch(expected);
  });

  test('may choose of a list, and several are for steps only', async () => {
    const body = JSON.stringify({
      b: [{ v: 1 }, { v: null }, { v: 3 }],
      p: { '95.0': 7, 'a.b': { c: 'NaN' } },
    });
    const at = (metricPath: string, rest: object = {}) => fetchFrom({}, { metricPath, ...rest }, body).result;
    expect(said(await at('b.2.v'))).toBe('3');
    expect(said(await at('b.*.v', { window, stepMs: 60_000 }))).toMatch(/^1 3 /);
    expect(said(await at('b.*.v'))).toMatch(/^malformed: too many values in query result: 2; name one/);
    expect(said(await at('p.95.0'))).toBe('7');
    expect(said(await at('p.a.b.c'))).toBe('NaN');
  });
});

test.each([
  ['{"query":{"match_all":{}}}', '/_search', '{"query":{"match_all":{}}}'],
  ['{"index":"logs-*","size":0}', '/logs-*/_search', '{"size":0}'],
])('the query %s is sent to %s', async (text, path, body) => {
  const { result, sent } = fetchFrom({}, { text });
  await result;
  expect(sent[0]).toMatchObject({ method: 'POST', path, body: { text: body } });
});

test.each([
  '',
  'size: 0',
  '[1]',
  '{"index":7}',
  '{"index":"_all"}',
  '{"index":"a/../_cluster"}',
  '{"index":"a..b"}',
  '{"index":""}',
])('the query %s is refused and not sent', async (text) => {
  const { result, sent } = fetchFrom({}, { text });
  expect(said(await result)).toMatch(
    /^malformed: ("index" in the query must|the query is not the JSON object)/,
  );
  expect(sent).toEqual([]);
});

test('a part of the data, and a window that the query alone decides, are told', async () => {
  const partial = JSON.stringify({ timed_out: true, _shards: { failed: 1 }, v: 1 });
  expect(said(await fetchFrom({}, { metricPath: 'v', window }, partial).result)).toBe(
    '1 (the time searched is that of the query alone; the answer is of a part of the data: shards failed or ran out of time)',
  );
});
