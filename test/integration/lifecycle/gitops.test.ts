import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { kstatusOf } from '../../builders/kstatus.ts';
import { healthOf, runLua } from '../../builders/lua.ts';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene, stored, type WatchedResource } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

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

const script = (name: string): string => readFileSync(`scripts/argo-cd/${name}`, 'utf8');
const judged: readonly WatchedResource[] = [
  'keptnapps',
  'keptnappversions',
  'keptnworkloads',
  'keptnworkloadversions',
  'keptntasks',
];

/** How an object was for Argo CD and for Flux in each state that was stored of it, without repetitions. */
function healthEver(resource: WatchedResource): {
  readonly argo: readonly string[];
  readonly flux: readonly string[];
} {
  const { kind } = resources[resource];
  const seen = scene.sightings
    .filter((one) => one.resource === resource && one.type !== 'DELETED')
    .map(({ object }) => ({ ...z.looseObject({}).parse(object), kind }));
  const argo = healthOf(script('health.lua'), seen).map(({ status }) => status);
  return { argo: changes(argo), flux: changes(seen.map((object) => kstatusOf(object).status)) };
}

function changes(states: readonly string[]): string[] {
  return states.filter((state, at) => state !== states[at - 1]);
}

async function present(resource: WatchedResource): Promise<unknown> {
  return {
    ...z.looseObject({}).parse(await stored(scene, resource, scene.all(resource)[0]?.metadata.name ?? '')),
    kind: resources[resource].kind,
  };
}

test('a release that fails, is retried by Argo CD’s action and succeeds is as well as it says, all the way', async () => {
  scene = await Scene.open('gitops');
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
  await scene.endTask('lint', { exitCode: 1, message: 'no luck' });
  await scene.until('the app says that its release failed', () =>
    scene
      .all('keptnapps')[0]
      ?.status?.conditions?.some(({ type, status }) => type === 'Stalled' && status === 'True'),
  );
  const [failed] = healthOf(script('health.lua'), [await present('keptnapps')]);
  expect(failed).toMatchObject({ status: 'Degraded', message: expect.stringContaining('lint') });

  const version = await present('keptnworkloadversions');
  expect(runLua([{ script: script('retry-discovery.lua'), object: version }])).toEqual([
    { retry: { disabled: false } },
  ]);
  const [changed] = runLua([{ script: script('retry.lua'), object: version }]);
  const { annotations } = z
    .object({ metadata: z.object({ annotations: z.record(z.string(), z.string()) }) })
    .parse(changed).metadata;
  await scene.patch('keptnworkloadversions', 'shop-shop-1.0.0', { metadata: { annotations } });
  await scene.endTask('lint', { exitCode: 0 });

  await scene.until('a definition is missing', () =>
    scene
      .all('keptnworkloadversions')[0]
      ?.status?.conditions?.some(({ reason }) => reason === 'MissingDefinition'),
  );
  expect(healthOf(script('health.lua'), [await present('keptnworkloadversions')])).toMatchObject([
    { status: 'Suspended', message: expect.stringContaining('"smoke"') },
  ]);
  await scene.make(taskDefinition('smoke'));
  await scene.endTask('smoke', { exitCode: 0 }, 'post');
  await scene.until('the app says that it is released', () =>
    scene
      .all('keptnapps')[0]
      ?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );

  for (const resource of judged) {
    const object = await present(resource);
    if (resource === 'keptntasks') continue;
    expect(healthOf(script('health.lua'), [object]), resource).toMatchObject([{ status: 'Healthy' }]);
    expect(kstatusOf(object).status, resource).toBe('Current');
  }
  const app = healthEver('keptnapps');
  expect(app.argo.filter((state) => state !== 'Progressing')).toEqual(
    expect.arrayContaining(['Degraded', 'Healthy']),
  );
  expect(app.argo.at(-1)).toBe('Healthy');
  expect(app.flux.slice(-1)).toEqual(['Current']);
  // Never healthy before it was released.
  expect(app.argo.indexOf('Healthy')).toBe(app.argo.length - 1);
  const versions = healthEver('keptnworkloadversions');
  expect(versions.argo).toEqual([
    'Progressing',
    'Degraded',
    'Progressing',
    'Suspended',
    'Progressing',
    'Healthy',
  ]);
  expect(versions.flux.slice(-2)).toEqual(['InProgress', 'Current']);
});
