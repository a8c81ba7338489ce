import { expect } from 'vitest';
import { driver } from '../../src/providers/prometheus/driver.ts';
import { at } from '../builders/fetching.ts';
import { type BackendDescription, providerContract } from './provider-contract.ts';

const seconds = at.getTime() / 1_000;

function success(resultType: string, result: unknown): string {
  return JSON.stringify({ status: 'success', data: { resultType, result } });
}

const prometheus: BackendDescription = {
  name: 'prometheus',
  docs: 'https://prometheus.io/docs/prometheus/latest/querying/api/',
  driver,
  spec: { type: 'prometheus', secretKeyRef: { name: 'prometheus', key: 'token' } },
  secret: () => ({ user: 'reader', password: 'correct horse battery' }),
  badSecrets: [
    {
      about: 'an empty Secret',
      secret: {},
      message: /^secret key does not contain user and password: .*under its key "token"/,
    },
    { about: 'a user alone', secret: { user: 'reader' }, message: /does not contain user and password/ },
    { about: 'a blank token', secret: { token: ' \n' }, message: /does not contain user and password/ },
    { about: 'another key', secret: { tokn: 'abcdef' }, message: /does not contain user and password/ },
  ],
  query: 'sum(rate(http_requests_total{code=~"5.."}[5m])) + 0 & "more"',
  one: (number) => success('vector', [{ metric: { job: 'shop' }, value: [seconds, number] }]),
  several: (numbers) =>
    success('matrix', [
      { metric: { pod: 'a' }, values: numbers.slice(0, 2).map((number, i) => [seconds + i, number]) },
      { metric: { pod: 'b' }, values: numbers.slice(2).map((number, i) => [seconds + i, number]) },
    ]),
  nothing: [success('vector', [])],
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/api/v1/query' });
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
      query: prometheus.query,
      time: '1785578400.25',
    });
    expect(request.headers.authorization).toBe(`Basic ${btoa('reader:correct horse battery')}`);
  },
};

providerContract(prometheus);

// Mimir and Cortex know tenants, and are reached with a token as often as with a password.
providerContract({
  ...prometheus,
  name: 'mimir',
  docs: 'https://grafana.com/docs/mimir/latest/references/http-api/#prometheus-http-api',
  spec: { type: 'mimir', secretKeyRef: { name: 'mimir', key: 'token' }, tenant: 'anonymous' },
  secret: () => ({ token: 'glc_0123456789abcdef\n' }),
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/api/v1/query' });
    expect(request.headers).toMatchObject({
      authorization: 'Bearer glc_0123456789abcdef',
      'x-scope-orgid': 'anonymous',
    });
  },
});
