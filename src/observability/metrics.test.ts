import { expect, test } from 'vitest';
import { metricNames } from './metric-names.ts';
import { Metrics } from './metrics.ts';

test('series render in the Prometheus text format', () => {
  const metrics = new Metrics();
  metrics.count('sluice_api_requests_total', { verb: 'get', code: '200' });
  metrics.count('sluice_api_requests_total', { verb: 'get', code: '200' }, 2);
  metrics.count('sluice_api_requests_total', { verb: 'a"b\\c\nd', code: '500' });
  metrics.observe('sluice_api_request_seconds', { verb: 'get' }, 0.02);
  metrics.observe('sluice_api_request_seconds', { verb: 'get' }, 99);
  metrics.onCollect(() => metrics.set('sluice_leader', {}, 1));
  const lines = metrics.render().split('\n');
  expect(lines).toContain('# TYPE sluice_api_requests_total counter');
  expect(lines).toContain('sluice_api_requests_total{verb="get",code="200"} 3');
  expect(lines).toContain('sluice_api_requests_total{verb="a\\"b\\\\c\\nd",code="500"} 1');
  expect(lines).toContain('sluice_api_request_seconds_bucket{verb="get",le="0.01"} 0');
  expect(lines).toContain('sluice_api_request_seconds_bucket{verb="get",le="0.025"} 1');
  expect(lines).toContain('sluice_api_request_seconds_bucket{verb="get",le="10"} 1');
  expect(lines).toContain('sluice_api_request_seconds_bucket{verb="get",le="+Inf"} 2');
  expect(lines).toContain('sluice_api_request_seconds_count{verb="get"} 2');
  expect(lines).toContain('sluice_leader 1');
});

test('names follow the conventions: counters end in _total, times are in seconds', () => {
  for (const [name, { type }] of Object.entries(metricNames)) {
    expect(name).toMatch(/^(sluice|process|nodejs)_[a-z0-9_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});
