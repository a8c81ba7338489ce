import { expect, test } from 'vitest';
import { countRequests } from './api-requests.ts';

test('counts requests of every outcome, but not watches and lists', () => {
  const text = [
    '# TYPE sluice_api_requests_total counter',
    'sluice_api_requests_total{verb="PATCH",code="200"} 40',
    'sluice_api_requests_total{code="409",verb="POST"} 2',
    'sluice_api_requests_total{verb="WATCH",code="200"} 17',
    'sluice_api_requests_total{verb="LIST",code="200"} 17',
    'sluice_api_request_seconds_count{verb="PATCH"} 40',
  ].join('\n');
  expect(countRequests(text)).toBe(42);
});
