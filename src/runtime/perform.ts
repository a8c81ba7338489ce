import { annotations, prechecksGate } from '../api/constants.ts';
import type { KubeObject } from '../api/meta.ts';
import { type ResourceName, resources } from '../api/resources.ts';
import type { Action, ObjectRef } from '../domain/action.ts';
import type { Archive } from '../domain/dora/archive.ts';
import type { ReleaseRecord } from '../domain/dora/record.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { sha256Hex } from '../kernel/hash.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { isRecord } from './api-status.ts';
import type { Cache } from './cache.ts';
import type { KubeClient } from './client.ts';
import { type EventPorts, emitEvent } from './emit-event.ts';
import { locate } from './locate.ts';
import type { RecentMap } from './recent.ts';
import { coversJson, sameJson } from './same-json.ts';

/** What one action needs of the world. */
export interface ActionPorts extends EventPorts {
  readonly cache: Cache;
  /** Absent: nothing is kept. */
  readonly archive: Archive | undefined;
  readonly controller: string;
  /** What was applied last, as a digest, by field manager and path. */
  readonly applied: RecentMap<string>;
}

/** True when something was changed. */
type Performed = Promise<Result<boolean, SluiceError>>;

/** Performs one action with the semantics that domain/action.ts promises. Gives whether it changed anything. */
export function performAction(ports: ActionPorts, action: Action): Performed {
  switch (action.kind) {
    case 'createIfAbsent':
      return createIfAbsent(ports, action.object);
    case 'apply':
      return applyFields(ports, action.object);
    case 'applyStatus':
      return applyStatus(ports, action.object);
    case 'liftGate':
      return liftGate(ports, action);
    case 'deleteOwned':
      return deleteOwned(ports, action.ref);
    case 'archive':
      return archive(ports, action.records);
    case 'emitEvent':
      return emitEvent(ports, action);
  }
}

async function createIfAbsent(ports: ActionPorts, object: KubeObject): Performed {
  const { client, cache, fieldManager, write } = ports;
  const found = locate(object);
  if (!found.ok) return found;
  const { namespace, name } = object.metadata;
  const created = await write(() => client.create(found.value.path(namespace), object, fieldManager));
  if (created.ok) {
    cache.adopt(found.value.resource, created.value);
    return ok(true);
  }
  if (created.error.tag !== 'already-exists') return created;
  const existing = await client.get(found.value.path(namespace, name));
  if (!existing.ok) {
    // Gone in between: the next attempt creates it.
    return existing.error.tag === 'not-found' ? err(failure('conflict', existing.error.message)) : existing;
  }
  if (controllerUid(existing.value) === controllerUid(object)) {
    cache.adopt(found.value.resource, existing.value);
    return ok(false);
  }
  return err(failure('name-taken', `${object.kind} ${name} exists and is not controlled by the same owner`));
}

async function apply(ports: ActionPorts, object: KubeObject, subresource: string | undefined): Performed {
  const found = locate(object);
  if (!found.ok) return found;
  const { namespace, name } = object.metadata;
  const path = found.value.path(namespace, name, subresource);
  const applied = await ports.write(() => ports.client.apply(path, object, ports.fieldManager));
  if (!applied.ok) return applied;
  ports.cache.adopt(found.value.resource, applied.value);
  return ok(true);
}

/**
 * Not sent when it is what was applied last and the cache shows all of it still. The first apply after a start is
 * always sent: what an earlier process applied is not known, and a field that is no longer wanted must go.
 */
async function applyFields(ports: ActionPorts, object: KubeObject): Performed {
  const found = locate(object);
  if (!found.ok) return found;
  const { namespace, name } = object.metadata;
  const memory = `${ports.fieldManager} ${found.value.path(namespace, name)}`;
  const digest = sha256Hex(JSON.stringify(object), 32);
  if (ports.applied.get(memory) === digest && showsFields(ports.cache, found.value.resource, object))
    return ok(false);
  const applied = await apply(ports, object, undefined);
  if (applied.ok) ports.applied.set(memory, digest);
  else if (await isGone(ports, found.value.path(namespace, name), object, applied.error)) return ok(false);
  return applied;
}

/** True when an object that was meant by its uid is gone: it is not made again by what was to be applied to it. */
function isGone(
  { client }: ActionPorts,
  path: string,
  { apiVersion, kind, metadata: { name, uid } }: KubeObject,
  error: SluiceError,
): Promise<boolean> {
  if (uid === undefined) return Promise.resolve(false);
  return isReplaced(client, path, { apiVersion, kind, name, uid }, error);
}

