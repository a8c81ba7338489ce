import type { KeptnTask } from '../../../src/api/lifecycle/v1/keptn-task.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { z } from '../../../src/api/schema.ts';
import { taskDefinition } from './manifests.ts';
import { type Scene, stored } from './scene.ts';

/** Machines are slow under load; every wait ends on a condition. */
const withinMs = 60_000;

/** A definition that runs only this. */
export function definitionOf(name: string, spec: Readonly<Record<string, unknown>>): KubeObject {
  return { ...taskDefinition(name), spec: { retries: 0, ...spec } };
}

/** A task as a person makes it. */
export function task(
  name: string,
  definition: string,
  spec: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTask',
    metadata: { name },
    spec: { taskDefinition: definition, ...spec },
  };
}

/** Waits until a task's status is as looked for, and gives it. */
export function untilTask(
  scene: Scene,
  name: string,
  what: string,
  look: (status: Status) => unknown,
): Promise<Status> {
  return scene.until(
    `task ${name} ${what}`,
    () => {
      const status = scene.one('keptntasks', name)?.status;
      return status !== undefined && Boolean(look(status)) && status;
    },
    withinMs,
  );
}
type Status = NonNullable<KeptnTask['status']>;

/** Name of the pod of a task, once it is on the node. */
export async function untilPod(scene: Scene, job: string): Promise<string> {
  const pod = await scene.until(
    `the pod of ${job}`,
    () =>
      scene
        .all('pods')
        .find(({ metadata, spec }) => metadata.labels?.['keptn.sh/task'] === job && spec.nodeName),
    withinMs,
  );
  return pod.metadata.name;
}

const container = z.looseObject({
  name: z.string(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
  securityContext: z.record(z.string(), z.unknown()).optional(),
});
const storedJob = z.object({
  spec: z.object({
    backoffLimit: z.number(),
    ttlSecondsAfterFinished: z.number().optional(),
    template: z.object({
      spec: z.object({
        initContainers: z.array(container).default([]),
        containers: z.array(container),
        volumes: z.array(z.looseObject({ configMap: z.object({ name: z.string() }).optional() })).default([]),
      }),
    }),
  }),
});

/** The Job of a task as the API server stores it, once it is there. */
export async function jobOf(scene: Scene, name: string): Promise<z.infer<typeof storedJob>['spec']> {
  await scene.until(`Job ${name}`, () => scene.one('jobs', name), withinMs);
  return storedJob.parse(await stored(scene, 'jobs', name)).spec;
}

/** The status of a container that has ended, as the kubelet writes it. */
export const ended = (name: string, exitCode: number, message = '') => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: {
    terminated: {
      exitCode,
      message,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: new Date().toISOString(),
      finishedAt: new Date().toISOString(),
    },
  },
});
/** The status of a container that waits, as the kubelet writes it. */
export const waiting = (name: string, reason: string, message = '') => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: { waiting: { reason, message } },
});

/** A definition of steps of each kind. */
export const threeSteps = {
  steps: [
    { name: 'fetch', container: { image: 'registry.example/fetch:1' } },
    { name: 'judge', deno: { inline: { code: 'judge()' }, parameters: { map: { limit: '5' } } } },
    { name: 'tell', python: { inline: { code: 'tell()' } } },
  ],
};
