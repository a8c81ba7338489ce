import { expect, test } from 'vitest';
import { RecentMap } from './recent.ts';

test('the entries set last stay, and setting one again makes it young', () => {
  const recent = new RecentMap<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.set('a', 3);
  recent.set('c', 4);
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, undefined, 4]);
});
