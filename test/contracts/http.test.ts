import { expect } from 'vitest';
import { driver } from '../../src/providers/http-json/driver.ts';
import { type BackendDescription, providerContract } from './provider-contract.ts';

const byPath: BackendDescription = {
  name: 'JSON over HTTP (type http)',
  docs: 'https://www.rfc-editor.org/rfc/rfc9535',
  driver,
  spec: { type: 'http', secretKeyRef: { name: 'stats', key: 'token' } },
  secret: () => ({ token: 'a-token-that-nobody-may-see' }),
  badSecrets: [
    {
      about: 'another key',
      secret: { other: 'abcdefgh' },
      message: /needs both, or a bearer token under its key "token"/,
    },
    {
      about: 'a blank token',
      secret: { token: ' ' },
      message: /does not contain user and password/,
    },
    { about: 'a user alone', secret: { user: 'reader' }, message: /needs both, or a bearer token/ },
  ],
  query: `/stats/errors?service=checkout&from=\${__to:date:seconds}`,
  metricPath: "$.services[?@.name == 'checkout'].errors[*]",
  one: (number) => `{"services":[{"name":"cart","errors":[1]},{"name":"checkout","errors":[${number}]}]}`,
  several: (numbers) => `{"services":[{"name":"checkout","errors":[${numbers.join(',')},null]}]}`,
  nothing: [
    '{"services":[]}',
    '{}',
    '{"services":[{"name":"checkout","errors":[null]}]}',
    '{"services":[{"name":"checkout","errors":[]}]}',
  ],
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'GET', path: '/stats/errors', body: '' });
    expect([...request.query]).toEqual([
      ['service', 'checkout'],
      ['from', '1785578400'],
    ]);
    expect(request.headers.authorization).toBe('Bearer a-token-that-nobody-may-see');
  },
};

providerContract(byPath);

providerContract({
  ...byPath,
  name: 'JSON over HTTP, posted (type http)',
  spec: { type: 'http', secretKeyRef: { name: 'stats', key: 'password' } },
  secret: () => ({ user: 'reader', password: 'correct horse battery' }),
  badSecrets: [
    { about: 'a password alone', secret: { password: 'abcdefgh' }, message: /needs both, or a bearer token/ },
  ],
  query: '{"path": "/query", "body": {"service": "checkout"}}',
  metricPath: '$.value',
  one: (number) => `{"value":"${number}"}`,
  several: (numbers) => `{"value":[${numbers.map((number) => `"${number}"`).join(',')}]}`,
  nothing: ['{"value":null}', '{}'],
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/query', body: '{"service":"checkout"}' });
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.headers.authorization).toBe(`Basic ${btoa('reader:correct horse battery')}`);
  },
});
