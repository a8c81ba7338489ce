import { expect, test } from 'vitest';
import { isIdentityOf, processIdentity } from './ids.ts';

test('a process knows the identities of those that had its name before, and of nobody else', () => {
  expect(isIdentityOf('sluice-controller-7d9-x', processIdentity('sluice-controller-7d9-x'))).toBe(true);
  for (const other of [
    '',
    'a',
    'a_',
    'a_0123456',
    'a_0123456z',
    'ab_01234567',
    'a_b_01234567',
    'a_01234567_',
  ])
    expect(isIdentityOf('a', other), other).toBe(false);
});
