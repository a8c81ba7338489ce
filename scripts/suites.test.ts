import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clusterSuites, runSuites, type Suite, suitesOfOneCluster } from './suites.ts';

const suite = (name: string): Suite => ({ name, args: [], usually: 1 });

test('so many run at once, each begins in its turn, and a failure stops no other', async () => {
  const ends = new Map<string, (passed: boolean) => void>();
  const begun: string[] = [];
  const all = runSuites(['a', 'b', 'c'].map(suite), 2, ({ name }) => {
    begun.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  });
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.(false);
  await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
  ends.get('a')?.(true);
  ends.get('c')?.(true);
  expect(await all).toEqual(['b']);
});

test('both halves of the lifecycle together are the whole, and files that are named exist', () => {
  const [one, two] = clusterSuites(false);
  const named = one?.args.filter((arg) => arg.startsWith('lifecycle/')).map((arg) => arg.slice(10)) ?? [];
  const excluded = two?.args.filter((arg) => arg.startsWith('--exclude')).map((arg) => arg.slice(13)) ?? [];
  expect(named).toEqual(excluded);
  expect(readdirSync('test/integration/lifecycle')).toEqual(expect.arrayContaining(named));
});

test('without root no node is started; on a given cluster the lifecycle is one piece', () => {
  const names = (list: readonly Suite[]) => list.map(({ name }) => name);
  expect(names(clusterSuites(false))).not.toContain('e2e');
  expect(names(suitesOfOneCluster(true))).toEqual([
    'e2e',
    'integration',
    'metrics-api',
    'model',
    'backends',
    'chart',
    'lifecycle',
  ]);
});
