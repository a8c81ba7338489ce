import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failedRecord, releaseRecord } from '../../../test/builders/release-record.ts';
import { type DoraNumbers, doraNumbers } from './numbers.ts';
import { failureStages, type ReleaseRecord, releaseResults, reworkReasons } from './record.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const day = (n: number): number => Date.UTC(2026, 0, 1) + n * dayMs;
const hour = (n: number): number => Date.UTC(2026, 0, 1) + n * hourMs;
const tenDays = { fromMs: day(0), toMs: day(10) };

/** Parts of the numbers that an example is about. */
type Expected = { readonly [K in keyof DoraNumbers]?: object };

const examples: readonly [what: string, records: readonly ReleaseRecord[], expected: Expected][] = [
  [
    'nothing happened: counts are 0 and the rest is unknown',
    [],
    {
      deploymentFrequency: { deployments: 0, perDay: 0 },
      changeLeadTime: { medianSeconds: null, p90Seconds: null, known: 0, of: 0 },
      changeFailRate: { ratio: null },
      failedDeploymentRecoveryTime: { medianSeconds: null, open: 0 },
      deploymentReworkRate: { ratio: null },
    },
  ],
  [
    'five deployments in ten days are half a one a day',
    [1, 2, 3, 5, 8].map((n) => releaseRecord({ endMs: day(n) })),
    { deploymentFrequency: { deployments: 5, perDay: 0.5 }, changeFailRate: { ratio: 0, failed: 0, of: 5 } },
  ],
  [
    'lead times of 1, 2, 3 and 10 hours: the median lies between 2 and 3, the 90th percentile is the last',
    [1, 10, 3, 2].map((n, i) =>
      releaseRecord({
        endMs: day(i + 1),
        commitMs: day(i + 1) - n * hourMs,
        commitSource: 'metadata commit-time',
      }),
    ),
    {
      changeLeadTime: {
        medianSeconds: 2.5 * 3_600,
        p90Seconds: 10 * 3_600,
        known: 4,
        of: 4,
        sources: { 'metadata commit-time': 4 },
      },
    },
  ],
  [
    'a commit of the future, and none at all, are unknown and not guessed',
    [
      releaseRecord({ endMs: day(1), commitMs: day(1) + 1, commitSource: 'metadata commit-time' }),
      releaseRecord({ endMs: day(2) }),
      releaseRecord({ endMs: day(3), commitMs: day(3), commitSource: 'metadata commit-time' }),
    ],
    {
      changeLeadTime: {
        medianSeconds: 0,
        known: 1,
        of: 3,
        unknown: { noCommitTime: 1, commitAfterDeployment: 1 },
      },
    },
  ],
  [
    'a rollback to an old commit is a deployment and has no lead time',
    [releaseRecord({ endMs: day(1), commitMs: day(-300), isRollback: true, rework: 'rollback' })],
    { changeLeadTime: { medianSeconds: null, known: 0, of: 0 }, deploymentFrequency: { deployments: 1 } },
  ],
  [
    'a failure on day 2 that is mended on day 3 took a day; one on day 6 is open',
    [
      releaseRecord({ endMs: day(1) }),
      failedRecord({ endMs: day(2) }),
      releaseRecord({ endMs: day(3), rework: 'after-failure' }),
      failedRecord({ endMs: day(6) }),
    ],
    {
      changeFailRate: { ratio: 0.5, failed: 2, of: 4 },
      failedDeploymentRecoveryTime: { medianSeconds: 86_400, known: 1, of: 2, open: 1, unknown: 0 },
      deploymentReworkRate: { ratio: 0.25, rework: 1, why: { marked: 0, rollback: 0, afterFailure: 1 } },
    },
  ],
  [
    'two failures in a row are each mended by the same release',
    [
      failedRecord({ endMs: hour(10) }),
      failedRecord({ endMs: hour(12) }),
      releaseRecord({ endMs: hour(13) }),
    ],
    { failedDeploymentRecoveryTime: { medianSeconds: 2 * 3_600, p90Seconds: 3 * 3_600, known: 2, of: 2 } },
  ],
  [
    'a failure that a retry mended is a failure still, and its own recovery',
    [releaseRecord({ endMs: hour(5), failure: 'after', failedMs: hour(3) })],
    {
      changeFailRate: { ratio: 1, failed: 1, of: 1 },
      failedDeploymentRecoveryTime: { medianSeconds: 2 * 3_600, known: 1, open: 0 },
    },
  ],
  [
    'a failure whose time nobody recorded has an unknown recovery',
    [releaseRecord({ endMs: hour(5), failure: 'deployment' })],
    { failedDeploymentRecoveryTime: { medianSeconds: null, known: 0, of: 1, open: 0, unknown: 1 } },
  ],
  [
    'what a check stopped is a failed release and no failed deployment',
    [
      releaseRecord({ endMs: day(1) }),
      releaseRecord({ endMs: day(2), result: 'failed', failure: 'before', deployment: 'none' }),
    ],
    {
      releases: { ended: 2, deployed: 1, stopped: 1 },
      changeFailRate: { ratio: 0, failed: 0, of: 1, ofReleases: { ratio: 0.5, failed: 1, of: 2 } },
      failedDeploymentRecoveryTime: { of: 0 },
    },
  ],
  [
    'one that was replaced, one that was checked again and one of which nothing is known are counted apart',
    [
      releaseRecord({ endMs: day(1), result: 'superseded', deployment: 'none' }),
      releaseRecord({ endMs: day(2), deployment: 'none' }),
      releaseRecord({ endMs: day(3), result: 'failed', failure: 'unknown', deployment: 'unknown' }),
    ],
    {
      releases: { ended: 3, deployed: 0, stopped: 0, checkedAgain: 1, superseded: 1, unknown: 1 },
      changeFailRate: { ratio: null, of: 0, ofReleases: { failed: 1, of: 2 } },
    },
  ],
  [
    'an end before its start (a clock that stepped back) counts where it ended, once',
    [releaseRecord({ startMs: day(3), endMs: day(2) })],
    { releases: { ended: 1 }, deploymentFrequency: { deployments: 1 } },
  ],
  [
    'a failure after which the clock stepped back has an unknown recovery, not a negative one',
    [failedRecord({ endMs: hour(4), failedMs: hour(9) }), releaseRecord({ endMs: hour(5) })],
    { failedDeploymentRecoveryTime: { medianSeconds: null, known: 0, open: 0, unknown: 1 } },
  ],
  [
    'two apps of one name in two namespaces do not mend each other',
    [failedRecord({ endMs: day(1) }), releaseRecord({ endMs: day(2), namespace: 'other' })],
    { failedDeploymentRecoveryTime: { of: 1, open: 1 } },
  ],
  [
    'the first millisecond of a window is in it, its last is not; a recovery after it counts',
    [
      failedRecord({ endMs: day(0) }),
      failedRecord({ endMs: day(10) - 1 }),
      releaseRecord({ endMs: day(10) }),
      releaseRecord({ endMs: day(-1) }),
    ],
    { releases: { ended: 2 }, failedDeploymentRecoveryTime: { known: 2, p90Seconds: 10 * 86_400, open: 0 } },
  ],
];

