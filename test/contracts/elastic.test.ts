import { expect } from 'vitest';
import { driver } from '../../src/providers/elastic/driver.ts';
import { type BackendDescription, providerContract } from './provider-contract.ts';

function answer(aggregations: string): string {
  return `{"took":3,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"total":{"value":7,"relation":"eq"},"max_score":null,"hits":[]},"aggregations":{${aggregations}}}`;
}

const elastic: BackendDescription = {
  name: 'elastic',
  docs: 'https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search',
  driver,
  spec: { type: 'elastic', secretKeyRef: { name: 'elastic', key: 'apiKey' } },
  secret: () => ({ apiKey: 'VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==' }),
  badSecrets: [
    {
      about: 'another key',
      secret: { key: 'abcdefgh' },
      message: /^secret contains invalid key apiKey: .*user and password/,
    },
    { about: 'a blank key', secret: { apiKey: ' ' }, message: /^secret contains invalid key apiKey/ },
  ],
  query: '{"index":"logs-*,audit","size":0,"aggs":{"errors":{"avg":{"field":"count"}}}}',
  metricPath: 'aggregations.errors.value',
  one: (number) => answer(`"errors":{"value":${number}}`),
  // A path with "*" chooses every bucket; the path of the contract chooses one, so the list stands in its place.
  nothing: [
    answer('"errors":{"value":null}'),
    answer('"others":{"value":1}'),
    answer(''),
    '{"took":1,"timed_out":false}',
  ],
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/logs-*,audit/_search' });
    expect(JSON.parse(request.body)).toEqual({ size: 0, aggs: { errors: { avg: { field: 'count' } } } });
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.headers.authorization).toBe(
      'ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==',
    );
  },
};

providerContract(elastic);

providerContract({
  ...elastic,
  name: 'OpenSearch (type elastic)',
  docs: 'https://docs.opensearch.org/latest/api-reference/search-apis/search/',
  spec: { type: 'elastic', secretKeyRef: { name: 'opensearch', key: 'password' } },
  secret: () => ({ user: 'reader', password: 'correct horse battery' }),
  badSecrets: [
    { about: 'a user alone', secret: { user: 'reader' }, message: /^secret contains invalid key password/ },
  ],
  query: '{"size":0,"aggs":{"errors":{"avg":{"field":"count"}}}}',
  metricPath: 'aggregations.by_minute.buckets.*.errors.value',
  one: (number) => answer(`"by_minute":{"buckets":[{"key":1,"errors":{"value":${number}}}]}`),
  several: (numbers) =>
    answer(
      `"by_minute":{"buckets":[${numbers.map((number) => `{"errors":{"value":${number}}}`).join()},{"errors":{"value":null}}]}`,
    ),
  nothing: [
    answer('"by_minute":{"buckets":[]}'),
    answer('"by_minute":{"buckets":[{"errors":{"value":null}}]}'),
  ],
  expectRequest: (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/_search' });
    expect(request.headers.authorization).toBe(`Basic ${btoa('reader:correct horse battery')}`);
  },
});
