import type { ResourceMap } from '../api/resources.ts';
import type { FoundCheck, PlannedCheck } from '../domain/checks.ts';
import type { PhaseStatus } from '../domain/phase-step.ts';
import { type ChecksField, checksFields } from '../domain/phases.ts';
import { isCompleted } from '../domain/state.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';
import { findChild } from './check-child.ts';

/** Finds the children and definitions of planned checks in the cache. Reads only. */
export function findChecks(
  reader: Reader,
  namespaces: DefinitionNamespaces,
  planned: readonly PlannedCheck[],
): FoundCheck[] {
  const { namespace } = namespaces;
  return planned.map((check) => {
    const { phase, definition } = check;
    if (phase.kind === 'tasks') {
      const task = findChild(reader, 'keptntasks', namespace, check);
      return {
        ...check,
        childName: task?.metadata.name ?? check.childName,
        task,
        taskDefinition: findDefinition(reader, 'keptntaskdefinitions', namespaces, definition),
      };
    }
    const evaluation = findChild(reader, 'keptnevaluations', namespace, check);
    const childName = evaluation?.metadata.name ?? check.childName;
    const evaluationDefinition = findDefinition(reader, 'keptnevaluationdefinitions', namespaces, definition);
    return { ...check, childName, evaluation, evaluationDefinition };
  });
}

/** Where a definition may be: beside what names it, or in Sluice's own namespace, the library of the cluster. */
export interface DefinitionNamespaces {
  readonly namespace: string;
  readonly systemNamespace: string;
}

/**
 * A definition of the namespace itself, else of Sluice's own. One that is there and cannot be read is meant all the
 * same: it is not replaced by a namesake, which may ask for less. Reads only.
 */
export function findDefinition<K extends 'keptntaskdefinitions' | 'keptnevaluationdefinitions'>(
  reader: Reader,
  resource: K,
  { namespace, systemNamespace }: DefinitionNamespaces,
  name: string,
): ResourceMap[K] | undefined {
  const own = reader.get(resource, namespace, name);
  const isMeant = own !== undefined || reader.unreadable(resource, namespace, name) !== undefined;
  return isMeant ? own : reader.get(resource, systemNamespace, name);
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
