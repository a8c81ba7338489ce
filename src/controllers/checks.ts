import type { KeptnEvaluationDefinition } from '../api/lifecycle/v1/keptn-evaluation-definition.ts';
import type { KeptnTaskDefinition } from '../api/lifecycle/v1/keptn-task-definition.ts';
import type { FoundCheck, PlannedCheck } from '../domain/checks.ts';
import type { PhaseStatus } from '../domain/phase-step.ts';
import { type ChecksField, checksFields } from '../domain/phases.ts';
import { isCompleted } from '../domain/state.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';
import { findChild } from './check-child.ts';

/** Finds the children and definitions of planned checks in the cache. Reads only. */
export function findChecks(
  reader: Reader,
  namespace: string,
  systemNamespace: string,
  planned: readonly PlannedCheck[],
): FoundCheck[] {
  return planned.map((check) => {
    const { phase, definition } = check;
    if (phase.kind === 'tasks') {
      const task = findChild(reader, 'keptntasks', namespace, check);
      return {
        ...check,
        childName: task?.metadata.name ?? check.childName,
        task,
        taskDefinition: findTaskDefinition(reader, namespace, systemNamespace, definition),
      };
    }
    const evaluation = findChild(reader, 'keptnevaluations', namespace, check);
    const childName = evaluation?.metadata.name ?? check.childName;
    const evaluationDefinition = findEvaluationDefinition(reader, namespace, systemNamespace, definition);
    return { ...check, childName, evaluation, evaluationDefinition };
  });
}

/** As for tasks: in the namespace itself, else in Sluice's own. Reads only. */
export function findEvaluationDefinition(
  reader: Reader,
  namespace: string,
  systemNamespace: string,
  name: string,
): KeptnEvaluationDefinition | undefined {
  return (
    reader.get('keptnevaluationdefinitions', namespace, name) ??
    reader.get('keptnevaluationdefinitions', systemNamespace, name)
  );
}

/** A definition in the namespace itself, else in Sluice's own, which serves as the library of the cluster. Reads only. */
export function findTaskDefinition(
  reader: Reader,
  namespace: string,
  systemNamespace: string,
  name: string,
): KeptnTaskDefinition | undefined {
  return (
    reader.get('keptntaskdefinitions', namespace, name) ??
    reader.get('keptntaskdefinitions', systemNamespace, name)
  );
}

/** The definitions whose appearance or change may move a version that is not through, for an index. Pure. */
export function definitionsAwaited({ spec, status }: AwaitingVersion): readonly string[] {
  if (status?.endTime !== undefined) {
    const isOpen = status.status === 'Failed' && !isCompleted(status.onFailureStatus);
    return isOpen ? (spec.onFailureTasks ?? []) : [];
  }
  return checksFields.flatMap((field) => spec[field] ?? []);
}

interface AwaitingVersion {
  readonly spec: { readonly [F in ChecksField]?: readonly string[] | undefined };
  readonly status?: PhaseStatus | undefined;
}

/** The keys of objects, for a watch that queues them. Pure. */
export function keysOf(
  objects: readonly {
    readonly metadata: { readonly namespace?: string | undefined; readonly name: string };
  }[],
): ObjectKey[] {
  return objects.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
}

/** The key of the owner of that kind, for a watch on children. Pure. */
export function ownerKeys(
  object: {
    readonly metadata: {
      readonly namespace?: string | undefined;
      readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[] | undefined;
    };
  },
  kind: string,
): ObjectKey[] {
  const owners = object.metadata.ownerReferences ?? [];
  return owners
    .filter((owner) => owner.kind === kind)
    .map(({ name }) => ({ namespace: object.metadata.namespace ?? '', name }));
}
