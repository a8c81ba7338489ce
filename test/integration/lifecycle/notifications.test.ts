import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { parseAnnounced } from '../../../src/domain/announced.ts';
import { type BackendServer, startBackend } from '../../builders/backend-server.ts';
import { type Api, connectApi, must } from './api.ts';
import { dropConfig, makeConfig } from './keptn-config.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, spawnController, startSluice } from './sluice.ts';

const system = 'sluice-system';
const token = 'T000/B000/s3cr3t';

let api: Api;
let webhook: Sluice;
let chat: BackendServer;
let scene: Scene;
/** What the chat answers, the newest last. */
let answers: number[] = [];

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  webhook = await startSluice(api, { roles: ['webhook'] });
  chat = await startBackend(() => ({ status: answers.shift() ?? 200 }));
  const url = Buffer.from(`${chat.url}/services/${token}`).toString('base64');
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'chat' }, data: { slack: url } };
  must(await api.client.create(apiPath(resources.secrets, system), secret, 'test'));
});
afterEach(async () => {
  answers = [];
  await dropConfig(api, 'told');
  await scene.close();
});
afterAll(async () => {
  await api.request('DELETE', apiPath(resources.secrets, system, 'chat'));
  await webhook.stop();
  await chat.close();
  api.client.close();
});

const posted = z.object({ text: z.string(), blocks: z.array(z.unknown()) });

/** What the chat was posted of the scene, in order: its first lines. */
function told(): string[] {
  return chat.seen
    .filter(({ body }) => body.includes(scene.namespace))
    .map(({ body }) => posted.parse(JSON.parse(body)).text);
}

function configure(notification: object): Promise<void> {
  const filter = { namespaces: [scene.namespace] };
  const team = { name: 'team', type: 'slack', urlFrom: { name: 'chat', key: 'slack' }, filter };
  return makeConfig(api, 'told', { notifications: [{ ...team, ...notification }] });
}

async function failRelease(): Promise<void> {
  await scene.make(taskDefinition('lint'));
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.endTask('lint', { exitCode: 1, message: 'no <!channel>' });
  await scene.until(
    'the release failed',
    () => scene.all('keptnappversions')[0]?.status?.status === 'Failed',
  );
}

/** How many messages are noted as told, on all versions. */
function noted(): number {
  const versions = [...scene.all('keptnappversions'), ...scene.all('keptnworkloadversions')];
  const marks = versions.map(({ metadata }) => parseAnnounced(metadata.annotations?.['keptn.sh/announced']));
  return marks.reduce((sum, mark) => sum + (mark.get('notify/team')?.length ?? 0), 0);
}

test('a release that failed is told once, also when the controller is killed and another takes over', async () => {
  scene = await Scene.open('told');
  await configure({ on: ['held', 'checkFailed', 'releaseFailed'] });
  const first = await spawnController();
  first.go();
  await failRelease();
  await expect.poll(told, { timeout: 15_000 }).toHaveLength(3);
  await scene.until('it is noted', () => noted() === 3);
  const before = told();
  first.child.kill('SIGKILL');
  await first.ended;

  const second = await spawnController();
  second.go();
  await scene.make(workload('Deployment', { name: 'other', preTasks: 'lint' }));
  await scene.endTask('lint', { exitCode: 1 }, 'pre');
  await expect.poll(() => told().length, { timeout: 15_000 }).toBe(6);
  expect(told().slice(0, 3)).toEqual(before);
  expect(before).toEqual([
    '❌ The task "lint" of shop 1.0.0 of shop failed',
    '✋ shop 1.0.0 of shop is held: Workload Pre-Deployment Tasks failed',
    expect.stringMatching(/^❌ The release of shop .* failed$/),
  ]);
  expect(
    told()
      .slice(3)
      .every((line) => line.includes('other')),
  ).toBe(true);
  expect(JSON.stringify(chat.seen.map(({ body }) => body))).not.toContain('<!channel>');
  second.child.kill('SIGTERM');
  await second.ended;
});

test('a chat that asks for patience is asked again, and nothing secret is written anywhere', async () => {
  scene = await Scene.open('told');
  answers = [500];
  await configure({});
  const controller = await spawnController();
  controller.go();
  await failRelease();
  await expect.poll(told, { timeout: 20_000 }).toHaveLength(2);
  await scene.until('it is noted', () => noted() === 1);
  expect(new Set(told()).size).toBe(1);
  const config = await api.client.get(apiPath(resources.keptnconfigs, system, 'told'));
  expect(JSON.stringify([config, scene.sightings.map(({ object }) => object)])).not.toContain('s3cr3t');
  controller.child.kill('SIGTERM');
  await controller.ended;
});

test.each([
  ['both url and urlFrom', { url: 'https://chat.example' }, 'needs either url or urlFrom'],
  ['an event that there is not', { on: ['lunch'] }, 'Unsupported value: "lunch"'],
  ['no event at all', { on: [] }, 'should have at least 1 items'],
  ['a template that is too long', { template: 'x'.repeat(8193) }, 'may not be more than 8192'],
])('%s is refused at admission, by the field', async (_, wrong, words) => {
  scene = await Scene.open('told');
  const notification = { name: 'team', type: 'slack', urlFrom: { name: 'chat', key: 'slack' }, ...wrong };
  const config = {
    apiVersion: 'options.keptn.sh/v1alpha1',
    kind: 'KeptnConfig',
    metadata: { name: 'told' },
    spec: { notifications: [notification] },
  };
  const answer = await api.request('POST', apiPath(resources.keptnconfigs, system), config);
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('spec.notifications[0]');
  expect(answer.text).toContain(words.replaceAll('"', String.raw`\"`));
});