function showsFields(cache: Cache, resource: ResourceName, object: KubeObject): boolean {
  if (!cache.has(resource)) return false;
  const wanted = resources[resource].parse(object);
  return (
    wanted.ok &&
    coversJson(cache.get(resource, object.metadata.namespace ?? '', object.metadata.name), wanted.value)
  );
}

/** A status that the cache shows already is not sent: a reconcile that changes nothing writes nothing. */
function applyStatus(ports: ActionPorts, object: KubeObject): Performed {
  const found = locate(object);
  if (!found.ok) return Promise.resolve(found);
  if (showsStatus(ports.cache, found.value.resource, object)) return Promise.resolve(ok(false));
  return apply(ports, object, 'status');
}

function showsStatus(cache: Cache, resource: ResourceName, object: KubeObject): boolean {
  if (!cache.has(resource)) return false;
  const { namespace = '', name } = object.metadata;
  const cached: unknown = cache.get(resource, namespace, name);
  if (!isRecord(cached)) return false;
  // Read through the schema like the cached one, so that defaults and dropped fields make no difference.
  const wanted = resources[resource].parse({ ...cached, status: object['status'] });
  return wanted.ok && 'status' in wanted.value && sameJson(wanted.value.status, cached['status']);
}

async function liftGate(
  ports: ActionPorts,
  { pod, unchecked }: Extract<Action, { kind: 'liftGate' }>,
): Performed {
  const { client, cache, fieldManager, write } = ports;
  const cached = cache.has('pods') ? cache.get('pods', pod.namespace ?? '', pod.name) : undefined;
  // Gates are only ever added at creation, so one that this incarnation has lost stays lost.
  if (cached !== undefined && cached.metadata.uid === pod.uid && !hasOurGate(cached)) return ok(false);
  const found = locate(pod);
  if (!found.ok) return found;
  const path = found.value.path(pod.namespace, pod.name);
  const body = {
    metadata: {
      ...(pod.uid === undefined ? {} : { uid: pod.uid }),
      annotations: {
        [annotations.gateRemoved]: 'true',
        ...(unchecked === undefined ? {} : { [annotations.releasedUnchecked]: unchecked }),
      },
    },
    spec: { schedulingGates: [{ $patch: 'delete', name: prechecksGate }] },
  };
  const patched = await write(() => client.patch(path, 'strategic', body, fieldManager));
  if (!patched.ok) return (await isReplaced(client, path, pod, patched.error)) ? ok(false) : patched;
  if (hasOurGate(patched.value))
    return err(failure('internal', `the gate of ${pod.name} is still there after its deletion`));
  cache.adopt('pods', patched.value);
  return ok(true);
}

async function deleteOwned(ports: ActionPorts, ref: ObjectRef): Performed {
  const { client, write } = ports;
  const found = locate(ref);
  if (!found.ok) return found;
  const path = found.value.path(ref.namespace, ref.name);
  const deleted = await write(() => client.delete(path, ref.uid === undefined ? {} : { uid: ref.uid }));
  if (deleted.ok) return ok(true);
  return (await isReplaced(client, path, ref, deleted.error)) ? ok(false) : deleted;
}

async function archive(ports: ActionPorts, records: readonly ReleaseRecord[]): Performed {
  const { archive: kept, write } = ports;
  if (kept === undefined) return ok(false);
  const put = await write(() => kept.put(records));
  return put.ok ? ok(records.length > 0) : put;
}

/** True when a write failed because that incarnation is gone. The status alone does not tell: 409 may be a mere race. */
async function isReplaced(
  client: KubeClient,
  path: string,
  ref: ObjectRef,
  error: SluiceError,
): Promise<boolean> {
  if (error.tag === 'not-found') return true;
  if (ref.uid === undefined || (error.tag !== 'conflict' && error.tag !== 'invalid')) return false;
  const now = await client.get(path);
  if (!now.ok) return now.error.tag === 'not-found';
  return metadataOf(now.value)?.['uid'] !== ref.uid;
}

function hasOurGate(pod: unknown): boolean {
  const spec = isRecord(pod) ? pod['spec'] : undefined;
  const gates: unknown = isRecord(spec) ? spec['schedulingGates'] : undefined;
  return (
    Array.isArray(gates) && gates.some((gate: unknown) => isRecord(gate) && gate['name'] === prechecksGate)
  );
}

function controllerUid(object: unknown): string | undefined {
  const owners: unknown = metadataOf(object)?.['ownerReferences'];
  if (!Array.isArray(owners)) return undefined;
  const owner: unknown = owners.find(
    (reference: unknown) => isRecord(reference) && reference['controller'] === true,
  );
  return isRecord(owner) && typeof owner['uid'] === 'string' ? owner['uid'] : undefined;
}

function metadataOf(object: unknown): Readonly<Record<string, unknown>> | undefined {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  return isRecord(metadata) ? metadata : undefined;
}
