import { expect } from 'vitest';
import { driver } from '../../src/providers/datadog/driver.ts';
import { at } from '../builders/fetching.ts';
import { type BackendDescription, providerContract } from './provider-contract.ts';

function answer(series: readonly (readonly string[])[]): string {
  const list = series.map(
    (values, i) =>
      `{"metric":"system.cpu.idle","scope":"host:h${i}","interval":60,"length":${values.length},"pointlist":[${values.map((value, n) => `[${at.getTime() + n * 60_000}.0,${value}]`).join()}]}`,
  );
  return `{"status":"ok","res_type":"time_series","resp_version":1,"query":"q","series":[${list.join()}],"error":null}`;
}

const datadog: BackendDescription = {
  name: 'datadog',
  docs: 'https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/',
  driver,
  spec: { type: 'datadog', secretKeyRef: { name: 'datadog', key: 'DD_CLIENT_API_KEY' } },
  secret: () => ({
    DD_CLIENT_API_KEY: '0123456789abcdef0123',
    DD_CLIENT_APP_KEY: 'fedcba98765432100123456789abcdef\n',
  }),
  badSecrets: [
    {
      about: 'no Secret',
      secret: undefined,
      message:
        /^the SecretKeyRef property with the DataDog API Key is missing; name a Secret with DD_CLIENT_API_KEY and/,
    },
    {
      about: 'one key alone',
      secret: { DD_CLIENT_API_KEY: '0123456789' },
      message: /^secret does not contain DD_CLIENT_API_KEY or DD_CLIENT_APP_KEY; it needs both/,
    },
    {
      about: 'a blank key',
      secret: { DD_CLIENT_API_KEY: '0123456789', DD_CLIENT_APP_KEY: ' ' },
      message: /^secret does not contain/,
    },
  ],
  query: 'avg:system.cpu.idle{app:shop & more}.rollup(avg, 60)',
  one: (number) => answer([[number]]),
  several: (numbers) => answer([['null', ...numbers.slice(0, 2)], numbers.slice(2)]),
  nothing: [
    answer([]),
    answer([[]]),
    answer([['null', 'null']]),
    '{"status":"ok","series":[{"pointlist":[[1785578400000.0],[],null]}]}',
    '{"status":"ok"}',
  ],
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'GET', path: '/api/v1/query' });
    // Five minutes back from the fetch, in whole seconds.
    expect(Object.fromEntries(request.query)).toEqual({
      from: '1785578100',
      to: '1785578400',
      query: datadog.query,
    });
    expect(request.headers).toMatchObject({
      'dd-api-key': '0123456789abcdef0123',
      'dd-application-key': 'fedcba98765432100123456789abcdef',
    });
  },
};

providerContract(datadog);
