import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import type { KeptnAppVersion } from '../../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { installConfiguration } from './setup/install.ts';
import { type Sluice, startSluice } from './sluice.ts';

const patience = 60_000;
const registration = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/sluice';

let api: Api;
let sluice: Sluice;
const scenes: Scene[] = [];

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
}, 120_000);
afterEach(() => Promise.all(scenes.splice(0).map((scene) => scene.close())));
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

async function open(prefix: string): Promise<Scene> {
  const scene = await Scene.open(prefix);
  scenes.push(scene);
  return scene;
}

interface DependsOn {
  readonly app: string;
  readonly namespace?: string;
  readonly version?: string;
}

/** An app without workloads, released as soon as nothing holds it. */
function app(name: string, version: string, dependsOn?: readonly DependsOn[]): KubeObject {
  const spec = { version, ...(dependsOn === undefined ? {} : { dependsOn }) };
  return { apiVersion: 'lifecycle.keptn.sh/v1', kind: 'KeptnApp', metadata: { name }, spec };
}

function context(name: string, spec: object): KubeObject {
  return { apiVersion: 'lifecycle.keptn.sh/v1', kind: 'KeptnAppContext', metadata: { name }, spec };
}

/** The version object of an app at that version, as long as it is none that made way. */
function versionOf(scene: Scene, name: string, version: string): KeptnAppVersion | undefined {
  return scene
    .all('keptnappversions')
    .find(
      ({ spec, status }) =>
        spec.appName === name && spec.version === version && status?.status !== 'Deprecated',
    );
}

function isReleased(scene: Scene, name: string, version: string): boolean {
  return versionOf(scene, name, version)?.status?.status === 'Succeeded';
}

/** Waits until an app, such as `web 1.0`, says for that reason, in these words, why it does not begin. */
function untilHeld(scene: Scene, which: string, reason: string, words: string): Promise<string> {
  const [name = '', version = ''] = which.split(' ');
  return scene.until(
    `app ${which} is held: ${reason}: ${words}`,
    () => {
      const { status } = versionOf(scene, name, version) ?? {};
      if (status?.status !== 'Pending' || status.currentPhase) return undefined;
      const ready = status.conditions?.find(({ type }) => type === 'Ready');
      return ready?.reason === reason && ready.message.includes(words) ? ready.message : undefined;
    },
    patience,
  );
}

/** When that was seen first. */
function seenAt(scene: Scene, what: RegExp, name: string): number {
  const seen = scene.sightings.find((one) => one.name === name && what.test(JSON.stringify(one.object)));
  return seen?.atMs ?? Number.NaN;
}

test('an app waits for one of another namespace and begins when that is released, its pods with it (L1, L2)', {
  timeout: 180_000,
}, async () => {
  const [data, shop] = [await open('data'), await open('shop')];
  await shop.make(context('web', { dependsOn: [{ app: 'db', namespace: data.namespace, version: '^1.2' }] }));
  await shop.make(workload('Deployment', { name: 'web', version: '7' }));
  const missing = `app "db" in namespace "${data.namespace}" is missing`;
  await untilHeld(shop, 'web 7', 'WaitingForDependency', missing);
  await shop.until(
    'the pod says it',
    () => shop.notes('Pod').find((note) => note.includes(missing)),
    patience,
  );
  expect(shop.notes('KeptnAppVersion').find((note) => note.startsWith('WaitingForDependency'))).toContain(
    missing,
  );

  await data.make(taskDefinition('migrate'));
  await data.make(context('db', { preDeploymentTasks: ['migrate'] }));
  await data.make(workload('StatefulSet', { name: 'db', version: '1.3.0' }));
  await untilHeld(shop, 'web 7', 'WaitingForDependency', 'of version 1.3.0 is in phase AppPreDeployTasks');
  expect(shop.isHeld()).toBe(true);
  await data.endTask('migrate', { exitCode: 0 }, 'pre', patience);
  await shop.until('the pod is let go', () => shop.gates()[0]?.length === 0, patience);
  await shop.until('the app is released', () => isReleased(shop, 'web', '7'), patience);
  expect(isReleased(data, 'db', '1.3.0')).toBe(true);
  const first = versionOf(data, 'db', '1.3.0')?.metadata.name ?? '';
  const second = versionOf(shop, 'web', '7')?.metadata.name ?? '';
  const begun = seenAt(shop, /"currentPhase":"\w+"/, second);
  expect(begun).toBeGreaterThan(seenAt(data, /"currentPhase":"AppDeploy"/, first));
});

