import type { ObjectMeta, OwnerReference } from '../api/meta.ts';
import { chooseOwner } from '../domain/pod-owner.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** Any owner: only its metadata matters. */
export interface OwnerObject {
  readonly metadata: ObjectMeta;
}

/** Port: reads of owners. The runtime's reader fits it as it is. */
export interface OwnerReader {
  /** From the cache. */
  readonly get: (resource: OwnerResource, namespace: string, name: string) => OwnerObject | undefined;
  /** One GET past the cache; undefined when there is no such object. */
  readonly fetch: (
    resource: OwnerResource,
    namespace: string,
    name: string,
  ) => Promise<Result<OwnerObject | undefined, SluiceError>>;
}

/** Port: one GET of an Argo Rollout; undefined when it, or the resource in this cluster, does not exist. */
export type FetchRollout = (
  namespace: string,
  name: string,
) => Promise<Result<OwnerObject | undefined, SluiceError>>;

/** All reads of owners. Rollouts are not cached: most clusters do not know the resource. */
export interface OwnerPorts {
  readonly owners: OwnerReader;
  readonly fetchRollout: FetchRollout;
}

/** The cached resources whose metadata an owner's annotations can be on. */
export type OwnerResource = 'replicasets' | 'deployments' | 'statefulsets' | 'daemonsets';

/** The owner whose labels and annotations count, as messages name it. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const podOwners: ReadonlyMap<string, OwnerResource> = new Map([
  ['ReplicaSet', 'replicasets'],
  ['StatefulSet', 'statefulsets'],
  ['DaemonSet', 'daemonsets'],
]);

const replicaSetOwners: ReadonlyMap<string, 'deployments' | 'rollouts'> = new Map([
  ['Deployment', 'deployments'],
  ['Rollout', 'rollouts'],
]);

/** The pod's owner when pods of its kind are gated, else undefined. Pure. */
export function supportedOwner(references: readonly OwnerReference[]): OwnerReference | undefined {
  return chooseOwner(references, [...podOwners.keys()]);
}

/** How one kind of owner is read: where from, and when a cached copy may count. */
interface Source {
  readonly cached: OwnerObject | undefined;
  readonly isFresh: (cached: OwnerObject) => boolean;
  readonly readLive: () => Promise<Result<OwnerObject | undefined, SluiceError>>;
}

/**
 * Reads one owner: the cached object when it is the very one that is meant, else one GET, since a pod is often
 * created before the watch has told us of its ReplicaSet. One with another uid is a namesake: not it.
 */
async function readOwner(
  { kind, name, uid }: OwnerReference,
  { cached, isFresh, readLive }: Source,
): Promise<Result<OwnerObject | undefined, SluiceError>> {
  if (cached?.metadata.uid === uid && isFresh(cached)) return ok(cached);
  const fetched = await readLive();
  if (!fetched.ok) {
    const { tag, message, retryAfterSeconds } = fetched.error;
    return err(failure(tag, `${kind} "${name}" cannot be read: ${message}`, retryAfterSeconds));
  }
  return fetched.value?.metadata.uid === uid ? fetched : ok(undefined);
}

const revisionKeys = ['deployment.kubernetes.io/revision', 'rollout.argoproj.io/revision'];

/**
 * True when a cached Deployment is at least as new as its ReplicaSet: both carry the revision. One that is behind
 * may lack the checks that came with the very change that made this ReplicaSet. Pure.
 */
function hasRevisionOf(replicaSet: OwnerObject, owner: OwnerObject): boolean {
  return revisionKeys.every((key) => {
    const revision = replicaSet.metadata.annotations?.[key];
    return revision === undefined || owner.metadata.annotations?.[key] === revision;
  });
}

/** An owner that is gone has no annotations. Pure. */
function ownerOf({ kind, name }: OwnerReference, object: OwnerObject | undefined): Owner {
  return { kind, name, labels: object?.metadata.labels, annotations: object?.metadata.annotations };
}

/** A Deployment that is being read before its ReplicaSet has named it. */
interface Ahead {
  readonly name: string;
  readonly read: ReturnType<OwnerReader['fetch']>;
}

/**
 * Begins to read the Deployment whose name the ReplicaSet's says it has, so that two reads take the time of one. What is
 * read during the pod's admission is never older than its ReplicaSet.
 */
function readAhead({ owners }: OwnerPorts, namespace: string, replicaSet: string): Ahead {
  const name = replicaSet.slice(0, Math.max(replicaSet.lastIndexOf('-'), 0)) || replicaSet;
  const read = owners.fetch('deployments', namespace, name);
  // Whoever awaits it hears of an exception; when nobody does, it must not end the process.
  read.catch(() => undefined);
  return { name, read };
}

/** Reads what controls a ReplicaSet: its Deployment or Rollout; the ReplicaSet itself when nothing does. */
async function readAbove(
  { owners, fetchRollout }: OwnerPorts,
  namespace: string,
  replicaSet: {
    readonly reference: OwnerReference;
    readonly object: OwnerObject;
    readonly ahead: Ahead | undefined;
  },
): Promise<Result<Owner, SluiceError>> {
  const { reference, object, ahead } = replicaSet;
  const above = chooseOwner(object.metadata.ownerReferences, [...replicaSetOwners.keys()]);
  const resource = replicaSetOwners.get(above?.kind ?? '');
  if (above === undefined || resource === undefined) return ok(ownerOf(reference, object));
  const live = (): ReturnType<OwnerReader['fetch']> => {
    if (resource === 'rollouts') return fetchRollout(namespace, above.name);
    return ahead?.name === above.name ? ahead.read : owners.fetch(resource, namespace, above.name);
  };
  const read = await readOwner(above, {
    cached: resource === 'rollouts' ? undefined : owners.get(resource, namespace, above.name),
    isFresh: (owner) => hasRevisionOf(object, owner),
    readLive: live,
  });
  return read.ok ? ok(ownerOf(above, read.value)) : read;
}

/**
 * The owner whose annotations count for a pod: a ReplicaSet's Deployment or Rollout, else the ReplicaSet,
 * StatefulSet or DaemonSet itself. Errors: those of the ports, naming the object. Reads only.
 */
export async function readPodOwner(
  ports: OwnerPorts,
  namespace: string,
  reference: OwnerReference,
): Promise<Result<Owner, SluiceError>> {
  const resource = podOwners.get(reference.kind);
  if (resource === undefined) return ok(ownerOf(reference, undefined));
  const cached = ports.owners.get(resource, namespace, reference.name);
  const isKnown = cached?.metadata.uid === reference.uid;
  const ahead =
    resource === 'replicasets' && !isKnown ? readAhead(ports, namespace, reference.name) : undefined;
  const read = await readOwner(reference, {
    cached,
    isFresh: () => true,
    readLive: () => ports.owners.fetch(resource, namespace, reference.name),
  });
  if (!read.ok) return read;
  if (resource !== 'replicasets' || read.value === undefined) return ok(ownerOf(reference, read.value));
  return readAbove(ports, namespace, { reference, object: read.value, ahead });
}
