import fc from 'fast-check';
import { expect, test } from 'vitest';
import { states } from '../api/lifecycle/v1/shared.ts';
import { type RestartQuestion, restartAskedBy, rollbackPolicies } from './restart.ts';

const end = '2026-01-01T00:10:00Z';
const [before, after] = ['2026-01-01T00:09:59Z', '2026-01-01T00:10:01Z'];

function question(given: Partial<RestartQuestion> & { readonly made?: string } = {}): RestartQuestion {
  const { made = after, ...rest } = given;
  return {
    version: { status: 'Failed', endTime: end },
    appVersion: { metadata: { name: 'shop-2', creationTimestamp: made } },
    wantedSince: undefined,
    rollbacks: 'Trust',
    ...rest,
  };
}

test('a failed version begins again for a KeptnAppVersion that was made after its end (Q-36)', () => {
  expect(restartAskedBy(question())).toBe('shop-2');
});

test.each([
  ['of the app version under which it failed', question({ made: before })],
  ['of one made in the second in which it failed', question({ made: '2026-01-01T00:10:00.900Z' })],
  ['without an app version', question({ appVersion: undefined })],
  ['before its end', question({ version: { status: 'Failed' } })],
  ['without a status', question({ version: undefined })],
  ['a second time', question({ version: { status: 'Failed', endTime: end, restartedBy: 'shop-2' } })],
  ['at a time that is none', question({ made: 'garbage' })],
])('a failed version does not begin again %s', (_what, asked) => {
  expect(restartAskedBy(asked)).toBeUndefined();
});

test('an app version that was asked before does not stand in the way of the next', () => {
  const version = { status: 'Failed', endTime: end, restartedBy: 'shop-1' } as const;
  expect(restartAskedBy(question({ version }))).toBe('shop-2');
});

const succeeded = { status: 'Succeeded', endTime: end } as const;
test.each([
  ['a rollback, where rollbacks are checked', after, 'Recheck', 'shop-2'],
  ['a rollback, where they are trusted', after, 'Trust', undefined],
  ['a release of another workload of the app', before, 'Recheck', undefined],
  ['a return that nobody recorded', undefined, 'Recheck', undefined],
] as const)(
  'after %s a version that succeeded is checked again: %s, %s -> %s',
  (_what, wantedSince, rollbacks, by) => {
    expect(restartAskedBy(question({ version: succeeded, wantedSince, rollbacks }))).toBe(by);
  },
);

test('nothing that has not ended begins again, each app version asks at most once, and rollbacks ask by policy', () => {
  const time = fc.option(fc.constantFrom(before, end, after, 'garbage'), { nil: undefined });
  const any = fc.record({
    version: fc.record({
      status: fc.constantFrom(...states),
      endTime: time,
      restartedBy: fc.constantFrom(undefined, 'shop-1', 'shop-2'),
    }),
    appVersion: fc.record({ metadata: fc.record({ name: fc.constant('shop-2'), creationTimestamp: time }) }),
    wantedSince: time,
    rollbacks: fc.constantFrom(...rollbackPolicies),
  });
  fc.assert(
    fc.property(any, (asked) => {
      const by = restartAskedBy(asked);
      if (by === undefined) return;
      expect(['Failed', 'Succeeded']).toContain(asked.version.status);
      expect(asked.version.endTime).toBeDefined();
      if (asked.version.status === 'Succeeded') expect(asked.rollbacks).toBe('Recheck');
      const restarted = { ...asked, version: { ...asked.version, restartedBy: by } };
      expect(restartAskedBy(restarted)).toBeUndefined();
    }),
    { numRuns: 3000 },
  );
});
