import type { KubeObject } from '../src/api/meta.ts';
import { apiPath, type ResourceName, resources } from '../src/api/resources.ts';
import { z } from '../src/api/schema.ts';
import { appVersionName, checkName, workloadVersionName } from '../src/domain/names.ts';
import type { KubeClient } from '../src/runtime/client.ts';
import { apiRequests } from './api-requests.ts';
import { rounded } from './percentile.ts';
import { freePort, startSluice } from './sluice-process.ts';
import { make, must, newNamespace, type World } from './world.ts';

/** A controller that starts in a cluster full of history. */
export interface Restart {
  readonly versions: number;
  readonly tasks: number;
  /** Seconds from spawn to ready. */
  readonly ready: number;
  /** MiB once it has looked at everything. */
  readonly resident: number;
  /** Made by both starts. */
  readonly jobs: number;
  readonly events: number;
  /** Requests other than watches and lists: of a restart, and of the first start before it. */
  readonly requests: number;
  readonly adoption: number;
}

const versionsEach = 10;
const tasksEach = 2;
const writers = 16;
/** Long enough to look at every object several times. */
const watchedMs = 30_000;
const at = '2026-01-01T00:00:00Z';
const apiVersion = 'lifecycle.keptn.sh/v1';

/** Fills a namespace with the finished releases of `workloads` apps of one workload, starts a controller, and looks on. */
export async function measureRestart({ client, cluster }: World, workloads: number): Promise<Restart> {
  const namespace = await newNamespace(client, 'bench-history', {});
  await fill(client, namespace, workloads);
  const before = await counts(client, namespace);
  // The first start meets what Keptn would have left and adds its conditions; the second one is a restart.
  const first = await lookAt(cluster.kubeconfig);
  const second = await lookAt(cluster.kubeconfig);
  const after = await counts(client, namespace);
  return {
    versions: workloads * versionsEach * 2,
    tasks: workloads * versionsEach * 2 * tasksEach,
    ...second,
    adoption: first.requests,
    jobs: after.jobs - before.jobs,
    events: after.events - before.events,
  };
}

/** Starts a controller and lets it look at everything. */
async function lookAt(kubeconfig: string): Promise<Pick<Restart, 'ready' | 'resident' | 'requests'>> {
  const controller = await startSluice({ role: 'controller', kubeconfig, admissionPort: await freePort() });
  try {
    await new Promise((wake) => setTimeout(wake, watchedMs));
    return {
      ready: rounded(controller.readyAfterMs / 1000),
      resident: controller.residentMib(),
      requests: await apiRequests(controller),
    };
  } finally {
    await controller.stop();
  }
}

async function counts(
  client: KubeClient,
  namespace: string,
): Promise<{ readonly jobs: number; readonly events: number }> {
  return {
    jobs: await count(client, 'jobs', namespace),
    events: await count(client, 'events', namespace),
  };
}

async function count(client: KubeClient, resource: ResourceName, namespace: string): Promise<number> {
  let found = 0;
  must(await client.list(apiPath(resources[resource], namespace), { onItem: () => (found += 1) }));
  return found;
}

async function fill(client: KubeClient, namespace: string, workloads: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < workloads) await fillOne(client, namespace, `h-${String(next++).padStart(4, '0')}`);
  };
  await Promise.all(Array.from({ length: writers }, lane));
}

/** One app of one workload, and its versions with their tasks, all through. */
async function fillOne(client: KubeClient, namespace: string, name: string): Promise<void> {
  const current = `1.0.${versionsEach - 1}`;
  const reference = { uid: 'gone', kind: 'ReplicaSet', name };
  const workload = `${name}-${name}`;
  const app = await store(client, {
    apiVersion,
    kind: 'KeptnApp',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'keptn' } },
    spec: { version: current, workloads: [{ name, version: current }] },
    status: { currentVersion: current },
  });
  const parent = await store(client, {
    apiVersion,
    kind: 'KeptnWorkload',
    metadata: { name: workload, namespace },
    spec: { app: name, version: current, resourceReference: reference },
    status: { currentVersion: current },
  });
  for (let i = 0; i < versionsEach; i += 1) {
    const version = `1.0.${i}`;
    // The newest carries the app's generation; the others stand for the generations before it.
    const generation = i === versionsEach - 1 ? 1 : i + 2;
    await storeVersion(client, {
      apiVersion,
      kind: 'KeptnAppVersion',
      metadata: { name: appVersionName(name, version, generation), namespace, ownerReferences: [app] },
      spec: { appName: name, version, workloads: [{ name, version }] },
    });
    await storeVersion(client, {
      apiVersion,
      kind: 'KeptnWorkloadVersion',
      metadata: { name: workloadVersionName(workload, version), namespace, ownerReferences: [parent] },
      spec: { app: name, version, workloadName: workload, resourceReference: reference },
    });
  }
}

/** A version that is through, with a task before and one after its deployment. */
async function storeVersion(
  client: KubeClient,
  object: KubeObject & { readonly spec: object },
): Promise<void> {
  const checks = { preDeploymentTasks: ['before'], postDeploymentTasks: ['after'] };
  const isApp = object.kind === 'KeptnAppVersion';
  const owner = await store(client, {
    ...object,
    spec: { ...object.spec, ...checks },
    status: {
      preDeploymentStatus: 'Succeeded',
      preDeploymentEvaluationStatus: 'Succeeded',
      ...(isApp
        ? { workloadOverallStatus: 'Succeeded' }
        : { deploymentStatus: 'Succeeded', deploymentStartTime: at }),
      postDeploymentStatus: 'Succeeded',
      postDeploymentEvaluationStatus: 'Succeeded',
      status: 'Succeeded',
      currentPhase: 'Completed',
      startTime: at,
      endTime: at,
      preDeploymentTaskStatus: [
        { definitionName: 'before', status: 'Succeeded', startTime: at, endTime: at },
      ],
      postDeploymentTaskStatus: [
        { definitionName: 'after', status: 'Succeeded', startTime: at, endTime: at },
      ],
    },
  });
  for (const [checkType, definition] of [
    ['pre', 'before'],
    ['post', 'after'],
  ] as const) {
    await store(client, {
      apiVersion,
      kind: 'KeptnTask',
      metadata: {
        name: checkName({ ownerUid: owner.uid, checkType, definition, attempt: 0 }),
        namespace: object.metadata.namespace ?? '',
        ownerReferences: [owner],
      },
      spec: { taskDefinition: definition, checkType },
      status: { jobName: 'expired', status: 'Succeeded', startTime: at, endTime: at },
    });
  }
}

const madeSchema = z.object({ metadata: z.object({ uid: z.string() }) });

/** Creates an object and writes its status; gives the reference with which its children name it. */
async function store(
  client: KubeClient,
  object: KubeObject & { readonly status: object },
): Promise<NonNullable<KubeObject['metadata']['ownerReferences']>[number]> {
  const { status, ...rest } = object;
  await make(client, rest);
  const { name, namespace } = object.metadata;
  const def = Object.values(resources).find(({ kind }) => kind === object.kind);
  if (def === undefined) throw new Error(`no resource for ${object.kind}`);
  const path = apiPath(def, namespace, name, 'status');
  const answer = must(await client.patch(path, 'merge', { status }, 'sluice-bench'));
  const { uid } = madeSchema.parse(answer).metadata;
  return { apiVersion, kind: object.kind, name, uid, controller: true };
}