describe('worked examples', () => {
  test.each(examples)('%s', (_what, records, expected) => {
    expect(doraNumbers(records, tenDays)).toMatchObject(expected);
  });
});

test('the week of docs/dora.md', () => {
  const week = { fromMs: day(0), toMs: day(7) };
  const records = [
    releaseRecord({ endMs: hour(10), deployedMs: hour(9) + 59 * 60_000, commitMs: hour(6) }),
    failedRecord({ endMs: hour(24 + 10) }),
    releaseRecord({ endMs: hour(24 + 11.5), isRollback: true, rework: 'rollback', commitMs: hour(6) }),
    releaseRecord({ endMs: hour(48 + 10), result: 'failed', failure: 'before', deployment: 'none' }),
  ];
  const numbers = doraNumbers(records, week);
  expect(numbers).toMatchObject({
    deploymentFrequency: { deployments: 3 },
    changeLeadTime: { medianSeconds: (3 * 60 + 59) * 60, known: 1, of: 2 },
    changeFailRate: { failed: 1, of: 3, ofReleases: { failed: 2, of: 4 } },
    failedDeploymentRecoveryTime: { medianSeconds: 90 * 60, known: 1, open: 0 },
    deploymentReworkRate: { rework: 1, of: 3, why: { rollback: 1 } },
  });
  expect(numbers.deploymentFrequency.perDay).toBeCloseTo(0.43, 2);
});

