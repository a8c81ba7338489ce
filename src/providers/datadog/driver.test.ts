import { expect, test } from 'vitest';
import { connected, fetchOf, said, window } from '../../../test/builders/fetching.ts';
import { scriptedHttp } from '../../../test/builders/scripted-http.ts';
import { driver } from './driver.ts';

const series = (...values: (number | null)[]) => ({ pointlist: values.map((value, i) => [i, value]) });
const secret = { DD_CLIENT_API_KEY: 'a', DD_CLIENT_APP_KEY: 'b' };

function fetchFrom(body: object, query: object = {}) {
  const { http, sent } = scriptedHttp(() => JSON.stringify(body));
  return { result: fetchOf(connected(driver, { http, secret }), query), sent };
}

test('MQ-3: every series counts, not the first alone', async () => {
  const body = { status: 'ok', series: [series(1, null, 2), series(9)] };
  expect(said(await fetchFrom(body).result)).toBe('4 (the mean of 2 series)');
  expect(said(await fetchFrom(body, { window, stepMs: 60_000 }).result)).toBe('1 2 9');
});

test('MQ-9b: the mean keeps its digits', async () => {
  const body = { status: 'ok', series: [series(123456.789)] };
  expect(said(await fetchFrom(body).result)).toBe('123456.789');
});

test('a window is asked for in whole seconds, a step in milliseconds', async () => {
  const { result, sent } = fetchFrom({ series: [series(1)] }, { window, stepMs: 60_000 });
  await result;
  expect(sent[0]?.query).toEqual({ from: '1785577800', to: '1785578280', interval: '60000', query: 'q' });
});

test('an error in an accepted answer is one', async () => {
  const named = { status: 'error', error: 'Rule 1: parse error' };
  expect(said(await fetchFrom(named).result)).toBe('malformed: Rule 1: parse error');
  expect(said(await fetchFrom({ status: 'error' }).result)).toMatch(
    /^malformed: backend answered with an error/,
  );
});
