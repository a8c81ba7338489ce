import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  keptnApp,
  keptnAppVersion,
  keptnWorkload,
  keptnWorkloadVersion,
} from '../../../test/builders/version-objects.ts';
import { type State, states } from '../../api/lifecycle/v1/shared.ts';
import { appVersionName } from '../../domain/names.ts';
import { decideHistory } from './decide.ts';
import type { HistorySnapshot, RecordedVersion } from './observe.ts';

const at = (n: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + n * 60_000).toISOString();

interface Past {
  readonly status?: State;
  readonly previousVersion?: string;
  readonly mayHavePods?: boolean;
}

function workloadVersion(n: number, given: Past = {}): RecordedVersion {
  const { status = 'Succeeded', previousVersion = String(n - 1), mayHavePods = false } = given;
  const version = keptnWorkloadVersion({
    spec: { version: String(n), previousVersion },
    status: { status, endTime: at(n) },
  });
  return { version, mayHavePods };
}

function appVersion(
  n: number,
  given: Past & { readonly of?: string } = {},
): HistorySnapshot['appVersions'][0] {
  const { status = 'Succeeded', previousVersion = String(n - 1), of = String(n) } = given;
  const workloads = [{ name: 'cart', version: of }];
  return keptnAppVersion({
    metadata: { name: appVersionName('shop', String(n), n), uid: `app-version-${n}` },
    spec: { version: String(n), previousVersion, workloads },
    status: { status, endTime: at(n) },
  });
}

function snapshot(given: Partial<HistorySnapshot> = {}): HistorySnapshot {
  return {
    app: keptnApp({ metadata: { generation: 9 }, spec: { version: '9' } }),
    appVersions: [],
    workloads: [keptnWorkload({ spec: { version: '9' } })],
    versions: [],
    unrecorded: new Set(),
    limit: 2,
    ...given,
  };
}
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const removed = (given: Partial<HistorySnapshot>): string[] =>
  decideHistory(snapshot(given)).actions.map((action) =>
    action.kind === 'deleteOwned' ? (action.ref.uid ?? '') : action.kind,
  );

test('beyond the newest finished versions the oldest go first, by the object that was seen (Q-38)', () => {
  const gone = numbers.slice(0, 7);
  expect(removed({ versions: numbers.map((n) => workloadVersion(n)) })).toEqual(
    gone.map((n) => `workload-version-${n}`),
  );
  expect(removed({ appVersions: numbers.map((n) => appVersion(n)) })).toEqual(
    gone.map((n) => `app-version-${n}`),
  );
});

test.each([
  ['has not ended', { status: 'Progressing' as const }],
  ['waits', { status: 'Pending' as const }],
  ['still has pods', { mayHavePods: true }],
])('a version that %s stays, however old', (_what, given) => {
  const versions = numbers.map((n) => workloadVersion(n, n === 1 ? given : {}));
  expect(removed({ versions })).not.toContain('workload-version-1');
});

test('the present version and the one before it stay, also after a rollback to old ones', () => {
  const versions = numbers.map((n) => workloadVersion(n, n === 3 ? { previousVersion: '1' } : {}));
  const workloads = [keptnWorkload({ spec: { version: '3' } })];
  const gone = removed({ versions, workloads, limit: 0 });
  expect(gone).not.toContain('workload-version-3');
  expect(gone).not.toContain('workload-version-1');
  expect(gone).toHaveLength(7);
  const app = keptnApp({ metadata: { generation: 4 }, spec: { version: '4' } });
  const appVersions = numbers.map((n) => appVersion(n));
  const goneApps = removed({ app, appVersions, limit: 0 });
  expect(goneApps).not.toContain('app-version-4');
  expect(goneApps).not.toContain('app-version-3');
  expect(goneApps).toHaveLength(7);
});

test('a version that the present app version or one that is not through speaks of stays', () => {
  const versions = numbers.map((n) => workloadVersion(n));
  const gone = removed({
    versions,
    appVersions: [appVersion(9, { of: '2' }), appVersion(8, { of: '4', status: 'Progressing' })],
  });
  expect(gone).not.toContain('workload-version-2');
  expect(gone).not.toContain('workload-version-4');
  expect(gone).toContain('workload-version-3');
});

test('a version that was rolled back to counts from then', () => {
  const version = keptnWorkloadVersion({ status: { status: 'Succeeded', endTime: at(99) } });
  const versions = [...numbers.slice(1).map((n) => workloadVersion(n)), { version, mayHavePods: false }];
  expect(removed({ versions })).not.toContain('workload-version-1');
});

test('a version without a record stays until it has one, with the workload versions that it lists', () => {
  const versions = numbers.map((n) => workloadVersion(n));
  const appVersions = numbers.map((n) => appVersion(n));
  const unrecorded = new Set([appVersionName('shop', '2', 2)]);
  const decision = decideHistory(snapshot({ versions, appVersions, unrecorded }));
  const gone = removed({ versions, appVersions, unrecorded });
  expect(gone).not.toContain('app-version-2');
  expect(gone).not.toContain('workload-version-2');
  expect(gone).toContain('app-version-1');
  expect(decision.outcome.kind).toBe('again');
});

test('what has lost its app or workload is left to garbage collection', () => {
  const versions = numbers.map((n) => workloadVersion(n));
  const appVersions = numbers.map((n) => appVersion(n));
  expect(removed({ app: undefined, workloads: [], versions, appVersions })).toEqual([]);
});

test('any past comes to rest in bounded steps and nothing that is still asked for goes', () => {
  const past = fc.array(
    fc.record({
      status: fc.constantFrom(...states),
      mayHavePods: fc.boolean(),
      previousVersion: fc.nat({ max: 60 }).map(String),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(past, fc.nat({ max: 12 }), fc.nat({ max: 59 }), (given, limit, current) => {
      let versions = given.map((one, n) => workloadVersion(n, one));
      const workloads = [keptnWorkload({ spec: { version: String(current) } })];
      const all = versions;
      for (let round = 0; ; round += 1) {
        const gone = new Set(removed({ versions, workloads, limit }));
        expect(gone.size).toBeLessThanOrEqual(20);
        if (gone.size === 0) break;
        expect(round).toBeLessThan(4);
        versions = versions.filter(({ version }) => !gone.has(version.metadata.uid ?? ''));
      }
      const isFinished = ({ version }: RecordedVersion) =>
        ['Succeeded', 'Failed', 'Warning', 'Deprecated'].includes(version.status?.status ?? '');
      const previous = all[current]?.version.spec.previousVersion;
      for (const one of all.filter((each) => !versions.includes(each))) {
        expect(isFinished(one)).toBe(true);
        expect(one.mayHavePods).toBe(false);
        expect([String(current), previous]).not.toContain(one.version.spec.version);
      }
      expect(versions.filter(isFinished).length).toBeGreaterThanOrEqual(
        Math.min(limit, all.filter(isFinished).length),
      );
    }),
    { numRuns: 300 },
  );
});
