import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { prechecksGate } from '../../../src/api/constants.ts';
import type { Pod } from '../../../src/api/core/pod.ts';
import type { KubeObject, OwnerReference } from '../../../src/api/meta.ts';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/keptn-v2');

/** One task or evaluation that Keptn had made. */
const childSchema = z.object({
  kind: z.enum(['KeptnTask', 'KeptnEvaluation']),
  name: z.string(),
  of: z.enum(['app', 'workload']),
  definition: z.string(),
  checkType: z.string(),
  status: z.record(z.string(), z.unknown()),
  /** Name of its Job, while that is there. */
  job: z.string().optional(),
  /** True: the Job ended and nobody has looked. */
  jobEnds: z.boolean().default(false),
});
const phaseSchema = z.object({
  app: z.record(z.string(), z.unknown()),
  workload: z.record(z.string(), z.unknown()),
  children: z.array(childSchema),
  /** True: Keptn had lifted the gate. */
  released: z.boolean().default(false),
});
type Phase = z.infer<typeof phaseSchema>;
const phasesSchema = z.object({ phases: z.record(z.string(), phaseSchema) });
const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const createdSchema = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });

export const releaseVersion = 'shop-cart-1.0.0';
export const releaseAppVersion = 'shop-1.0.0-6b86b273';
const owners = {
  app: { kind: 'KeptnAppVersion', name: releaseAppVersion },
  workload: { kind: 'KeptnWorkloadVersion', name: releaseVersion },
} as const;

/**
 * Leaves a release as Keptn leaves it at a moment of `phases.yaml`, in a namespace that opted in by annotation: a real
 * Deployment, whose pod carries Keptn's annotations and gate, and all that Keptn had written about it.
 */
export async function leaveRelease(moment: string, kubeconfig: string): Promise<Scene> {
  const phase = phasesSchema.parse(
    parse(readFileSync(join(fixtures, 'phases.yaml'), 'utf8'), { merge: true }),
  ).phases[moment];
  if (phase === undefined) throw new Error(`phases.yaml has no ${moment}`);
  const annotations = { 'keptn.sh/lifecycle-toolkit': 'enabled' };
  const scene = await Scene.open(moment.slice(0, 40), { annotations }, kubeconfig);
  for (const name of ['announce', 'lint', 'smoke']) await scene.make(taskDefinition(name));
  await scene.make(evaluationDefinition());
  await scene.make(cart());
  const pod = await scene.until('the pod is there', () => cartPods(scene)[0]);
  const past = new Past(scene, pod);
  await past.leaveObjects(phase);
  for (const child of phase.children) await past.leaveChild(child);
  if (phase.released) await past.release();
  return scene;
}

/** Deployment cart of app shop; its template has what Keptn's webhook puts on each pod. */
export function cart(version = '1.0.0', postTasks: string | undefined = 'smoke'): KubeObject {
  return workload('Deployment', {
    name: 'cart',
    app: 'shop',
    version,
    preTasks: 'lint',
    preEvaluations: 'cpus',
    ...(postTasks === undefined ? {} : { postTasks }),
    annotations: { 'keptn.sh/metadata': 'stage=dev' },
    gates: [prechecksGate],
  });
}

/** The pods of the Deployment, and not those of tasks. */
export function cartPods(scene: Scene): Pod[] {
  return scene.all('pods').filter(({ metadata }) => metadata.labels?.['run'] === 'cart');
}

/** True when our gate holds each pod of the Deployment. */
export function isCartHeld(scene: Scene): boolean {
  return cartPods(scene).every(({ spec }) =>
    spec.schedulingGates?.some(({ name }) => name === prechecksGate),
  );
}

/** Ends the Job of a task as its pod's kubelet would. */
export async function endJob(scene: Scene, job: string, exitCode = 0): Promise<void> {
  const pod = await scene.until(`a pod of Job ${job} runs`, () =>
    scene
      .all('pods')
      .find(
        ({ metadata, spec, status }) =>
          metadata.labels?.['job-name'] === job && spec.nodeName !== undefined && status?.phase === 'Running',
      ),
  );
  await scene.endPod(pod.metadata.name, { exitCode });
}

function evaluationDefinition(): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnEvaluationDefinition',
    metadata: { name: 'cpus' },
    spec: {
      objectives: [{ keptnMetricRef: { name: 'available-cpus' }, evaluationTarget: '>4' }],
      retries: 1000,
      retryInterval: '5s',
    },
  };
}

