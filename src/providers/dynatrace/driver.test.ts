import { expect, test } from 'vitest';
import { connected, fetchOf, said, window } from '../../../test/builders/fetching.ts';
import { aProvider } from '../../../test/builders/provider-objects.ts';
import { scriptedHttp } from '../../../test/builders/scripted-http.ts';
import { driver } from './driver.ts';

const series = (...values: (number | null)[]) => ({ values });
const answer = (rest: object, ...data: object[]) => JSON.stringify({ result: [{ data }], ...rest });

function fetchFrom(body: string, query: object = {}, targetServer = 'https://x.live.dynatrace.com') {
  const provider = aProvider({
    spec: { type: 'dynatrace', targetServer, secretKeyRef: { name: 's', key: 'k' } },
  });
  const { http, sent } = scriptedHttp(() => body);
  return { result: fetchOf(connected(driver, { http, provider, secret: { k: 'token' } }), query), sent };
}

test('the value is the mean of every value of every series, in every digit', async () => {
  const body = answer({}, series(1, null), series(4), series(10.5));
  expect(said(await fetchFrom(body).result)).toBe('5.166666666666667 (the mean of 3 series)');
  expect(said(await fetchFrom(body, { window, stepMs: 60_000 }).result)).toBe('1 4 10.5');
});

test.each([
  ['https://x.live.dynatrace.com', '/api/v2/metrics/query'],
  ['https://x.live.dynatrace.com/e/env/', '/api/v2/metrics/query'],
  ['https://x.live.dynatrace.com/api', '/v2/metrics/query'],
  ['https://x.live.dynatrace.com/e/env/api/', '/v2/metrics/query'],
])('%s is asked below itself at %s', async (targetServer, path) => {
  const { result, sent } = fetchFrom(answer({}, series(1)), {}, targetServer);
  await result;
  expect(sent[0]?.path).toBe(path);
});

test('an error in an accepted answer is one, and a warning is told', async () => {
  const failed = JSON.stringify({ error: { code: 400, message: 'no such metric' } });
  expect(said(await fetchFrom(failed).result)).toBe('malformed: provider api response: no such metric');
  const warned = answer({ warnings: ['too many series'] }, series(1));
  expect(said(await fetchFrom(warned).result)).toBe('1 (the backend warns: too many series)');
});
