import { expect } from 'vitest';
import { driver } from '../../src/providers/dql/driver.ts';
import { type BackendDescription, providerContract } from './provider-contract.ts';

const token = `dt0s08.ABCDEFGH.${'SECRET12'.repeat(8)}`;

function answer(records: string, types = ''): string {
  return `{"state":"SUCCEEDED","progress":100,"result":{"records":[${records}],"types":[${types}],"metadata":{"grail":{"queryId":"q"}}}}`;
}

const series = (numbers: readonly string[]) =>
  `{"timeframe":{"start":"2026-08-01T09:50:00Z","end":"2026-08-01T10:00:00Z"},"interval":"60000000000","avg(cpu)":[null,${numbers.join()},null]}`;
const types = `{"indexRange":[0,0],"mappings":{"timeframe":{"type":"timeframe"},"interval":{"type":"duration"},"avg(cpu)":{"type":"array","types":[{"indexRange":[0,3],"mappings":{"element":{"type":"double"}}}]}}}`;

const dql: BackendDescription = {
  name: 'dql',
  docs: 'https://developer.dynatrace.com/platform-services/services/storage/',
  driver,
  spec: { type: 'dql', secretKeyRef: { name: 'dynatrace', key: 'oauth' } },
  secret: (url) => ({ oauth: JSON.stringify({ token, authUrl: `${url}/sso/oauth2/token` }) }),
  badSecrets: [
    {
      about: 'no Secret',
      secret: undefined,
      message: /^the SecretKeyRef property with the Dynatrace token is missing/,
    },
    { about: 'another key', secret: { token: 'x' }, message: /^secret contains invalid key oauth/ },
    { about: 'a bare token', secret: { oauth: token }, message: /is not of the form \{"token"/ },
    {
      about: 'an API token',
      secret: { oauth: '{"token":"dt0c01.ABCDEFGHIJ.KLMNOPQRST"}' },
      message: /is no client secret/,
    },
    {
      about: 'a token that was cut',
      secret: { oauth: '{"token":"dt0s08.ABCDEFGHIJ.KLMNOPQRST"}' },
      message: /has not 64 characters/,
    },
    {
      about: 'a token with a fourth part',
      secret: { oauth: JSON.stringify({ token: `${token}.x` }) },
      message: /is no client secret/,
    },
    {
      about: 'an authUrl that is no address',
      secret: { oauth: JSON.stringify({ token, authUrl: 'nowhere' }) },
      message: /^authUrl of the Secret must be an address/,
    },
  ],
  query: 'timeseries avg(dt.host.cpu.usage), filter: { host.name == "a\\"b" }',
  one: (number) => answer(series(['7', number]), types),
  several: (numbers) => answer(`${series(numbers.slice(0, 2))},${series(numbers.slice(2))}`, types),
  nothing: [
    answer(''),
    answer('null'),
    answer('{"avg(cpu)":[]}'),
    answer('{"avg(cpu)":[null,null]}'),
    answer('{"host.name":"a"}'),
    '{"state":"SUCCEEDED"}',
    '{"state":"SUCCEEDED","result":null}',
  ],
  aside: (request) =>
    request.path.startsWith('/sso/')
      ? { body: '{"access_token":"eyJhbGciOi.sign.in","token_type":"Bearer","expires_in":300}' }
      : undefined,
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/platform/storage/query/v1/query:execute' });
    expect(request.headers.authorization).toBe('Bearer eyJhbGciOi.sign.in');
    expect(JSON.parse(request.body)).toEqual({
      query: dql.query,
      timezone: 'UTC',
      locale: 'en_US',
      fetchTimeoutSeconds: 60,
      requestTimeoutMilliseconds: 1000,
    });
  },
};

providerContract(dql);
