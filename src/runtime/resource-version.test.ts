import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNewer } from './resource-version.ts';

test('versions compare as the numbers that they are', () => {
  const version = fc.bigInt({ min: 0n, max: 2n ** 64n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(isNewer(String(a), String(b))).toBe(a > b);
    }),
  );
});
