import { gatedLabel, annotations as keys, optInValue, prechecksGate } from '../api/constants.ts';
import type { Identification, WorkloadIdentity } from '../domain/workload-identity.ts';
import { errorMeanings, type SluiceError } from '../kernel/errors.ts';
import { addEntries, appendGate, hasGate } from './patch.ts';
import type { AdmissionAnswer, AdmittedNamespace, AdmittedPod } from './review.ts';

/** Lets the object pass as it is. Pure. */
export function untouched(message: string): AdmissionAnswer {
  return { allowed: true, patch: [], warnings: [], auditAnnotations: {}, message, code: 200 };
}

/** Refuses the object. Pure. */
export function refused(code: number, message: string): AdmissionAnswer {
  return { allowed: false, patch: [], warnings: [], auditAnnotations: {}, message, code };
}

/**
 * The answer when the owner could not be read. Refused, since its annotations may ask for checks; 503 because
 * whatever creates the pod, such as the ReplicaSet controller, tries again by itself. Pure.
 */
export function ownerUnreadable(error: SluiceError): AdmissionAnswer {
  const { reason } = errorMeanings[error.tag];
  return refused(
    503,
    `Sluice cannot tell whether this pod needs checks: ${error.message} (${reason}). ` +
      'The pod will be created again by its controller; if this goes on, check that the API server answers ' +
      'and that the Sluice webhook may read owners of pods (RBAC).',
  );
}

/** All that the decision about a pod reads. */
export interface PodAdmission {
  readonly pod: AdmittedPod;
  readonly identification: Identification;
  /** Whether the version that the pod belongs to has passed its checks, by domain/gate.ts and nothing else. */
  readonly isReleased: boolean;
}

/**
 * Decides about a new pod. A pod without a workload name passes as it is. Any other gets the annotations that it
 * lacks, the label by which it is found again, and the gate unless its version was released already: then it starts even while no controller runs.
 * Nothing that the pod says about itself counts as a release. Pure.
 */
export function admitPod({ pod, identification, isReleased }: PodAdmission): AdmissionAnswer {
  if (identification.kind === 'not-annotated')
    return untouched('neither the pod nor its owner names a workload');
  const { identity, annotations, warnings } = identification;
  const gates = pod.spec.schedulingGates;
  return {
    allowed: true,
    patch: [
      ...addEntries('/metadata/annotations', pod.metadata.annotations, annotations),
      ...addEntries('/metadata/labels', pod.metadata.labels, { [gatedLabel]: String(!isReleased) }),
      ...(isReleased ? [] : appendGate(gates, prechecksGate)),
    ],
    warnings,
    auditAnnotations: {
      gate: gateDecision(isReleased, hasGate(gates, prechecksGate)),
      'workload-version': identity.workloadVersionName,
    },
    message: messageFor(identity, isReleased),
    code: 200,
  };
}

function gateDecision(isReleased: boolean, isGated: boolean): string {
  if (isGated) return 'present';
  return isReleased ? 'not-needed' : 'added';
}

function messageFor({ workloadVersionName }: WorkloadIdentity, isReleased: boolean): string {
  return isReleased
    ? `KeptnWorkloadVersion ${workloadVersionName} is released`
    : `waits for the checks of KeptnWorkloadVersion ${workloadVersionName}`;
}

/**
 * Decides about a namespace: the opt-in annotation, as Keptn knows it, is repeated as a label, because only
 * labels can be selected on. A label that is there already stands, whatever its value: that is how a namespace
 * opts out. Pure.
 */
export function admitNamespace({ metadata }: AdmittedNamespace): AdmissionAnswer {
  if (metadata.annotations?.[keys.optIn] !== optInValue) return untouched('the namespace has not opted in');
  if (metadata.labels !== undefined && Object.hasOwn(metadata.labels, keys.optIn)) {
    return untouched('the namespace has the label already');
  }
  return {
    ...untouched(`label ${keys.optIn} follows the annotation`),
    patch: addEntries('/metadata/labels', metadata.labels, { [keys.optIn]: optInValue }),
  };
}
