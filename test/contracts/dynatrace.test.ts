import { expect } from 'vitest';
import { driver } from '../../src/providers/dynatrace/driver.ts';
import { at } from '../builders/fetching.ts';
import { type BackendDescription, providerContract } from './provider-contract.ts';

/** Numbers are written as they are given: as text they would not be numbers of JSON. */
function answer(series: readonly (readonly string[])[]): string {
  const data = series.map(
    (values, i) =>
      `{"dimensions":["HOST-${i}"],"timestamps":[${values.map((_, n) => at.getTime() + n * 60_000).join()}],"values":[${values.join()}]}`,
  );
  return `{"totalCount":${series.length},"nextPageKey":null,"resolution":"1m","result":[{"metricId":"builtin:host.cpu.usage","dataPointCountRatio":1.0E-5,"data":[${data.join()}]}]}`;
}

const dynatrace: BackendDescription = {
  name: 'dynatrace',
  docs: 'https://docs.dynatrace.com/docs/shortlink/api-metrics-v2-get-datapoints',
  driver,
  spec: { type: 'dynatrace', secretKeyRef: { name: 'dynatrace', key: 'DT_TOKEN' } },
  secret: () => ({ DT_TOKEN: 'dt0c01.ABCDEF0123456789.SECRETSECRET\n' }),
  badSecrets: [
    {
      about: 'no Secret',
      secret: undefined,
      message: /^the SecretKeyRef property with the Dynatrace token is missing; name a Secret/,
    },
    {
      about: 'another key',
      secret: { TOKEN: 'dt0c01.ABC' },
      message: /^secret contains invalid key DT_TOKEN: the Secret "dynatrace" has nothing there/,
    },
    { about: 'a blank token', secret: { DT_TOKEN: '\n' }, message: /^secret contains invalid key DT_TOKEN/ },
  ],
  query: 'builtin:host.cpu.usage:filter(eq("k","a&b=c")):avg&entitySelector=type(HOST),tag("a=b c")',
  one: (number) => answer([[number]]),
  several: (numbers) => answer([['null', ...numbers.slice(0, 2)], numbers.slice(2)]),
  nothing: [
    answer([]),
    answer([['null', 'null']]),
    '{"totalCount":0,"nextPageKey":null,"resolution":"1m","result":[]}',
    '{"totalCount":0,"result":[{"metricId":"x","data":[],"warnings":["The metric selector is unknown"]}]}',
  ],
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'GET', path: '/api/v2/metrics/query' });
    expect(Object.fromEntries(request.query)).toEqual({
      metricSelector: 'builtin:host.cpu.usage:filter(eq("k","a&b=c")):avg',
      entitySelector: 'type(HOST),tag("a=b c")',
    });
    expect(request.headers.authorization).toBe('Api-Token dt0c01.ABCDEF0123456789.SECRETSECRET');
  },
};

providerContract(dynatrace);
