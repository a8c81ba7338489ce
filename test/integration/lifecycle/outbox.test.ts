import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { annotations } from '../../../src/api/constants.ts';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { parseAnnounced, untold } from '../../../src/domain/announced.ts';
import { factsOf } from '../../../src/domain/facts.ts';
import { cdEventProblems } from '../../builders/cd-event-schemas.ts';
import { makeCertificates } from '../../builders/certificates.ts';
import { type Api, connectApi } from './api.ts';
import { dropConfig, makeConfig } from './keptn-config.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Receiver } from './receiver.ts';
import { Scene } from './scene.ts';
import { type Sluice, spawnController, startSluice } from './sluice.ts';

const system = 'sluice-system';
const patience = 40_000;
const cdEvent = z.looseObject({
  context: z.looseObject({ id: z.string(), type: z.string(), timestamp: z.string(), chainId: z.string() }),
});
const configSchema = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string() })) })
    .optional(),
});

let api: Api;
let webhook: Sluice;
let controller: Sluice | undefined;
const scenes: Scene[] = [];
const receivers: Receiver[] = [];

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  webhook = await startSluice(api, { roles: ['webhook'] });
});
afterEach(async () => {
  await controller?.stop();
  controller = undefined;
  for (const scene of scenes.splice(0)) await scene.close();
  for (const receiver of receivers.splice(0)) await receiver.down();
  await dropConfig(api, 'outbox');
  await api.request('DELETE', apiPath(resources.secrets, system, 'outbox'));
});
afterAll(async () => {
  await webhook.stop();
  api.client.close();
});

async function openScene(): Promise<Scene> {
  const scene = await Scene.open('outbox');
  scenes.push(scene);
  for (const name of ['lint', 'smoke']) await scene.make(taskDefinition(name));
  return scene;
}

async function openReceiver(...tls: Parameters<typeof Receiver.open>): Promise<Receiver> {
  const receiver = await Receiver.open(...tls);
  receivers.push(receiver);
  return receiver;
}

function all(scene: Scene, receiver: Receiver, name = 'ci') {
  return { name, url: receiver.url, filter: { namespaces: [scene.namespace] } };
}

async function startController(): Promise<Sluice> {
  controller = await startSluice(api, { roles: ['controller'] });
  return controller;
}

async function release(scene: Scene, halfTime: () => Promise<void> = async () => undefined): Promise<void> {
  await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
  await scene.endTask('lint', { exitCode: 0 }, 'pre', patience);
  await halfTime();
  await scene.endTask('smoke', { exitCode: 0 }, 'post', patience);
  await scene.until(
    'the app version is through',
    () => scene.all('keptnappversions').some(({ status }) => status?.currentPhase === 'Completed'),
    patience,
  );
}

/** Waits until a receiver has the end of so many releases. */
async function untilTold(receiver: Receiver, count = 1, timeout = patience): Promise<void> {
  const ends = () => receiver.types.filter((type) => type.includes('pipelinerun.finished')).length;
  await expect.poll(ends, { timeout, interval: 100 }).toBe(count);
}

const whole = [
  'pipelinerun.queued',
  'pipelinerun.started',
  'taskrun.started',
  'taskrun.finished',
  'service.deployed',
  'taskrun.started',
  'taskrun.finished',
  'environment.modified',
  'pipelinerun.finished',
].map((type) => `dev.cdevents.${type}.0.3.0`);

/** The events of one release: each once, all of one chain, valid, in the order of time. */
function expectWhole({ taken, ids, types }: Receiver): void {
  expect(types).toEqual(whole);
  expect(new Set(ids).size).toBe(ids.length);
  const events = taken.map(({ data }) => cdEvent.parse(data));
  expect(events.flatMap(cdEventProblems)).toEqual([]);
  expect(new Set(events.map(({ context }) => context.chainId)).size).toBe(1);
  const times = events.map(({ context }) => context.timestamp);
  expect(times).toEqual(times.toSorted());
}

