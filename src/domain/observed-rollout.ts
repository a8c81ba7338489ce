import type { Rollout } from '../api/core/argo-rollout.ts';
import type { ReleasePod } from '../api/core/release-pod.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../api/core/workload.ts';
import type { ReportedFailure, RolloutCounts } from './rollout.ts';

/** What one kind of workload reports, in the words that all kinds share. */
export interface Report {
  readonly counts: RolloutCounts;
  readonly failure?: ReportedFailure;
  readonly waitsFor?: string | undefined;
  readonly hints: readonly string[];
}

type Conditions = ReplicaSet['status']['conditions'];

const deadlineReason = 'ProgressDeadlineExceeded';
/** The API's default; Argo Rollouts has the same. */
const usualDeadlineSeconds = 600;

/** What a Deployment reports. Pure. */
export function deploymentReport({ metadata, spec, status }: Deployment): Report {
  const failure = deadlineFailure(status.conditions, spec.progressDeadlineSeconds);
  const resume = `kubectl rollout resume deployment/${metadata.name}`;
  return {
    counts: {
      generation: metadata.generation,
      observedGeneration: status.observedGeneration,
      wanted: spec.replicas ?? 1,
      total: status.replicas ?? 0,
      updated: status.updatedReplicas ?? 0,
      available: status.availableReplicas ?? 0,
    },
    ...(failure === undefined ? {} : { failure }),
    hints: [
      ...(spec.paused === true ? [`it is paused (spec.paused); "${resume}" lets it go on`] : []),
      ...refusedPods(status.conditions),
    ],
  };
}

/** What a ReplicaSet without anything above it reports. It never replaces pods: old ones count by their labels. Pure. */
export function replicaSetReport({ metadata, spec, status }: ReplicaSet): Report {
  const total = status.replicas ?? 0;
  const updated = status.fullyLabeledReplicas ?? total;
  const byHand = 'a ReplicaSet replaces no pods by itself: delete its old pods by hand';
  return {
    counts: {
      generation: metadata.generation,
      observedGeneration: status.observedGeneration,
      wanted: spec.replicas ?? 1,
      total,
      updated,
      available: status.availableReplicas ?? 0,
    },
    hints: [...(updated < total ? [byHand] : []), ...refusedPods(status.conditions)],
  };
}

/** What a StatefulSet reports. Pods below the partition stay old on purpose. Pure. */
export function statefulSetReport({ metadata, spec, status }: StatefulSet): Report {
  const wanted = spec.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  return {
    counts: {
      generation: metadata.generation,
      observedGeneration: status.observedGeneration,
      wanted,
      total: status.replicas ?? 0,
      updated,
      available: status.availableReplicas ?? 0,
      keptOld: belowPartition(spec, status),
    },
    hints: spec.updateStrategy?.type === 'OnDelete' && updated < wanted ? [deleteByHand] : [],
  };
}

/** A partition holds nothing back where old and new revision are the same, as for a first version. */
function belowPartition(
  { updateStrategy }: StatefulSet['spec'],
  { currentRevision, updateRevision }: StatefulSet['status'],
): number {
  const isSettled = updateRevision !== undefined && currentRevision === updateRevision;
  if (isSettled || updateStrategy?.type === 'OnDelete') return 0;
  return updateStrategy?.rollingUpdate?.partition ?? 0;
}

/** What a DaemonSet reports. Pure. */
export function daemonSetReport({ metadata, spec, status }: DaemonSet): Report {
  const wanted = status.desiredNumberScheduled ?? 0;
  const updated = status.updatedNumberScheduled ?? 0;
  return {
    counts: {
      generation: metadata.generation,
      observedGeneration: status.observedGeneration,
      wanted,
      // Old pods are those that are not updated: there is one a node.
      total: updated,
      updated,
      available: status.numberAvailable ?? 0,
    },
    hints: spec.updateStrategy?.type === 'OnDelete' && updated < wanted ? [deleteByHand] : [],
  };
}

/** What a pod without an owner reports: it is its own rollout. Pure. */
export function podReport({ phase, ready }: ReleasePod): Report {
  const available = ready || phase === 'Succeeded' ? 1 : 0;
  return {
    counts: { wanted: 1, total: 1, updated: 1, available },
    ...(phase === 'Failed' ? { failure: { message: 'it failed; nobody makes it again' } } : {}),
    hints: [],
  };
}

/** What an Argo Rollout reports: beyond its counts its phase has to be Healthy. Pure. Source: Keptn's rule for Rollouts. */
export function argoReport({ metadata, spec, status }: Rollout): Report {
  const wanted = spec.replicas ?? 1;
  const failure = degradation(spec, status);
  const waitsFor = argoWait(metadata.name, spec, status);
  return {
    counts: {
      ...observedGenerationOf(metadata.generation, status.observedGeneration),
      wanted,
      total: status.replicas ?? 0,
      updated: status.updatedReplicas ?? 0,
      // What is healthy is available.
      available: status.availableReplicas ?? (status.phase === 'Healthy' ? wanted : 0),
    },
    ...(failure === undefined ? {} : { failure }),
    waitsFor,
    hints: waitsFor === undefined ? [] : [waitsFor],
  };
}

const deleteByHand = 'its update strategy is OnDelete: delete its old pods by hand and they are made anew';

/**
 * The deadline is the controller's, and it goes on while pods are gated; it is never reported anew until a pod
 * becomes ready. So a report counts when it still stands as long after the gate was lifted as the deadline is.
 */
function deadlineFailure(conditions: Conditions, deadlineSeconds?: number): ReportedFailure | undefined {
  const lapsed = conditions?.find(({ type, reason }) => type === 'Progressing' && reason === deadlineReason);
  if (lapsed === undefined) return undefined;
  const afterSeconds = deadlineSeconds ?? usualDeadlineSeconds;
  const told = lapsed.message ?? deadlineReason;
  return {
    message: `no progress within ${afterSeconds} s (spec.progressDeadlineSeconds): ${told}`,
    afterSeconds,
  };
}

/** Quota, admission or the API server refuse pods. Often over in a moment, so that it is said and no failure. */
function refusedPods(conditions: Conditions): string[] {
  const refused = conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  return refused === undefined
    ? []
    : [`its pods cannot be created: ${refused.message ?? refused.reason ?? ''}`];
}

/** Old releases of Argo Rollouts wrote a hash, which cannot be compared. */
function observedGenerationOf(
  generation: number | undefined,
  observed: string | undefined,
): Pick<RolloutCounts, 'generation' | 'observedGeneration'> {
  if (observed !== undefined && !/^\d+$/.test(observed)) return {};
  return { generation, observedGeneration: observed === undefined ? undefined : Number(observed) };
}

function degradation(
  spec: Rollout['spec'],
  { phase, message, conditions }: Rollout['status'],
): ReportedFailure | undefined {
  if (phase !== 'Degraded') return undefined;
  return (
    deadlineFailure(conditions, spec.progressDeadlineSeconds) ?? {
      message: `Degraded: ${message ?? 'no reason was given'}`,
    }
  );
}

function argoWait(name: string, spec: Rollout['spec'], status: Rollout['status']): string | undefined {
  const { phase = 'unknown', message = '', pauseConditions = [] } = status;
  if (phase === 'Healthy') return undefined;
  const told = `its phase is ${phase}${message === '' ? '' : ` (${message})`}`;
  const isPaused = phase === 'Paused' || spec.paused === true || pauseConditions.length > 0;
  return isPaused ? `${told}; "kubectl argo rollouts promote ${name}" lets it go on` : told;
}