/** Writes what Keptn had written, in the order of ownership. */
class Past {
  readonly #scene: Scene;
  readonly #pod: Pod;
  readonly #uids = new Map<string, string>();
  readonly #replicaSet: string;

  constructor(scene: Scene, pod: Pod) {
    this.#scene = scene;
    this.#pod = pod;
    const owner = pod.metadata.ownerReferences?.[0];
    this.#replicaSet = owner?.name ?? '';
    this.#uids.set(`ReplicaSet/${this.#replicaSet}`, owner?.uid ?? '');
  }

  async leaveObjects(phase: Phase): Promise<void> {
    const text = readFileSync(join(fixtures, 'objects.yaml'), 'utf8');
    for (const document of parseAllDocuments(text)) {
      const { status, ...object } = objectSchema.parse(JSON.parse(this.#filled(JSON.stringify(document))));
      const moved = { KeptnAppVersion: phase.app, KeptnWorkloadVersion: phase.workload }[object.kind];
      await this.#create(object, moved ?? status);
    }
  }

  async leaveChild(child: Phase['children'][number]): Promise<void> {
    const { kind, name, definition, checkType, of, job, jobEnds } = child;
    const context = { appName: 'shop', workloadName: of === 'app' ? '' : 'shop-cart', taskType: checkType };
    const spec =
      kind === 'KeptnTask'
        ? { taskDefinition: definition, checkType, context, retries: 0, timeout: '5m' }
        : { evaluationDefinition: definition, checkType, workloadVersion: '1.0.0', retries: 1000 };
    const ownerReferences = [this.#owner(owners[of].kind, owners[of].name)];
    const apiVersion = 'lifecycle.keptn.sh/v1';
    await this.#create({ apiVersion, kind, metadata: { name, ownerReferences }, spec }, child.status);
    if (job === undefined) return;
    await this.#create(this.#job(job, name), undefined);
    if (jobEnds) await endJob(this.#scene, job);
  }

  /** As Keptn lets a pod go: no gates, and the mark that says so. */
  async release(): Promise<void> {
    await this.#scene.patch('pods', this.#pod.metadata.name, {
      metadata: { annotations: { 'keptn.sh/scheduling-gate-removed': 'true' } },
      spec: { schedulingGates: [{ $patch: 'delete', name: prechecksGate }] },
    });
    await this.#scene.until('the pod runs', () => cartPods(this.#scene)[0]?.status?.phase === 'Running');
  }

  #job(name: string, task: string): KubeObject {
    const container = { name: 'keptn-function-runner', image: 'ghcr.io/keptn/deno-runtime:v3.0.1' };
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, ownerReferences: [this.#owner('KeptnTask', task)] },
      spec: {
        backoffLimit: 0,
        ttlSecondsAfterFinished: 300,
        template: { spec: { restartPolicy: 'OnFailure', containers: [container] } },
      },
    };
  }

  #owner(kind: string, name: string): OwnerReference {
    const uid = this.#uids.get(`${kind}/${name}`) ?? '';
    const apiVersion = 'lifecycle.keptn.sh/v1';
    return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  }

  async #create(object: KubeObject, status: unknown): Promise<void> {
    const answer = await this.#scene.tryMake(object);
    if (answer.status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${answer.text}`);
    const { name, uid } = createdSchema.parse(answer.body).metadata;
    this.#uids.set(`${object.kind}/${name}`, uid);
    if (status === undefined) return;
    const def = Object.values(resources).find(({ kind }) => kind === object.kind);
    if (def === undefined) throw new Error(`no resource for ${object.kind}`);
    const at = apiPath(def, this.#scene.namespace, name, 'status');
    const now = JSON.stringify({ status }).replaceAll('$NOW', new Date().toISOString());
    const patched = await this.#scene.api.request('PATCH', at, JSON.parse(now));
    if (patched.status >= 300) throw new Error(`${object.kind} ${name}: ${patched.text}`);
  }

  #filled(text: string): string {
    return text
      .replaceAll('$UID(ReplicaSet/$REPLICASET)', this.#uids.get(`ReplicaSet/${this.#replicaSet}`) ?? '')
      .replaceAll('$REPLICASET', this.#replicaSet)
      .replaceAll(/\$UID\(([^)]+)\)/g, (_, key: string) => this.#uids.get(key) ?? '');
  }
}
