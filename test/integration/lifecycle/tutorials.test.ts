import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import { type Api, connectApi, must } from './api.ts';
import { Scene, stored } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/keptn-tutorials');
const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
let api: Api;
let sluice: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
});
afterEach(() => scene.close());
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

/** Creates each object of a file in the API version in which it is written. */
async function apply(file: string): Promise<void> {
  for (const { object } of must(parseYamlDocuments(readFileSync(join(fixtures, file), 'utf8')))) {
    const written: KubeObject = objectSchema.parse(object);
    const def = Object.values(resources).find(({ kind }) => kind === written.kind);
    const path = `/apis/${written.apiVersion}/namespaces/${scene.namespace}/${def?.name ?? ''}`;
    const answer = await api.request('POST', path, written);
    expect(answer.status, answer.text).toBe(201);
  }
}

const containerSchema = z.looseObject({
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
});
const jobSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(containerSchema) }) }) }),
});

/** The reasons of the Events about objects of a kind, in no order. */
function reasonsOf(kind: string): string[] {
  return scene
    .notes(kind)
    .map((note) => note.split(':')[0] ?? '')
    .toSorted();
}

/** What a Job promises to a script, and to whoever looks for it. */
async function expectContract(name: string): Promise<void> {
  const { metadata, spec } = jobSchema.parse(await stored(scene, 'jobs', name));
  expect(metadata.annotations).toMatchObject({
    'keptn.sh/app': 'simplenode-dev',
    'keptn.sh/workload': 'simplenode-dev-simplenode',
    'keptn.sh/version': '1.0.2',
    'keptn.sh/task-name': scene.all('keptntasks')[0]?.metadata.name,
  });
  const [container] = spec.template.spec.containers;
  expect(container).toMatchObject({
    name: 'keptn-function-runner',
    image: 'localhost/sluice-deno-runtime:dev',
  });
  expect(container?.env.map(({ name }) => name)).toEqual([
    'KEPTN_CONTEXT',
    'CMD_ARGS',
    'SECURE_DATA',
    'SCRIPT',
    'TRACEPARENT',
  ]);
  expect(container?.env[2]).toMatchObject({
    valueFrom: { secretKeyRef: { name: 'slack-notification', key: 'SECURE_DATA' } },
  });
  expect(container?.env[3]?.value).toBe('/var/data/function.ts');
  expect(JSON.parse(container?.env[0]?.value ?? '')).toEqual({
    workloadName: 'simplenode-dev-simplenode',
    appName: 'simplenode-dev',
    appVersion: '',
    workloadVersion: '1.0.2',
    taskType: 'pre',
    objectType: 'Workload',
    metadata: { traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) },
  });
}

test('a Deployment of Keptn’s tutorials is held, its task runs with its secret and context, and it is released', async () => {
  scene = await Scene.open('tutorial', { annotations: { 'keptn.sh/lifecycle-toolkit': 'enabled' } });
  await apply('checks.yaml');
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'slack-notification' } };
  const stringData = { SECURE_DATA: '{"slack_hook":"https://hooks.example"}' };
  await api.request('POST', `/api/v1/namespaces/${scene.namespace}/secrets`, { ...secret, stringData });
  await apply('deployment.yaml');

  const job = await scene.until('the Job is made', () => scene.all('jobs')[0]);
  expect(scene.isHeld()).toBe(true);
  await expectContract(job.metadata.name);

  await scene.endTask('notify', { exitCode: 0 }, 'pre', 40_000);
  const app = await scene.until(
    'the app version is through',
    () => scene.all('keptnappversions').find(({ status }) => status?.currentPhase === 'Completed'),
    40_000,
  );
  // What Argo CD's health checks read.
  expect(app.status?.status).toBe('Succeeded');
  expect(scene.all('keptnworkloadversions')[0]?.status?.status).toBe('Succeeded');
  expect(scene.all('keptntasks')[0]?.status?.status).toBe('Succeeded');
  // Events of one step are written side by side, and come in any order.
  await scene.until(
    'every Event is there',
    () => reasonsOf('KeptnAppVersion').length === 3 && reasonsOf('KeptnWorkloadVersion').length === 5,
  );
  expect(reasonsOf('KeptnWorkloadVersion')).toEqual([
    'WorkloadCompletedFinished',
    'WorkloadDeployFinished',
    'WorkloadDeployStarted',
    'WorkloadPreDeployTasksFinished',
    'WorkloadPreDeployTasksStarted',
  ]);
  expect(reasonsOf('KeptnAppVersion')).toEqual([
    'AppCompletedFinished',
    'AppDeployFinished',
    'AppDeployStarted',
  ]);
});

test('the tutorial’s evaluation is kept as it was written, in the version that is stored', async () => {
  scene = await Scene.open('tutorial');
  await apply('checks.yaml');
  expect(await stored(scene, 'keptnevaluationdefinitions', 'evaluate-dependencies')).toMatchObject({
    apiVersion: 'lifecycle.keptn.sh/v1',
    spec: {
      objectives: [
        {
          keptnMetricRef: { name: 'available-cpus', namespace: 'simplenode-dev' },
          evaluationTarget: '>4',
        },
      ],
    },
  });
});