test('a version out of range is waited for until one in range is released', {
  timeout: 120_000,
}, async () => {
  const scene = await open('range');
  await scene.make(app('db', '1.9.0'));
  await scene.make(app('web', '1', [{ app: 'db', version: '>=2' }]));
  await untilHeld(scene, 'web 1', 'WaitingForDependency', 'is at version 1.9.0, which does not satisfy >=2');
  await scene.patch('keptnapps', 'db', { spec: { version: '2.0.0-rc1' } });
  await scene.until('it begins', () => isReleased(scene, 'web', '1'), patience);

  // What has begun and what was released stay so; the next version is held again.
  await scene.remove('keptnapps', 'db');
  await scene.patch('keptnapps', 'web', { spec: { version: '2' } });
  await untilHeld(scene, 'web 2', 'WaitingForDependency', 'is missing');
  expect(isReleased(scene, 'web', '1')).toBe(true);
});

test('a dependency that failed holds its dependents, and says in which phase', {
  timeout: 120_000,
}, async () => {
  const scene = await open('failed');
  await scene.make(taskDefinition('migrate'));
  await scene.make(context('db', { preDeploymentTasks: ['migrate'] }));
  await scene.make(app('web', '1', [{ app: 'db' }]));
  await scene.make(app('db', '1'));
  await scene.endTask('migrate', { exitCode: 1 }, 'pre', patience);
  await untilHeld(scene, 'web 1', 'WaitingForDependency', 'has failed in phase AppPreDeployTasks');
});

test('a change that would close a cycle is refused with the cycle, and so is what cannot be meant', {
  timeout: 120_000,
}, async () => {
  const [data, shop] = [await open('data'), await open('shop')];
  await untilAsked(shop);
  await data.make(app('db', '1', [{ app: 'queue' }]));
  await data.make(context('queue', { dependsOn: [{ app: 'web', namespace: shop.namespace }] }));
  const closing = app('web', '1', [{ app: 'db', namespace: data.namespace }]);
  const cycle = `${shop.namespace}/web → ${data.namespace}/db → ${data.namespace}/queue → ${shop.namespace}/web`;
  // The webhook knows the others once its cache does.
  await vi.waitFor(async () => {
    const answer = await shop.tryMake(closing, '?dryRun=All');
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(cycle);
  }, patience);
  await shop.make(app('web', '1'));
  const patched = await api.request('PATCH', shop.at('keptnapps', 'web'), closing);
  expect(patched.status).toBe(422);
  expect(patched.text).toContain(cycle);

  for (const [dependsOn, words] of [
    [[{ app: 'other' }], 'names the app itself'],
    [[{ app: 'db', version: 'latest' }], 'version is not a range of versions'],
    [[{ app: 'db' }, { app: 'db', version: '1' }], 'names an app twice'],
    [[{ app: 'db' }, { app: 'db', namespace: shop.namespace }], 'names an app twice'],
  ] as const) {
    const answer = await shop.tryMake(app('other', '1', dependsOn), '?dryRun=All');
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(words);
  }
  // Every shape of range that is read is admitted, so that the two never differ.
  for (const version of ['>=1.2 <3', '^1.2.3', '~1.2', '1.x || 3.*', '1.2 - 2.3', '>= v1.0.0-rc.1+b7', '*'])
    expect((await shop.tryMake(app('other', '1', [{ app: 'db', version }]), '?dryRun=All')).status).toBe(201);
});

