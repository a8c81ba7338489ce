import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { apiPath, resources } from '../api/resources.ts';
import { parseWith, z } from '../api/schema.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { KubeClient } from './client.ts';
import type { Reader } from './reader.ts';

const containers = z.object({ containers: z.array(z.object({ image: z.string().optional() })).default([]) });
const ownerSchema = z.object({
  metadata: z.object({ uid: z.string().optional() }).prefault({}),
  spec: containers.extend({ template: z.object({ spec: containers }).optional() }),
});

const owners = {
  ReplicaSet: resources.replicasets,
  StatefulSet: resources.statefulsets,
  DaemonSet: resources.daemonsets,
  Pod: resources.pods,
} as const;

/**
 * Which image a workload version runs: that of the first container of the object that it refers to. ReplicaSets are
 * cached; any other owner is read with one GET. Undefined when that object is gone, or is another one by now. Error:
 * unavailable.
 */
export function workloadImage(client: KubeClient, reader: Reader) {
  return async ({
    metadata: { namespace },
    spec: { resourceReference },
  }: KeptnWorkloadVersion): Promise<Result<string | undefined, SluiceError>> => {
    const { kind, name, uid } = resourceReference;
    const cached = kind === 'ReplicaSet' ? reader.get('replicasets', namespace ?? '', name) : undefined;
    if (cached?.metadata.uid === uid) return ok(cached.spec.image);
    const def = Object.entries(owners).find(([known]) => known === kind)?.[1];
    if (def === undefined || name === '') return ok(undefined);
    const found = await client.get(apiPath(def, namespace, name));
    if (!found.ok && found.error.tag === 'not-found') return ok(undefined);
    if (!found.ok) return err(failure('unavailable', `${kind} ${name}: ${found.error.message}`));
    return ok(imageOf(found.value, uid));
  };
}

function imageOf(raw: unknown, uid: string): string | undefined {
  const owner = parseWith(ownerSchema, raw);
  if (!owner.ok || owner.value.metadata.uid !== uid) return undefined;
  const { template, containers: own } = owner.value.spec;
  const [first] = template?.spec.containers ?? own;
  return first?.image;
}
