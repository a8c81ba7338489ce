import type { State } from '../api/lifecycle/v1/shared.ts';
import { crashOf, type TroubledPod, troubleTexts } from './pod-trouble.ts';

/** Counts of a workload controller's status, zero where it reported none. */
export interface RolloutCounts {
  readonly generation?: number | undefined;
  readonly observedGeneration?: number | undefined;
  readonly wanted: number;
  readonly total: number;
  readonly updated: number;
  readonly available: number;
  /** How many pods are kept on the old template on purpose, such as those below a StatefulSet's partition. */
  readonly keptOld?: number;
}

/** The workload's own controller gave up. */
export interface ReportedFailure {
  readonly message: string;
  /**
   * Counts only this many seconds after the deployment began: a deadline that the controller measures also while
   * pods are gated. Absent: counts at once.
   */
  readonly afterSeconds?: number;
}

/** What is known of the workload that a version is rolled out by. */
export interface ObservedRollout {
  /** Kind and name, for messages. */
  readonly subject: { readonly kind: string; readonly name: string };
  /** Undefined when the object is gone. */
  readonly counts: RolloutCounts | undefined;
  readonly failure?: ReportedFailure | undefined;
  /** What it waits for when its counts are right, where a kind says so itself. */
  readonly waitsFor?: string | undefined;
  /** What holds it up and what a user can do about it, such as a pause. */
  readonly hints?: readonly string[];
  /** The version whose pods the workload's controller makes now, when it is another one than ours. */
  readonly movedOnTo?: string | undefined;
  /** Pods of the version that do not start. */
  readonly troubled?: readonly TroubledPod[];
}

/** Where a rollout stands. */
export interface RolloutState {
  readonly state: State;
  readonly message: string;
  /** When to look again though nothing changes, in milliseconds: a deadline that the user set. */
  readonly againMs?: number;
}

/**
 * Judges a rollout by the newest generation only: every wanted pod is of the new template, available, and no older
 * one is left but those that are kept on purpose. `elapsedMs` is the time since the deployment began. Pure. Source:
 * `kubectl rollout status`.
 */
export function judgeRollout(rollout: ObservedRollout, elapsedMs = 0): RolloutState {
  const { subject, counts, failure } = rollout;
  const name = `${subject.kind} "${subject.name}"`;
  const early = notJudgeable(rollout);
  if (counts === undefined || early !== undefined) {
    return { state: 'Progressing', message: `${name} ${early ?? absent}` };
  }
  const lapseMs = failure && (failure.afterSeconds ?? 0) * 1000 - elapsedMs;
  if (failure && lapseMs !== undefined && lapseMs <= 0)
    return { state: 'Failed', message: `${name}: ${failure.message}` };
  const [state, message] = judgeCounts(counts, rollout);
  const again = state === 'Progressing' && lapseMs !== undefined ? { againMs: lapseMs } : {};
  return { state, message: `${name}: ${message}`, ...again };
}

function judgeCounts(counts: RolloutCounts, rollout: ObservedRollout): [State, string] {
  const open = openReason(counts) ?? rollout.waitsFor;
  if (open === undefined) return ['Succeeded', successText(counts)];
  const crash = crashOf(rollout.troubled ?? []);
  return crash === undefined ? ['Progressing', waitText(open, rollout)] : ['Failed', crash];
}

const absent = 'does not exist any more; deploy the workload again';

function waitText(open: string, { hints = [], troubled = [] }: ObservedRollout): string {
  return [...new Set([open, ...hints, ...troubleTexts(troubled)])].join('; ');
}

/** Why nothing that the workload reports is about this version. */
function notJudgeable({ counts, movedOnTo }: ObservedRollout): string | undefined {
  if (counts === undefined) return absent;
  const { generation, observedGeneration } = counts;
  if (generation !== undefined && (observedGeneration ?? 0) < generation)
    return 'was not yet looked at by its controller';
  return movedOnTo === undefined ? undefined : `makes pods of version "${movedOnTo}" now`;
}

function openReason({ wanted, total, updated, available, keptOld = 0 }: RolloutCounts): string | undefined {
  const wantedNew = Math.max(0, wanted - keptOld);
  if (updated < wantedNew) return `${updated} of ${wantedNew} pods are new`;
  const old = total - updated - Math.min(keptOld, wanted);
  if (old > 0) return `${old} old pods are still there`;
  return available < wanted ? `${available} of ${wanted} pods are available` : undefined;
}

function successText({ wanted, available, keptOld = 0 }: RolloutCounts): string {
  const text = `${available} of ${wanted} pods are available`;
  const kept = Math.min(keptOld, wanted);
  return kept === 0 ? text : `${text}, ${kept} of them old by the partition of its update strategy`;
}
