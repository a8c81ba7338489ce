import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ProviderQuery } from '../provider.ts';
import { readRequest } from './request.ts';

function read(text: string, rest: Partial<ProviderQuery> = {}): unknown {
  const request = readRequest({ text, purpose: 'metric', at: new Date('2026-01-02T03:04:05Z'), ...rest });
  return request.ok ? request.value : request.error.message;
}

const window = { from: new Date('2026-01-02T03:00:00Z'), to: new Date('2026-01-02T03:04:05.500Z') };

test.each<[string, unknown]>([
  ['/api/stats?service=a%2Fb&x=1', { method: 'GET', path: '/api/stats?service=a%2Fb&x=1' }],
  [' stats\n', { method: 'GET', path: 'stats' }],
  ['', { method: 'GET', path: '' }],
  ['/a/..b/c...', { method: 'GET', path: '/a/..b/c...' }],
  ['/a?up=../..', { method: 'GET', path: '/a?up=../..' }],
  ['/100%25', { method: 'GET', path: '/100%25' }],
  ['{"path": "/stats"}', { method: 'GET', path: '/stats' }],
  ['{"path": "/stats", "method": "POST"}', { method: 'POST', path: '/stats' }],
  [
    '{"path": "/q", "body": {"a": [1]}}',
    { method: 'POST', path: '/q', body: { contentType: 'application/json', text: '{"a":[1]}' } },
  ],
])('%j is sent', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each<[string, RegExp]>([
  ['http://evil.example/x', /it is a whole address; write the path only/],
  ['file:/etc/passwd', /whole address/],
  ['//evil.example/x', /begins with "\/\/", which would name a host/],
  ['\\\\evil.example', /begins with "\/\/"/],
  ['/a/../../b', /"\." or "\.\." as a part/],
  ['/a/%2e%2e/b', /"\." or "\.\." as a part/],
  ['/a/%252e%252e%252fb', /"\." or "\.\." as a part/],
  ['/a/..\\b', /"\." or "\.\." as a part/],
  ['..', /"\." or "\.\." as a part/],
  ['/a\r\nX-Evil: 1', /line break or another control character/],
  ['/a%0d%0ab', /escaped control character/],
  ['/a#b', /write %23/],
  ['/a%zz', /"%" that begins no escape/],
  ['{"path": "//evil.example"}', /begins with "\/\/"/],
  ['{"path": "/a", "method": "DELETE"}', /not of the form.*method/],
  ['{"path": "/a", "headers": {}}', /not of the form.*headers/],
  ['{"body": 1}', /not of the form.*path/],
  ['{"path": "/a", "method": "GET", "body": 1}', /a body goes with method POST only/],
  ['{"path"', /begins with "\{" and is no JSON/],
  [`/a?from=\${__from}`, /\$\{__from\} stands for nothing here; there are/],
  [`/a?step=\${__interval_ms}`, /stands for nothing here/],
  [`/a?x=\${__to:date:week}`, /stands for nothing here/],
  [`/a?x=\${__dashboard}`, /stands for nothing here/],
])('%j is refused with a remedy', (text, message) => {
  expect(read(text)).toMatch(message);
});

test('times are filled in as Grafana writes them', () => {
  const query = `/q?a=\${__from}&b=\${__to:date:seconds}&c=\${__from:date:iso}&d=\${__interval_ms}`;
  expect(read(query, { window, stepMs: 30_000 })).toEqual({
    method: 'GET',
    path: '/q?a=1767322800000&b=1767323045&c=2026-01-02T03:00:00.000Z&d=30000',
  });
  expect(read(`/q?at=\${__to:date:seconds}`)).toEqual({ method: 'GET', path: '/q?at=1767323045' });
});

test('what is sent stays below the address, whatever the query is', () => {
  const piece = fc.constantFrom(
    '/',
    '//',
    '..',
    '.',
    '%2e',
    '%2f',
    '%5c',
    '\\',
    'a',
    '?',
    '#',
    '@',
    ':',
    'http:',
    '\n',
    '%00',
    '{"path":"',
    '"}',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (query) => {
      const request = readRequest({ text: query, purpose: 'metric', at: new Date(0) });
      if (!request.ok) {
        expect(request.error.tag).toBe('malformed');
        return;
      }
      const url = new URL(`http://backend.example/prefix/${request.value.path.replace(/^\/+/, '')}`);
      expect(url.host).toBe('backend.example');
      expect(url.pathname.startsWith('/prefix/')).toBe(true);
    }),
    { numRuns: 5000 },
  );
});
