import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from './lock.ts';

const lockFile = (): string => path.join(mkdtempSync(path.join(tmpdir(), 'lock-')), 'x.lock');

test('one after the other', async () => {
  const file = lockFile();
  const steps: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    steps.push(`${name} in`);
    await new Promise((wake) => setImmediate(wake));
    steps.push(`${name} out`);
  };
  await Promise.all([withLock(file, 'testing', work('a')), withLock(file, 'testing', work('b'))]);
  expect(steps).toEqual(['a in', 'a out', 'b in', 'b out']);
});

test('a dead holder is no obstacle, and nothing stays behind', async () => {
  const file = lockFile();
  writeFileSync(file, `${process.pid} 1\n`); // this number, but another start time
  expect(await withLock(file, 'testing', () => Promise.resolve(7))).toBe(7);
  expect(existsSync(file)).toBe(false);
});

test('a failure frees the lock', async () => {
  const file = lockFile();
  await expect(withLock(file, 'testing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('a lock that cannot be written fails at once instead of waiting', async () => {
  const file = lockFile();
  writeFileSync(file, '');
  await expect(
    withLock(path.join(file, 'below-a-file'), 'testing', () => Promise.resolve(1)),
  ).rejects.toThrow('cannot be written');
});
