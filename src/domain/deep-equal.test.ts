import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deepEqual } from './deep-equal.ts';

const json = fc.jsonValue({ maxDepth: 3 });

test('is equality of JSON, whatever the order of keys', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const text = (value: unknown): string =>
        JSON.stringify(value, (_key, inner: unknown) =>
          typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : 1)))
            : inner,
        );
      expect(deepEqual(a, b)).toBe(text(a) === text(b));
      expect(deepEqual(a, structuredClone(a))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: undefined }, { b: 1 }, false],
  [[1], { 0: 1 }, false],
  [null, {}, false],
  [[1, 2], [1], false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
])('%j and %j: %s', (a, b, expected) => {
  expect(deepEqual(a, b)).toBe(expected);
  expect(deepEqual(b, a)).toBe(expected);
});
