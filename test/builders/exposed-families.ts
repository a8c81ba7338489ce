import type { ReleaseRecord } from '../../src/domain/dora/record.ts';
import { failure } from '../../src/kernel/errors.ts';
import { err, ok } from '../../src/kernel/result.ts';
import type { Family } from '../../src/observability/exposition.ts';
import { historyFamilies } from '../../src/server/dora/dora-families.ts';
import { analysisFamilies } from '../../src/server/exposed/analysis-families.ts';
import { metricFamilies } from '../../src/server/exposed/metric-families.ts';
import { aMetric, anAnalysis, anObjectiveResult } from './exposed-objects.ts';

/** How the process and its releases are. */
export type Mood = 'well' | 'in trouble';

/**
 * What is exposed of a metric, of an Analysis and of three releases: one that failed, its repair, and one after. In
 * trouble the history loses one release a call, and then cannot be read.
 */
export function exposedFamilies(
  now = new Date('2026-01-02T00:00:00Z'),
  mood: Mood = 'well',
  calls = 0,
): readonly Family[] {
  const metrics = [aMetric('errors', { status: { value: '1.5' } })];
  const analyses = [anAnalysis('run-1', [anObjectiveResult('errors', { value: 0.25 })])];
  const records = [
    releaseRecord({ uid: 'a', endMs: now.getTime() - 3 * hourMs, result: 'failed', failure: 'after' }),
    releaseRecord({ uid: 'b', endMs: now.getTime() - 2 * hourMs, rework: 'after-failure' }),
    releaseRecord({ uid: 'c', endMs: now.getTime() - hourMs }),
  ];
  return [
    ...metricFamilies(metrics, []).families,
    ...analysisFamilies(analyses).families,
    ...historyFamilies(
      mood === 'in trouble' && calls > 12 ? err(failure('unavailable', 'the volume is gone')) : ok(records),
      { kind: 'sqlite', dropped: mood === 'well' ? 0 : calls, sinceMs: undefined },
      now,
    ),
  ];
}

const hourMs = 3_600_000;

/** A release of app `shop` that went well, committed an hour before its end. */
export function releaseRecord(
  given: Pick<ReleaseRecord, 'uid' | 'endMs'> & Partial<ReleaseRecord>,
): ReleaseRecord {
  const { endMs } = given;
  return {
    namespace: 'shop',
    app: 'shop',
    version: '1',
    revision: 1,
    previousVersion: '',
    environment: 'production',
    environmentSource: 'metadata environment',
    startMs: endMs - 60_000,
    result: 'succeeded',
    deployment: 'done',
    deployedMs: endMs - 10_000,
    commitMs: endMs - hourMs,
    commitSource: 'metadata commit-time',
    commitRevision: 'abc',
    failure: 'none',
    failedMs: given.result === 'failed' ? endMs : null,
    rework: '',
    isRollback: false,
    workloads: 1,
    ...given,
  };
}