test('a cycle that slipped in stalls its apps, and opening it lets them go on', {
  timeout: 120_000,
}, async () => {
  const scene = await open('cycle');
  await api.request('DELETE', registration);
  try {
    await vi.waitFor(async () => {
      const self = await scene.tryMake(app('probe', '1', [{ app: 'probe' }]), '?dryRun=All');
      expect(self.status).toBe(201);
    }, patience);
    await scene.make(app('a', '1', [{ app: 'b' }]));
    await scene.make(app('b', '1', [{ app: 'a' }]));
    const { namespace } = scene;
    await untilHeld(scene, 'a 1', 'DependencyCycle', `${namespace}/a → ${namespace}/b → ${namespace}/a`);
    await untilHeld(scene, 'b 1', 'DependencyCycle', `${namespace}/b → ${namespace}/a → ${namespace}/b`);
    const stalled = versionOf(scene, 'a', '1')?.status?.conditions?.find(({ type }) => type === 'Stalled');
    expect(stalled?.status).toBe('True');
    const said = () => scene.notes('KeptnAppVersion').filter((note) => note.startsWith('DependencyCycle'));
    await scene.until('an Event on each says it', () => said().length === 2, patience);
    await scene.patch('keptnapps', 'b', { spec: { dependsOn: null } });
    await scene.until(
      'both go on',
      () => isReleased(scene, 'a', '1') && isReleased(scene, 'b', '1'),
      patience,
    );
  } finally {
    await sluice.stop();
    await installConfiguration(api);
    sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
  }
});

const waves = { db: '0', api: '1', web: '2' } as const;

/** Three Deployments of one app that discovery finds together, each with a check after its rollout. */
async function makeWaves(scene: Scene): Promise<void> {
  for (const name of Object.keys(waves)) await scene.make(taskDefinition(`smoke-${name}`));
  const named = Object.entries(waves).map(([name, wave]) => {
    const object = workload('Deployment', { name, app: 'mall', postTasks: `smoke-${name}` });
    // On the owner, as a user may, so that it has to be copied to the pods.
    return { ...object, metadata: { ...object.metadata, annotations: { 'keptn.sh/wave': wave } } };
  });
  await Promise.all(named.map((object) => scene.make(object)));
  await scene.until('three pods are there', () => scene.pods().length === 3, patience);
}

function workloadVersion(scene: Scene, name: string) {
  return scene.all('keptnworkloadversions').find(({ spec }) => spec.workloadName === `mall-${name}`);
}

function waitsFor(scene: Scene, name: string, words: string): boolean {
  const ready = workloadVersion(scene, name)?.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.reason === 'WaitingForWave' && ready.message.includes(words);
}

