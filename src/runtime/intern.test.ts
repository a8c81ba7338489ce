import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextPool } from './intern.ts';

test('sharing texts changes nothing that can be seen', () => {
  const pool = new TextPool();
  fc.assert(
    fc.property(
      fc.object({ maxDepth: 3, values: [fc.string(), fc.integer(), fc.constant(null)] }),
      (object) => {
        const before = structuredClone(object);
        pool.share(object);
        expect(object).toEqual(before);
      },
    ),
  );
});

test('equal labels of two objects become one object', () => {
  const pool = new TextPool();
  const [a, b] = [{ labels: { run: 'cart' } }, { labels: { run: 'cart' } }];
  pool.share(a);
  pool.share(b);
  expect(b.labels).toBe(a.labels);
});
