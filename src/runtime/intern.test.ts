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