test('Q-43: two receivers get a release in order, each what its filter lets through, as CDEvents and as events of Keptn', async () => {
  const scene = await openScene();
  const [ci, keptn] = [await openReceiver(), await openReceiver()];
  const filter = { namespaces: [scene.namespace], types: ['App *'] };
  await makeConfig(api, 'outbox', {
    clusterName: 'test',
    eventReceivers: [all(scene, ci), { name: 'keptn', url: keptn.url, format: 'keptn', filter }],
  });
  await startController();
  await release(scene);
  await untilTold(ci);
  expectWhole(ci);
  expect(ci.taken[0]).toMatchObject({
    source: 'sluice://test',
    subject: `${scene.namespace}/shop-1.0.0-6b86b273`,
  });
  const deployed = ci.taken.find(({ type }) => type.includes('service'));
  expect(deployed?.data).toMatchObject({
    subject: {
      id: `${scene.namespace}/shop-shop`,
      content: { artifactId: 'pkg:oci/shop?repository_url=registry.example/shop&tag=1' },
    },
  });
  await expect.poll(() => keptn.types, { timeout: patience }).toContain('App Completed.Finished');
  expect(keptn.types).toEqual([
    'App Deployment.Started',
    'App Deployment.Finished',
    'App Completed.Finished',
  ]);
  const version = scene.all('keptnappversions')[0]?.metadata.name ?? '';
  expect(keptn.taken[1]).toMatchObject({
    source: 'keptn.sh',
    data: {
      message: `App Deployment: has finished / Namespace: ${scene.namespace}, Name: ${version}, Version: 1.0.0`,
      type: 'Normal',
      version: '1.0.0',
      resource: {
        group: 'lifecycle.keptn.sh',
        kind: 'KeptnAppVersion',
        version: 'v1',
        name: version,
        namespace: scene.namespace,
      },
    },
  });
});

test('Q-43: a receiver that is down and then fails a while is told everything later, in order and once', async () => {
  const scene = await openScene();
  const ci = await openReceiver();
  await ci.down();
  await makeConfig(api, 'outbox', { eventReceivers: [all(scene, ci)] });
  await startController();
  let failures = 2;
  ci.status = () => (failures-- > 0 ? 500 : 202);
  await release(scene, () => ci.up());
  // Pauses double with each failure.
  await untilTold(ci, 1, 90_000);
  expectWhole(ci);
}, 150_000);

test('Q-43: what a receiver refuses for good is a dead letter, is counted, and holds nothing up', async () => {
  const scene = await openScene();
  const ci = await openReceiver();
  ci.status = ({ type }) => (type.includes('taskrun.started') ? 400 : 202);
  await makeConfig(api, 'outbox', { eventReceivers: [all(scene, ci)] });
  const sluice = await startController();
  await release(scene);
  await untilTold(ci);
  expect(ci.types).toEqual(whole.filter((type) => !type.includes('taskrun.started')));
  const labels = { sink: 'receiver/ci', result: 'invalid' };
  expect(
    await sluice.total(
      'sluice_outbox_dead_letters_total',
      ({ sink, result }) => sink === labels.sink && result === labels.result,
    ),
  ).toBe(2);
});

/** Waits until it is noted on the versions that the receiver was told of every check. */
async function untilNoted(scene: Scene, sink: string): Promise<void> {
  const left = () =>
    [...scene.all('keptnappversions'), ...scene.all('keptnworkloadversions')].flatMap((version) => {
      const told = parseAnnounced(version.metadata.annotations?.[annotations.announced]).get(sink);
      const ofChecks = factsOf(version).filter(({ check }) => check !== undefined);
      return untold(ofChecks, told ?? []).map(({ id }) => id);
    });
  await expect.poll(left, { timeout: patience }).toEqual([]);
}

