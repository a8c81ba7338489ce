import fc from 'fast-check';
import { expect, test } from 'vitest';
import { followPath } from './metric-path.ts';

test('MQ-14b: a number is found by its own path, whatever else the tree holds, and always the same one', () => {
  const name = fc.string({ minLength: 1, maxLength: 3 }).filter((text) => !/[.*]|^\d+$/.test(text));
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.jsonValue(),
      fc.integer(),
      (names, other, value) => {
        const [first = ''] = names;
        const at = names.toReversed().reduce<unknown>((inner, part) => ({ [part]: inner }), value);
        const tree = typeof at === 'object' ? { [`${first}x`]: other, ...at } : at;
        expect(followPath(tree, names.join('.')).found).toEqual([value]);
      },
    ),
  );
});

test('any path in any tree ends, and says at most three similar paths', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (tree, path) => {
      expect(followPath(tree, path).similar.length).toBeLessThanOrEqual(3);
    }),
  );
  let deep: unknown = 1;
  for (let i = 0; i < 5_000; i += 1) deep = { a: deep };
  expect(followPath(deep, 'b')).toEqual({ found: [], similar: [] });
});
