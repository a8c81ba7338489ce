import type { KeptnTaskDefinition } from '../api/lifecycle/v1/keptn-task-definition.ts';
import type { FoundCheck, PlannedCheck } from '../domain/checks.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';

/** Finds the children and definitions of planned checks in the cache. Reads only. */
export function findChecks(
  reader: Reader,
  namespace: string,
  systemNamespace: string,
  planned: readonly PlannedCheck[],
): FoundCheck[] {
  return planned.map((check) => ({
    ...check,
    task: check.phase.kind === 'tasks' ? reader.get('keptntasks', namespace, check.childName) : undefined,
    taskDefinition:
      check.phase.kind === 'tasks'
        ? findTaskDefinition(reader, namespace, systemNamespace, check.definition)
        : undefined,
  }));
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
