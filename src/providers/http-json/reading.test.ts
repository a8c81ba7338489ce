import { expect, test } from 'vitest';
import { readSamples } from './reading.ts';

function read(found: readonly unknown[], wantsAll = false): unknown {
  const samples = readSamples(found, '$.x', wantsAll);
  return samples.ok ? samples.value : `${samples.error.tag}: ${samples.error.message}`;
}

test.each<[unknown, string]>([
  [1.5, '1.5'],
  [1e-7, '0.0000001'],
  [9007199254740993n, '9007199254740993'],
  ['0.10', '0.1'],
  [' 42 ', '42'],
  ['10m', '0.01'],
  ['1Ki', '1024'],
  ['1.5Gi', '1610612736'],
  ['1e3', '1000'],
  ['NaN', 'NaN'],
])('%s is %s', (value, expected) => {
  expect(read([value])).toEqual([expected]);
});

test.each<[readonly unknown[], RegExp]>([
  [[], /^not-found: no values in query result: \$\.x leads to nothing in the answer/],
  [[null], /^not-found: no values in query result: \$\.x leads to null/],
  [[1, 2], /^malformed: \$\.x leads to 2 values; narrow it down to one/],
  [[[1]], /^malformed: \$\.x leads to a list; \[0\] takes its first entry/],
  [[{}], /^malformed: \$\.x leads to an object; add the field/],
  [[true], /^malformed: \$\.x leads to true, which is no number/],
  [['12 ms'], /^malformed: \$\.x leads to "12 ms", which is no number/],
  [[''], /leads to "", which is no number/],
])('%j is refused', (found, message) => {
  expect(read(found)).toMatch(message);
});

test('with a step all values are samples, of one list or of several places; null is a gap', () => {
  expect(read([1, '2', '500m'], true)).toEqual(['1', '2', '0.5']);
  expect(read([[1, null, 3]], true)).toEqual(['1', '3']);
  expect(read([7], true)).toEqual(['7']);
  expect(read([[null]], true)).toMatch(/^not-found: /);
  expect(read([[]], true)).toMatch(/^not-found: /);
  expect(read([1, 'x'], true)).toMatch(/^malformed: \$\.x leads to "x", which is no number among others/);
});
