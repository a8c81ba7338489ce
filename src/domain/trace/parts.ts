import type { Fact } from '../fact.ts';
import { failurePhase } from '../phases.ts';
import { runOf } from '../runs.ts';

/** What is sent in one go: a run of a version, what ran after its failure, or a check that outlived its version. */
export const partOf = {
  run: (run: number): string => `run/${run}`,
  afterFailure: (run: number): string => `after-failure/${run}`,
  late: (check: string): string => `late/${check}`,
} as const;

/**
 * The part of a version's spans that is complete with a fact, or undefined where the fact completes none: a version
 * that ended, once or again; the tasks that ran after its failure; a check that ran on after the version was replaced.
 * Pure.
 */
export function completedPart({ kind, level, phase, check, version }: Fact): string | undefined {
  const { status } = version;
  if (kind === 'version-ended') return partOf.run(runOf(status ?? {}));
  if (kind === 'phase-ended' && phase?.name === failurePhase(level).name) {
    return partOf.afterFailure(runOf(status ?? {}));
  }
  if (kind === 'check-ended' && check !== undefined && status?.status === 'Deprecated')
    return partOf.late(check.name);
  return undefined;
}
