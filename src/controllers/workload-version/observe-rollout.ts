import type { ResourceReference } from '../../api/lifecycle/v1/shared.ts';
import type { ObservedRollout } from '../../domain/rollout.ts';
import type { Reader } from '../../runtime/reader.ts';

/** What the owner of a version's pods, or the Deployment above it, reports. Reads only. */
export function observeRollout(
  reader: Reader,
  namespace: string,
  reference: ResourceReference,
): ObservedRollout {
  const { kind, name } = reference;
  if (kind === 'StatefulSet') return statefulSet(reader, namespace, name);
  if (kind === 'DaemonSet') return daemonSet(reader, namespace, name);
  return replicaSet(reader, namespace, name);
}

function replicaSet(reader: Reader, namespace: string, name: string): ObservedRollout {
  const set = reader.get('replicasets', namespace, name);
  const owner = set?.metadata.ownerReferences?.find(({ kind }) => kind === 'Deployment');
  if (owner !== undefined) return deployment(reader, namespace, owner.name);
  const subject = { kind: 'ReplicaSet', name };
  if (set === undefined) return { subject, counts: undefined };
  const total = set.status.replicas ?? 0;
  return {
    subject,
    counts: {
      generation: set.metadata.generation,
      observedGeneration: set.status.observedGeneration,
      wanted: set.spec.replicas ?? 1,
      total,
      updated: total,
      available: set.status.availableReplicas ?? 0,
    },
  };
}

function deployment(reader: Reader, namespace: string, name: string): ObservedRollout {
  const subject = { kind: 'Deployment', name };
  const found = reader.get('deployments', namespace, name);
  if (found === undefined) return { subject, counts: undefined };
  const { status, spec, metadata } = found;
  const stuck = status.conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  return {
    subject,
    counts: {
      generation: metadata.generation,
      observedGeneration: status.observedGeneration,
      wanted: spec.replicas ?? 1,
      total: status.replicas ?? 0,
      updated: status.updatedReplicas ?? 0,
      available: status.availableReplicas ?? 0,
    },
    ...(stuck === undefined ? {} : { failure: stuck.message ?? 'its progress deadline was exceeded' }),
  };
}

function statefulSet(reader: Reader, namespace: string, name: string): ObservedRollout {
  const subject = { kind: 'StatefulSet', name };
  const found = reader.get('statefulsets', namespace, name);
  if (found === undefined) return { subject, counts: undefined };
  const { status, spec, metadata } = found;
  const settled = status.currentRevision === status.updateRevision;
  const total = status.replicas ?? 0;
  return {
    subject,
    counts: {
      generation: metadata.generation,
      observedGeneration: status.observedGeneration,
      wanted: spec.replicas ?? 1,
      total,
      updated: settled ? total : (status.updatedReplicas ?? 0),
      available: status.availableReplicas ?? 0,
    },
  };
}

function daemonSet(reader: Reader, namespace: string, name: string): ObservedRollout {
  const subject = { kind: 'DaemonSet', name };
  const found = reader.get('daemonsets', namespace, name);
  if (found === undefined) return { subject, counts: undefined };
  const { status, metadata } = found;
  const updated = status.updatedNumberScheduled ?? 0;
  return {
    subject,
    counts: {
      generation: metadata.generation,
      observedGeneration: status.observedGeneration,
      wanted: status.desiredNumberScheduled ?? 0,
      total: updated,
      updated,
      available: status.numberAvailable ?? 0,
    },
  };
}
