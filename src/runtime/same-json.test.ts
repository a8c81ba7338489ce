import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coversJson, sameJson } from './same-json.ts';

test('two values are the same exactly when their canonical JSON is', () => {
  const canonical = (value: unknown): string =>
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    );
  const value = fc
    .jsonValue({ maxDepth: 3, noUnicodeString: true })
    .map((json): unknown => JSON.parse(JSON.stringify(json)));
  fc.assert(
    fc.property(value, value, (a: unknown, b: unknown) => {
      expect(sameJson(a, b)).toBe(canonical(a) === canonical(b));
      expect(sameJson(a, structuredClone(a))).toBe(true);
    }),
  );
});

test.each<[string, unknown, unknown, boolean]>([
  ['an undefined field is an absent one', { a: 1, b: undefined }, { a: 1 }, true],
  ['a null field is not', { a: 1, b: null }, { a: 1 }, false],
  ['order of fields does not matter', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  ['order of a list does', [1, 2], [2, 1], false],
  ['a list is no object', [], {}, false],
])('%s', (_, a, b, same) => {
  expect(sameJson(a, b)).toBe(same);
  expect(sameJson(b, a)).toBe(same);
});

test.each<[string, unknown, unknown, boolean]>([
  ['a part of the fields is covered', { a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } }, true],
  ['another value is not', { a: { b: 1 } }, { a: { b: 2 } }, false],
  ['a missing field is not', { a: {} }, { a: { b: 1 } }, false],
  ['an undefined field asks for nothing', { a: 1 }, { a: 1, b: undefined }, true],
  ['a list must be the same', { a: [1, 2] }, { a: [1] }, false],
  ['an object is not covered by nothing', undefined, { a: 1 }, false],
])('%s', (_, whole, part, covered) => {
  expect(coversJson(whole, part)).toBe(covered);
});