test('workloads of one app begin wave by wave, each after the checks of the one below (L1, L2)', {
  timeout: 240_000,
}, async () => {
  const scene = await open('waves');
  await makeWaves(scene);
  await scene.until(
    'web waits for both',
    () => waitsFor(scene, 'web', '"api" of wave 1 is Pending'),
    patience,
  );
  expect(workloadVersion(scene, 'web')?.spec.wave).toBe(2);
  await scene.endTask('smoke-db', { exitCode: 0 }, 'post', patience);
  await scene.until(
    'api rolls out',
    () => waitsFor(scene, 'web', '"api" of wave 1 is in phase Work'),
    patience,
  );
  await scene.endTask('smoke-api', { exitCode: 0 }, 'post', patience);
  await scene.endTask('smoke-web', { exitCode: 0 }, 'post', patience);
  await scene.until(
    'the app is released',
    () => scene.all('keptnappversions').some(({ status }) => status?.status === 'Succeeded'),
    patience,
  );
  expect(scene.notes('Pod').some((note) => note.startsWith('WaitingForWave: wave 2 of app version'))).toBe(
    true,
  );

  // Of each wave: its gate was lifted after the wave below had succeeded, by the order in which etcd took the writes.
  const lifted = Object.keys(waves).map((name) =>
    revisionOf(
      scene,
      'pods',
      (text) => text.includes(`"run":"${name}"`) && text.includes('scheduling-gate-removed'),
    ),
  );
  const succeeded = Object.keys(waves).map((name) =>
    revisionOf(
      scene,
      'keptnworkloadversions',
      (text) => text.includes(`"workloadName":"mall-${name}"`) && text.includes('"currentPhase":"Completed"'),
    ),
  );
  const order = [lifted[0], succeeded[0], lifted[1], succeeded[1], lifted[2], succeeded[2]].map(Number);
  expect(order.every(Number.isFinite)).toBe(true);
  expect(order).toEqual(order.toSorted((a, b) => a - b));

  // One workload alone, with the lower ones unchanged and released, waits for nobody.
  const template = { metadata: { annotations: { 'keptn.sh/version': '1.0.1' } } };
  const answer = await api.request('PATCH', scene.at('deployments', 'web'), { spec: { template } });
  expect(answer.status).toBe(200);
  await scene.until(
    'its new version rolls out',
    () => {
      const version = workloadVersion(scene, 'web');
      const all = scene
        .all('keptnworkloadversions')
        .filter(({ spec }) => spec.workloadName === version?.spec.workloadName);
      return all.some(
        ({ spec, status }) =>
          spec.version === '1.0.1' && status?.currentPhase?.startsWith('WorkloadPostDeploy'),
      );
    },
    patience,
  );
});

test('a lower wave that failed holds the higher ones, and is named as the reason', {
  timeout: 180_000,
}, async () => {
  const scene = await open('waves');
  await makeWaves(scene);
  await scene.endTask('smoke-db', { exitCode: 1 }, 'post', patience);
  for (const name of ['api', 'web'])
    await scene.until(
      `${name} is held`,
      () => waitsFor(scene, name, '"db" of wave 0 has failed in phase WorkloadPostDeployTasks'),
      patience,
    );
  const held = () =>
    scene.gates().filter((gates) => gates.length > 0).length === 2 && scene.jobsEver().length === 1;
  await scene.holds('nothing of the higher waves starts', held, 3000);
});

test('a wave that is no whole number counts as 0', async () => {
  const scene = await open('waves');
  await scene.make(workload('ReplicaSet', { name: 'odd', replicas: 0 }));
  const set = await scene.until('the ReplicaSet is there', () => scene.one('replicasets', 'odd'), patience);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'odd', uid: set.metadata.uid ?? '' };
  const annotations = { 'keptn.sh/workload': 'odd', 'keptn.sh/version': '1', 'keptn.sh/wave': 'first' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'odd-1', annotations, ownerReferences: [{ ...owner, controller: true }] },
    spec: { containers: [{ name: 'main', image: 'registry.example/shop:1' }] },
  };
  await scene.make(pod);
  const made = await scene.until('its workload is there', () => scene.all('keptnworkloads')[0], patience);
  expect(made.spec.wave).toBeUndefined();
});

/** The first resourceVersion of an object of which that is true. */
function revisionOf(
  scene: Scene,
  resource: 'pods' | 'keptnworkloadversions',
  look: (text: string) => boolean,
): number {
  const seen = scene.sightings.find((one) => one.resource === resource && look(JSON.stringify(one.object)));
  const [, revision] = /"resourceVersion":"(\d+)"/.exec(JSON.stringify(seen?.object)) ?? [];
  return Number(revision ?? Number.NaN);
}

/** The API server asks about dependencies once its registration has the CA and it has heard of it. */
async function untilAsked(scene: Scene): Promise<void> {
  await vi.waitFor(async () => {
    const answer = await scene.tryMake(app('probe', '1', [{ app: 'probe' }]), '?dryRun=All');
    expect(answer.text).toContain('names the app itself');
  }, patience);
}
