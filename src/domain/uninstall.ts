import { prechecksGate } from '../api/constants.ts';
import type { Pod } from '../api/core/pod.ts';
import type { Allowance } from '../api/rbac.ts';
import { reasons } from '../api/reasons.ts';
import type { Action, ObjectRef } from './action.ts';

/** What becomes of pods that wait for their checks when Sluice is removed; the first is what happens unless somebody chooses. */
export const gatedPodChoices = ['keep', 'release'] as const;
export type GatedPodChoice = (typeof gatedPodChoices)[number];

/** What tells the API server to ask Sluice, or to gate in its place: gone first, nothing new is held. */
export interface Registration {
  readonly kind: string;
  /** Plural, of admissionregistration.k8s.io/v1. */
  readonly resource: string;
  readonly name: string;
}

/** Group of all registrations. */
export const registrationGroup = 'admissionregistration.k8s.io';

/** All that may be there; a binding without its policy gates nothing, nor a policy without its binding. */
export const registrations: readonly Registration[] = [
  { kind: 'MutatingWebhookConfiguration', resource: 'mutatingwebhookconfigurations', name: 'sluice' },
  { kind: 'ValidatingWebhookConfiguration', resource: 'validatingwebhookconfigurations', name: 'sluice' },
  ...['pods.sluice.keptn.sh', 'namespaces.sluice.keptn.sh'].map((name) => ({
    kind: 'MutatingAdmissionPolicyBinding',
    resource: 'mutatingadmissionpolicybindings',
    name,
  })),
];

/** What removing Sluice may do. Pods may be patched only where they are to be released. */
export function uninstallPermissions(choice: GatedPodChoice): readonly Allowance[] {
  const removals = registrations.map(({ resource, name }) => ({
    group: registrationGroup,
    resource,
    verbs: ['delete'],
    names: [name],
  }));
  const verbs = choice === 'release' ? ['get', 'list', 'patch'] : ['list'];
  return [
    ...removals,
    { group: '', resource: 'pods', verbs },
    { group: 'events.k8s.io', resource: 'events', verbs: ['create', 'get', 'patch'] },
  ];
}

/** What is done about the pods that wait. */
export interface UninstallDecision {
  /** Names of the pods that carry our gate, as `namespace/name`, sorted. */
  readonly gated: readonly string[];
  /** First an Event for each pod, then, where they are released, the lifts. */
  readonly actions: readonly Action[];
}

/**
 * Decides about pods that carry our gate when Sluice goes. Those that are being deleted are left alone. Kept ones are
 * told of what they wait for from now on; a released one says in an annotation and in an Event that nobody checked it
 * (S1: such a release is a choice that somebody made, and is recorded). Pure.
 */
export function decideUninstall(pods: readonly Pod[], choice: GatedPodChoice): UninstallDecision {
  const waiting = pods.filter(({ spec, metadata }) => {
    const isGated = (spec.schedulingGates ?? []).some(({ name }) => name === prechecksGate);
    return isGated && metadata.deletionTimestamp === undefined;
  });
  const refs = waiting.map(refOf);
  const lifts = refs.map((pod): Action => ({ kind: 'liftGate', pod, unchecked: 'uninstall' }));
  return {
    gated: refs.map(({ namespace, name }) => `${namespace ?? ''}/${name}`).sort(),
    actions: [...refs.map((pod) => tell(pod, choice)), ...(choice === 'release' ? lifts : [])],
  };
}

function refOf({ metadata }: Pod): ObjectRef {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
  };
}

function tell(regarding: ObjectRef, choice: GatedPodChoice): Action {
  const told = { kind: 'emitEvent', regarding, type: 'Warning', action: 'RemoveSluice' } as const;
  if (choice === 'release')
    return {
      ...told,
      reason: reasons.releasedUnchecked,
      note: 'Released unchecked: its checks had not passed when Sluice was removed with the choice to release what waits',
    };
  return {
    ...told,
    reason: reasons.gateKept,
    note: `Sluice is removed, and this pod keeps the gate ${prechecksGate}: its checks have not passed. Install Sluice again to have them go on, or delete the pod; its owner makes another, which starts unchecked`,
  };
}