test('app, namespace and environment narrow it down; unknown is an environment to ask for', () => {
  const records = [
    releaseRecord({ endMs: day(1), environment: 'production' }),
    releaseRecord({ endMs: day(2), app: 'cart', environment: 'production' }),
    releaseRecord({ endMs: day(3), namespace: 'other' }),
  ];
  const count = (filter: object): number => doraNumbers(records, tenDays, filter).releases.ended;
  expect(count({})).toBe(3);
  expect(count({ app: 'shop' })).toBe(2);
  expect(count({ app: 'shop', namespace: 'team' })).toBe(1);
  expect(count({ environment: 'production' })).toBe(2);
  expect(count({ environment: 'unknown' })).toBe(1);
  expect(count({ environment: 'staging' })).toBe(0);
});

const anyRecord = fc
  .record({
    endMs: fc.integer({ min: day(-2), max: day(12) }),
    namespace: fc.constantFrom('a', 'b'),
    app: fc.constantFrom('x', 'y'),
    environment: fc.constantFrom('', 'production'),
    result: fc.constantFrom(...releaseResults),
    deployment: fc.constantFrom('done' as const, 'none' as const, 'unknown' as const),
    failure: fc.constantFrom(...failureStages),
    failedMs: fc.option(fc.integer({ min: day(-2), max: day(12) })),
    commitMs: fc.option(fc.integer({ min: day(-9), max: day(12) })),
    rework: fc.constantFrom(...reworkReasons),
  })
  .map((given) => releaseRecord(given));
const anyRecords = fc
  .array(anyRecord, { maxLength: 40 })
  .map((records) => records.map((record, index) => ({ ...record, uid: `u${index}` })));

/** The counts of some numbers: what of two windows adds up. */
function counts(numbers: DoraNumbers): Record<string, number> {
  const flat: Record<string, number> = {};
  const walk = (path: string, value: unknown): void => {
    if (typeof value === 'number') flat[path] = value;
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(`${path}.${name}`, inner);
  };
  const { window: _window, ...rest } = numbers;
  walk('', rest);
  return Object.fromEntries(Object.entries(flat).filter(([path]) => !/ratio|Seconds|perDay/.test(path)));
}

test('the counts of two windows side by side are those of both together', () => {
  fc.assert(
    fc.property(anyRecords, fc.integer({ min: day(0), max: day(10) }), (records, middle) => {
      const whole = counts(doraNumbers(records, tenDays));
      const left = counts(doraNumbers(records, { fromMs: tenDays.fromMs, toMs: middle }));
      const right = counts(doraNumbers(records, { fromMs: middle, toMs: tenDays.toMs }));
      for (const [path, count] of Object.entries(whole))
        expect(`${path} ${(left[path] ?? 0) + (right[path] ?? 0)}`).toBe(`${path} ${count}`);
    }),
    { numRuns: 500 },
  );
});

test('order does not matter, nor does a record that is there twice', () => {
  fc.assert(
    fc.property(
      anyRecords.chain((records) =>
        fc.tuple(fc.constant(records), fc.shuffledSubarray([...records, ...records], { minLength: 0 })),
      ),
      ([records, some]) => {
        expect(doraNumbers([...some, ...records], tenDays)).toEqual(doraNumbers(records, tenDays));
      },
    ),
    { numRuns: 500 },
  );
});

test('parts never exceed their whole, and no duration is negative', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const n = doraNumbers(records, tenDays);
      const { known, of, open, unknown } = n.failedDeploymentRecoveryTime;
      expect(known + open + unknown).toBe(of);
      const lead = n.changeLeadTime;
      expect(lead.known + lead.unknown.noCommitTime + lead.unknown.commitAfterDeployment).toBe(lead.of);
      const { ended, ...fates } = n.releases;
      expect(Object.values(fates).reduce((sum, count) => sum + count, 0)).toBe(ended);
      expect(n.changeFailRate.ratio ?? 0).toBeLessThanOrEqual(1);
      expect(n.deploymentReworkRate.ratio ?? 0).toBeLessThanOrEqual(1);
      for (const seconds of [lead.medianSeconds, n.failedDeploymentRecoveryTime.medianSeconds])
        expect(seconds ?? 0).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 500 },
  );
});
