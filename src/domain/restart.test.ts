import fc from 'fast-check';
import { expect, test } from 'vitest';
import { states } from '../api/lifecycle/v1/shared.ts';
import { restartAskedBy } from './restart.ts';

const end = '2026-01-01T00:10:00Z';
const [before, after] = ['2026-01-01T00:09:59Z', '2026-01-01T00:10:01Z'];
const failed = { status: 'Failed', endTime: end, conditions: [] } as const;
const app = (creationTimestamp: string) => ({ metadata: { name: 'shop-2', creationTimestamp } });

test('a failed version begins again for a KeptnAppVersion that was made after its end (Q-36)', () => {
  expect(restartAskedBy(failed, app(after))).toBe('shop-2');
});

test.each([
  ['for the app version under which it failed', failed, app(before)],
  ['for one made in the second in which it failed', failed, app('2026-01-01T00:10:00.900Z')],
  ['without an app version', failed, undefined],
  ['before its end', { status: 'Failed', conditions: [] } as const, app(after)],
  ['when Keptn left it and it was not met since', { ...failed, conditions: undefined }, app(after)],
  ['without a status', undefined, app(after)],
  ['when it succeeded', { ...failed, status: 'Succeeded' } as const, app(after)],
  ['a second time', { ...failed, restartedBy: 'shop-2' }, app(after)],
  ['at a time that is none', failed, app('garbage')],
])('a version does not begin again %s', (_what, version, appVersion) => {
  expect(restartAskedBy(version, appVersion)).toBeUndefined();
});

test('an app version that was asked before does not stand in the way of the next', () => {
  expect(restartAskedBy({ ...failed, restartedBy: 'shop-1' }, app(after))).toBe('shop-2');
});

test('only what failed begins again, and each app version asks at most once', () => {
  const time = fc.option(fc.constantFrom(before, end, after, 'garbage'), { nil: undefined });
  const version = fc.record({
    status: fc.constantFrom(...states),
    endTime: time,
    restartedBy: fc.constantFrom(undefined, 'shop-1', 'shop-2'),
    conditions: fc.constantFrom([], undefined),
  });
  fc.assert(
    fc.property(version, time, (ended, creationTimestamp) => {
      const appVersion = { metadata: { name: 'shop-2', creationTimestamp } };
      const by = restartAskedBy(ended, appVersion);
      if (by === undefined) return;
      expect(ended).toMatchObject({ status: 'Failed', endTime: expect.any(String) });
      expect(restartAskedBy({ ...ended, restartedBy: by }, appVersion)).toBeUndefined();
    }),
    { numRuns: 3000 },
  );
});
