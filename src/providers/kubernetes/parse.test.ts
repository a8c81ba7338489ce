import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExpression } from './parse.ts';

const path = (text: string, ...names: string[]) => ({
  text,
  steps: names.map((name) => ({ kind: 'field', name })),
});

test('a difference of two sums', () => {
  expect(parseExpression('sum(nodes, status.allocatable.cpu) - 4')).toEqual({
    ok: true,
    value: {
      kind: 'arithmetic',
      sign: '-',
      left: {
        kind: 'call',
        call: {
          text: 'sum(nodes, status.allocatable.cpu)',
          function: 'sum',
          resource: 'nodes',
          path: path('status.allocatable.cpu', 'status', 'allocatable', 'cpu'),
          where: [],
          missing: 'skip',
        },
      },
      right: { kind: 'number', text: '4' },
    },
  });
});

test('options, conditions and every kind of step', () => {
  const text = `count(apps/v1/deployments, spec.a[*].b[0]["x.io/y"][type=Ready].status,
    namespace='shop', labels="tier=web", fields="metadata.name!=a", where="a.b != c d", where="!x", where="n>=1Ki", missing="0")`;
  const steps = [
    { kind: 'field', name: 'spec' },
    { kind: 'field', name: 'a' },
    { kind: 'each' },
    { kind: 'field', name: 'b' },
    { kind: 'index', index: 0 },
    { kind: 'field', name: 'x.io/y' },
    { kind: 'entry', name: 'type', text: 'Ready' },
    { kind: 'field', name: 'status' },
  ];
  expect(parseExpression(text)).toMatchObject({
    ok: true,
    value: {
      call: {
        resource: 'apps/v1/deployments',
        path: { steps },
        namespace: 'shop',
        labels: 'tier=web',
        fields: 'metadata.name!=a',
        where: [
          { path: path('a.b', 'a', 'b'), comparison: '!=', text: 'c d' },
          { path: path('x', 'x'), comparison: 'absent' },
          { path: path('n', 'n'), comparison: '>=', text: '1Ki' },
        ],
        missing: '0',
      },
    },
  });
});

test.each<[string, RegExp]>([
  ['', /character 1: a number or a function is missing here; write one of count, sum/],
  ['median(pods)', /character 1: "median" is no function/],
  ['count pods', /"\(" is missing after count/],
  ['count()', /a resource is missing/],
  ['count(pods', /"\)" is missing to close count\(/],
  ['count(pods) 4', /character 13: an operator such as \+ or - is missing here/],
  ['1 +', /a number or a function is missing here/],
  ['(1', /"\)" is missing to close the parenthesis/],
  ['sum(pods)', /sum needs a field; write for example sum\(nodes, status\.allocatable\.cpu\)/],
  ['sum(pods, a, b)', /only one field can be taken/],
  ['sum(pods, a..b)', /a field is missing after "\."/],
  ['sum(pods, a[x])', /"=" is missing after x/],
  ['sum(pods, a[)', /write \[\*\], \[0\], \["field"\] or \[type=Ready\]/],
  ['count(pods, where=a)', /where must be a text in quotes/],
  ['count(pods, where="a ~ b")', /where="a ~ b": one of .* is missing after a/],
  ['count(pods, where="!a=b")', /write a != in place of ! before it/],
  ['count(pods, where="a<b")', /< compares numbers, and "b" is none/],
  ['count(pods, where="a=\'b\' c")', /nothing may follow the quotes/],
  ['count(pods, missing="maybe")', /missing must be one of "skip", "0", "error"/],
  ['count(pods, labels="a", labels="b")', /labels is given twice/],
  ['count(pods, labels=" ")', /labels is empty/],
  ['count(pods, namespace="../x")', /"\.\.\/x" is not the name of a namespace/],
  [`${'('.repeat(40)}1`, /more than 32 parentheses are open/],
  [`${'-'.repeat(40)}1`, /more than 32/],
  ['1'.repeat(5000), /longer than 4096 characters/],
  [Array.from({ length: 17 }, () => 'count(pods)').join('+'), /more than 16 functions/],
  [Array.from({ length: 300 }, () => '1').join('+'), /too many terms/],
  [`sum(pods, a${'.b'.repeat(40)})`, /more than 32 steps/],
])('%s is refused with the place and the remedy', (text, message) => {
  const parsed = parseExpression(text);
  expect(parsed).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  expect(parsed.ok ? '' : parsed.error.message).toMatch(message);
});

test('whatever the text is, there is an expression or a reason, and never an exception', () => {
  const piece = fc.constantFrom(
    ...[
      'sum(',
      'count(',
      'pods',
      ',',
      ')',
      '(',
      '+',
      '-',
      '*',
      '/',
      '1',
      '10m',
      'a.b',
      '[*]',
      '["x"]',
      '[a=b]',
    ],
    ...['where="a=b"', 'where="', 'missing="0"', ' ', '"', "'", '\\', '.', '[', ']', '1Ki', 'namespace="x"'],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (query) => {
      const parsed = parseExpression(query);
      expect(parsed.ok || parsed.error.tag === 'malformed').toBe(true);
    }),
    { numRuns: 3000 },
  );
});
