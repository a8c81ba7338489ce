import type { ReleaseRecord } from '../../src/domain/dora/record.ts';

/** A deployment of shop in team that ended well at midnight of 2026-01-01, of unknown commit and environment. */
export function releaseRecord(given: Partial<ReleaseRecord> = {}): ReleaseRecord {
  const { endMs = Date.UTC(2026, 0, 1) } = given;
  const deployment = given.deployment ?? 'done';
  return {
    uid: `uid-${endMs}`,
    namespace: 'team',
    app: 'shop',
    version: '1',
    revision: 1,
    previousVersion: '',
    environment: '',
    environmentSource: '',
    startMs: endMs - 60_000,
    endMs,
    result: 'succeeded',
    deployment,
    deployedMs: deployment === 'done' ? endMs : null,
    commitMs: null,
    commitSource: '',
    commitRevision: '',
    failure: 'none',
    failedMs: null,
    rework: '',
    isRollback: false,
    workloads: 1,
    ...given,
  };
}

/** A deployment that failed after its rollout. */
export function failedRecord(given: Partial<ReleaseRecord> = {}): ReleaseRecord {
  const record = releaseRecord({ result: 'failed', failure: 'after', ...given });
  return { ...record, failedMs: given.failedMs ?? record.endMs };
}
