import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

let api: Api;
let sluice: Sluice;

const namespaces = z.object({ items: z.array(z.object({ status: z.object({ phase: z.string() }) })) });

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  // What other tests left ends on its own, and would be told of meanwhile.
  const selector = 'labelSelector=keptn.sh%2Flifecycle-toolkit%3Denabled';
  await vi.waitUntil(
    async () => {
      const { body } = await api.request('GET', `/api/v1/namespaces?${selector}`);
      return namespaces.parse(body).items.every(({ status }) => status.phase !== 'Terminating');
    },
    { timeout: 60_000, interval: 500 },
  );
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
});
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

/** True when no key waits or is worked on. */
async function isIdle(controller: Sluice): Promise<boolean> {
  const names = ['sluice_queue_depth', 'sluice_queue_processing'];
  const counts = await Promise.all(names.map((name) => controller.total(name)));
  return counts.every((count) => count === 0);
}

test('a controller that starts after a completed release writes nothing', { timeout: 120_000 }, async () => {
  const scene = await Scene.open('resync');
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('smoke'));
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke', replicas: 3 }));
  await scene.endTask('lint');
  await scene.endTask('smoke', { exitCode: 0 }, 'post');
  await scene.until('the app version is through', () =>
    scene.all('keptnappversions').some(({ status }) => status?.currentPhase === 'Completed'),
  );
  // Other suites may have left hundreds of pods that wait: each is looked at and told so first.
  await vi.waitUntil(() => isIdle(sluice), { timeout: 40_000 });
  const versions = versionsOf(scene);

  const second = await startSluice(api, { roles: ['controller'] });
  await vi.waitUntil(
    async () => (await second.total('sluice_reconciles_total')) >= 8 && (await isIdle(second)),
    {
      timeout: 40_000,
    },
  );
  await scene.holds('no object changes', () => versionsOf(scene) === versions, 1500);
  const actions = await second.series('sluice_actions_total', ({ result }) => result === 'changed');
  expect(actions).toEqual([]);
  // An Event that was said before is refused with 409: nothing is written.
  const isWrite = ({ verb = '', code = '' }: Readonly<Record<string, string>>) =>
    !['get', 'list', 'watch'].includes(verb) && code.startsWith('2');
  expect(await second.series('sluice_api_requests_total', isWrite)).toEqual([]);
  await second.stop();
  await scene.close();
});

/** Names of everything that was ever seen of our kinds and Jobs, with each change. */
function versionsOf(scene: Scene): string {
  return scene.sightings
    .filter(({ resource }) => resource.startsWith('keptn') || resource === 'jobs')
    .map(({ name, type }) => `${type} ${name}`)
    .join('\n');
}
