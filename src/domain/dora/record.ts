import { z } from '../../api/schema.ts';

/** How a release ended; `warning`: well, but for checks that do not block. */
export const releaseResults = ['succeeded', 'warning', 'failed', 'superseded'] as const;

/**
 * Where a release failed: `before` anything of it was deployed, so that users never met it; in the `deployment`; or
 * `after` it. `none`: it never did. `unknown`: the objects that would tell were gone.
 */
export const failureStages = ['none', 'unknown', 'before', 'deployment', 'after'] as const;
export type FailureStage = (typeof failureStages)[number];

/** Why a deployment counts as rework; empty when it does not. */
export const reworkReasons = ['', 'marked', 'rollback', 'after-failure'] as const;

const ms = z.number().describe('Milliseconds since 1970.');
const msOrUnknown = ms.nullable();

/**
 * What is kept of one ended release: a KeptnAppVersion and the workload versions in it, as they were at its end. Empty
 * texts and nulls say that something is unknown; nothing is guessed.
 */
export const releaseRecordSchema = z.object({
  /** Of the KeptnAppVersion: a release is counted by it, once. */
  uid: z.string(),
  namespace: z.string(),
  app: z.string(),
  version: z.string(),
  revision: z.number(),
  /** Empty for the first one. */
  previousVersion: z.string(),
  /** Empty: nobody said. */
  environment: z.string(),
  /** Where that was said, such as `metadata environment`. */
  environmentSource: z.string(),
  startMs: msOrUnknown,
  /** By this time a release belongs to a window. */
  endMs: ms,
  result: z.enum(releaseResults),
  /** Whether something of it was rolled out: `none` also where the same version was only checked once more. */
  deployment: z.enum(['done', 'none', 'unknown']),
  /** When all of it was rolled out; null where it never was. */
  deployedMs: msOrUnknown,
  commitMs: msOrUnknown,
  /** Where the commit time was said, such as `metadata commit-time`. */
  commitSource: z.string(),
  commitRevision: z.string(),
  /** The gravest failure of it, also one that was mended by a retry. */
  failure: z.enum(failureStages),
  /** When it failed first; null where only the retry is on record. */
  failedMs: msOrUnknown,
  rework: z.enum(reworkReasons),
  isRollback: z.boolean(),
  /** How many workloads the app has in it. */
  workloads: z.number(),
});
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>;

/** What the numbers need of a record: little, since all of them are held in memory. */
export type CountedRelease = Pick<
  ReleaseRecord,
  | 'namespace'
  | 'app'
  | 'environment'
  | 'endMs'
  | 'result'
  | 'deployment'
  | 'deployedMs'
  | 'commitMs'
  | 'commitSource'
  | 'failure'
  | 'failedMs'
  | 'rework'
  | 'isRollback'
>;

/** True when the release failed where users could meet it. Pure. */
export function isFailedDeployment({
  deployment,
  failure,
}: Pick<ReleaseRecord, 'deployment' | 'failure'>): boolean {
  return deployment === 'done' && (failure === 'deployment' || failure === 'after');
}

/** True when the release ended well, with something rolled out or not. Pure. */
export function endedWell({ result }: Pick<ReleaseRecord, 'result'>): boolean {
  return result === 'succeeded' || result === 'warning';
}