test.for([
  ['while a task runs', true],
  ['while it tells', false],
] as const)(
  'Q-43: a controller that is killed %s repeats no event under another id, and loses none',
  async ([, isNoted]) => {
    const scene = await openScene();
    const ci = await openReceiver();
    await makeConfig(api, 'outbox', { eventReceivers: [all(scene, ci)] });
    const [victim, heir] = [await spawnController(), await spawnController()];
    victim.go();
    await release(scene, async () => {
      if (isNoted) {
        // The second is the task after the deployment, which runs until the test ends it.
        const begun = () => ci.types.filter((type) => type.includes('taskrun.started')).length;
        await expect.poll(begun, { timeout: patience }).toBe(2);
        await untilNoted(scene, 'receiver/ci');
      } else await expect.poll(() => ci.taken.length, { timeout: patience }).toBeGreaterThan(2);
      victim.child.kill('SIGKILL');
      await victim.ended;
      heir.go();
    });
    await untilTold(ci);
    // What was taken in the last moment, and is not noted yet, is sent again as what it was.
    const once = ci.taken.filter(({ id }, at) => ci.ids.indexOf(id) === at);
    expect(once.map(({ type }) => type)).toEqual(whole);
    for (const event of ci.taken) expect(event).toEqual(once.find(({ id }) => id === event.id));
    if (isNoted) expectWhole(ci);
    heir.child.kill('SIGKILL');
    await heir.ended;
  },
);

test('Q-43: a certificate that nobody knows is told in the KeptnConfig, with the field; a Secret that names its authority mends it', async () => {
  const certificates = await makeCertificates();
  const scene = await openScene();
  const ci = await openReceiver(certificates.valid);
  const tls = { caFrom: { name: 'outbox', key: 'ca.crt' } };
  const headersFrom = [{ header: 'Authorization', secretKeyRef: { name: 'outbox', key: 'token' } }];
  await makeConfig(api, 'outbox', { eventReceivers: [all(scene, ci)] });
  await startController();
  await release(scene);
  const condition = async () => {
    const { body } = await api.request('GET', apiPath(resources.keptnconfigs, system, 'outbox'));
    return configSchema.parse(body).status?.conditions.find(({ type }) => type === 'ReceiversTold');
  };
  await expect.poll(condition, { timeout: patience }).toMatchObject({
    status: 'False',
    message: expect.stringMatching(
      /^spec\.eventReceivers\["ci"\] is not told: localhost:\d+ has a certificate that is signed by an authority that is not known here; name its certificate in spec\.eventReceivers\["ci"\]\.tls\.caFrom/,
    ),
  });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'outbox', namespace: system } };
  const stringData = { 'ca.crt': certificates.caPem, token: 'Bearer abc' };
  await api.request('POST', apiPath(resources.secrets, system), { ...secret, stringData });
  await api.request('PATCH', apiPath(resources.keptnconfigs, system, 'outbox'), {
    spec: { eventReceivers: [{ ...all(scene, ci), tls, headersFrom }] },
  });
  await untilTold(ci);
  expectWhole(ci);
  expect(new Set(ci.asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer abc']));
  await expect.poll(condition, { timeout: patience }).toMatchObject({ status: 'True' });
});

test('Q-43: two apps of one name in two namespaces are two deliveries', async () => {
  const [one, other] = [await openScene(), await openScene()];
  const ci = await openReceiver();
  const namespaces = [one.namespace, other.namespace];
  await makeConfig(api, 'outbox', { eventReceivers: [{ name: 'ci', url: ci.url, filter: { namespaces } }] });
  await startController();
  await Promise.all([release(one), release(other)]);
  await untilTold(ci, 2);
  expect(new Set(ci.ids).size).toBe(2 * whole.length);
  for (const { namespace } of [one, other]) {
    const own = ci.taken.filter(({ subject }) => subject.split('/')[0] === namespace);
    expect(own.map(({ type }) => type)).toEqual(whole);
    expect(new Set(own.map(({ data }) => cdEvent.parse(data).context.chainId)).size).toBe(1);
  }
});
