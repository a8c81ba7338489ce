import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { KeptnAppVersion } from '../../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, type WorkloadOptions, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

const patienceMs = 60_000;
const five = ['a', 'b', 'c', 'd', 'e'];
const appPath = 'keptnapps';
const managedBy = 'app.kubernetes.io/managed-by';

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

test('five Deployments that are applied one after the other make one app version (Q-34)', {
  timeout: 120_000,
}, async () => {
  scene = await Scene.open('apps');
  for (const name of five) {
    await scene.make(workload('Deployment', { name, app: 'mall' }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  await appIsThrough(1);
  expect(listed('mall')).toEqual(five.map((name) => `${name} 1.0.0`));

  // One alone, then all of them, then more and other pods of what is there.
  await release({ name: 'c', app: 'mall', version: '2.0.0' });
  await appIsThrough(2);
  expect(listed('mall')[2]).toBe('c 2.0.0');
  for (const name of five) await release({ name, app: 'mall', version: '3.0.0' });
  await appIsThrough(3);
  expect(listed('mall')).toEqual(five.map((name) => `${name} 3.0.0`));
  await scene.patch('deployments', 'a', { spec: { replicas: 3 } });
  const [pod] = scene.pods().filter(({ metadata }) => metadata.labels?.['run'] === 'b');
  await scene.remove('pods', pod?.metadata.name ?? '');
  await scene.until('there are seven pods, none held', () => {
    const gates = scene.gates();
    return gates.length === 7 && gates.flat().length === 0;
  });
  await scene.holds('no app version comes of pods', () => appVersionsEver().length === 3, 4000);
  expect(await requestsLeft()).toBe(0);
});

test('a workload that goes is dropped from its app, and the app goes with the last one (Q-38)', {
  timeout: 120_000,
}, async () => {
  scene = await Scene.open('apps');
  for (const name of ['a', 'b', 'c']) await scene.make(workload('Deployment', { name, app: 'mall' }));
  await appIsThrough(1);
  await scene.remove('deployments', 'b');
  await scene.until('b is dropped', () => listed('mall').join() === 'a 1.0.0,c 1.0.0', patienceMs);
  await appIsThrough(2);
  await scene.remove('deployments', 'a');
  await scene.remove('deployments', 'c');
  await scene.until('the app is gone', () => scene.all('keptnapps').length === 0, patienceMs);
  await scene.until('nothing of it is left', () => left() === 0, patienceMs);
  expect(appVersionsEver()).toHaveLength(2);

  await scene.make(workload('Deployment', { name: 'a', app: 'mall' }));
  await scene.until('it is found again', () => listed('mall').join() === 'a 1.0.0', patienceMs);
  await scene.until('its pod starts', () => scene.gates()[0]?.length === 0, patienceMs);
});

test('a second workload joins an app of one', { timeout: 120_000 }, async () => {
  scene = await Scene.open('apps');
  await scene.make(workload('Deployment', { name: 'cart', labels: { 'app.kubernetes.io/part-of': 'cart' } }));
  await appIsThrough(1);
  expect(scene.one('keptnapps', 'cart')?.spec.version).toBe('1.0.0');
  await scene.make(
    workload('Deployment', { name: 'stock', labels: { 'app.kubernetes.io/part-of': 'cart' } }),
  );
  await appIsThrough(2);
  expect(listed('cart')).toEqual(['cart 1.0.0', 'stock 1.0.0']);
  expect(scene.gates()).toEqual([[], []]);
});

test('an app that a user takes over mid-release is left alone until it is handed back', {
  timeout: 120_000,
}, async () => {
  scene = await Scene.open('apps');
  await scene.make(taskDefinition('lint'));
  const shop = { name: 'shop', preTasks: 'lint' };
  await scene.make(workload('Deployment', shop));
  await scene.until('the check runs', () => scene.jobsEver().length === 1, patienceMs);
  await scene.patch(appPath, 'shop', { metadata: { labels: { [managedBy]: 'Helm' } } });
  await scene.endTask('lint');
  await appIsThrough(1);

  await release({ ...shop, version: '2.0.0' });
  await scene.until('a pod waits', () => heldPods() === 1, patienceMs);
  await scene.holds('the app stays as the user left it', () => listed('shop').join() === 'shop 1.0.0', 4000);
  // Other letters than the objects carry.
  await scene.patch(appPath, 'shop', {
    spec: { version: '2.0.0-RC1', workloads: [{ name: 'SHOP', version: '2.0.0' }] },
  });
  await scene.endTask('lint');
  await appIsThrough(2);

  await release({ ...shop, version: '3.0.0' });
  await scene.until('a pod of the third version waits', () => heldPods() === 1, patienceMs);
  await scene.patch(appPath, 'shop', { metadata: { labels: { [managedBy]: 'keptn' } } });
  await scene.until('discovery has it again', () => listed('shop').join() === 'shop 3.0.0', patienceMs);
  await scene.endTask('lint');
  await appIsThrough(3);
  expect(scene.gates()).toEqual([[]]);
  await scene.patch(appPath, 'shop', { metadata: { labels: { [managedBy]: null } } });
  await scene.remove('deployments', 'shop');
  await scene.until('the workload is gone', () => scene.all('keptnworkloads').length === 0, patienceMs);
  await scene.holds("a user's app is never deleted", () => scene.all('keptnapps').length === 1, 4000);
});

test('a KeptnApp that lists its workloads in other letters is understood (Q-19)', async () => {
  scene = await Scene.open('apps');
  await scene.make(keptnApp('mall', '1', [{ name: 'My_Svc', version: '1.0.0-RC1' }]));
  const annotations = { 'keptn.sh/workload': 'My_Svc' };
  await scene.make(workload('Deployment', { name: 'svc', annotations, app: 'mall', version: '1.0.0-RC1' }));
  await appIsThrough(1);
  expect(scene.gates()).toEqual([[]]);
  expect(scene.one('keptnapps', 'mall')?.spec.workloads).toEqual([{ name: 'My_Svc', version: '1.0.0-RC1' }]);
});

test('apps of equal names in two namespaces know nothing of each other', { timeout: 120_000 }, async () => {
  scene = await Scene.open('apps');
  const other = await Scene.open('apps');
  for (const one of [scene, other]) {
    await one.make(taskDefinition('lint'));
    await one.make(workload('Deployment', { name: 'shop', app: 'mall', preTasks: 'lint' }));
  }
  await scene.endTask('lint', { exitCode: 1 }, 'pre', patienceMs);
  await scene.until(
    'this one failed',
    () => scene.all('keptnappversions')[0]?.status?.status === 'Failed',
    patienceMs,
  );
  await other.endTask('lint', { exitCode: 0 }, 'pre', patienceMs);
  await other.until(
    'that one is through',
    () => other.all('keptnappversions')[0]?.status?.status === 'Succeeded',
    patienceMs,
  );
  expect(scene.isHeld()).toBe(true);
  expect(other.gates()).toEqual([[]]);
  const names = [scene, other].map((one) => one.all('keptnappversions').map(({ metadata }) => metadata.name));
  expect(names[0]).toEqual(names[1]);
  await other.close();
});

test('a replaced version lets its running check end, and what it released may start again (Q-37)', {
  timeout: 120_000,
}, async () => {
  scene = await Scene.open('apps');
  await scene.make(taskDefinition('lint'));
  await scene.make(taskDefinition('smoke'));
  const shop = { name: 'shop', preTasks: 'lint', postTasks: 'smoke' };
  await scene.make(workload('Deployment', shop));
  await scene.endTask('lint');
  await scene.until('the check after the rollout runs', () => scene.jobsEver().length === 2, patienceMs);
  await release({ ...shop, version: '2.0.0' });
  await scene.until('a pod of the second version is held', () => heldPods() === 1, patienceMs);
  const first = await scene.until(
    'the first version makes way',
    () => scene.all('keptnworkloadversions').find(({ status }) => status?.status === 'Deprecated'),
    patienceMs,
  );
  expect(first.status?.endTime).toBeDefined();
  await scene.endTask('smoke', { exitCode: 1 }, 'post', patienceMs);
  await scene.until(
    'how its check ended is recorded (Q-46)',
    () => {
      const { status } = scene.one('keptnworkloadversions', first.metadata.name) ?? {};
      return status?.status === 'Deprecated' && status.postDeploymentTaskStatus?.[0]?.status === 'Failed';
    },
    patienceMs,
  );

  const old = scene.pods().find(({ spec }) => (spec.schedulingGates ?? []).length === 0);
  await scene.remove('pods', old?.metadata.name ?? '');
  await scene.until(
    'the evicted pod of the first version runs again',
    () => {
      const running = scene
        .pods()
        .filter(
          ({ metadata, spec }) =>
            metadata.annotations?.['keptn.sh/version'] === '1.0.0' && spec.nodeName !== undefined,
        );
      return running.some(({ metadata }) => metadata.name !== old?.metadata.name);
    },
    patienceMs,
  );
  expect(heldPods()).toBe(1);
  expect(scene.all('keptnworkloads')[0]?.spec.version).toBe('2.0.0');
});

test.for(['keptnapps', 'keptnappversions', 'keptnworkloads', 'keptnworkloadversions'] as const)(
  'a release goes on after its %s were deleted',
  { timeout: 120_000 },
  async (resource) => {
    scene = await Scene.open('apps');
    await scene.make(taskDefinition('lint'));
    await scene.make(workload('Deployment', { preTasks: 'lint' }));
    await scene.until('the check runs', () => scene.jobsEver().length === 1, patienceMs);
    const [object] = scene.all(resource);
    await scene.remove(resource, object?.metadata.name ?? '');
    await scene.until(
      'it is made again',
      () => {
        const uid = scene.all(resource)[0]?.metadata.uid;
        return uid !== undefined && uid !== object?.metadata.uid;
      },
      patienceMs,
    );
    await endEveryTask('lint');
    await scene.until(
      'the app version is through',
      () => scene.all('keptnappversions').some(isThrough),
      patienceMs,
    );
    expect(scene.gates()).toEqual([[]]);
  },
);

test('finished versions beyond the limit are removed, and those in use are not', {
  timeout: 300_000,
}, async () => {
  scene = await Scene.open('apps');
  const config = '/apis/options.keptn.sh/v1alpha1/namespaces/sluice-system/keptnconfigs';
  const body = {
    apiVersion: 'options.keptn.sh/v1alpha1',
    kind: 'KeptnConfig',
    metadata: { name: 'history' },
    spec: { versionHistoryLimit: 2 },
  };
  await api.request('POST', config, body);
  try {
    await scene.make(workload('Deployment', { version: '1.0.0' }));
    await appIsThrough(1);
    for (const n of [2, 3, 4, 5]) {
      await release({ version: `${n}.0.0` });
      await appIsThrough(n);
    }
    await scene.until(
      'two versions of each are left',
      () => {
        const versions = [...scene.all('keptnworkloadversions'), ...scene.all('keptnappversions')];
        return (
          versions.length === 4 && versions.every(({ spec }) => ['4.0.0', '5.0.0'].includes(spec.version))
        );
      },
      patienceMs,
    );
    expect(scene.gates()).toEqual([[]]);
  } finally {
    await api.request('DELETE', `${config}/history`);
  }
});

function isThrough({ status }: KeptnAppVersion): boolean {
  return status?.status === 'Succeeded';
}

function appVersionsEver(): string[] {
  const seen = scene.sightings.filter(({ resource }) => resource === 'keptnappversions');
  return [...new Set(seen.map(({ uid }) => uid))];
}

/** Waits until the newest app version has succeeded, and sees that there were so many ever. */
async function appIsThrough(count: number): Promise<void> {
  await scene.until(
    `app version ${count} is through`,
    () => {
      const ever = appVersionsEver();
      const newest = scene.all('keptnappversions').find(({ metadata }) => metadata.uid === ever.at(-1));
      return ever.length >= count && newest !== undefined && isThrough(newest);
    },
    patienceMs,
  );
  expect(appVersionsEver()).toHaveLength(count);
}

function listed(app: string): string[] {
  return (scene.one('keptnapps', app)?.spec.workloads ?? []).map(({ name, version }) => `${name} ${version}`);
}

function heldPods(): number {
  return scene.gates().filter((gates) => gates.length > 0).length;
}

async function release(options: WorkloadOptions): Promise<void> {
  const { spec } = workload('Deployment', options);
  await scene.patch('deployments', options.name ?? 'shop', { spec });
}

async function requestsLeft(): Promise<number> {
  await scene.until(
    'no request is left',
    () => scene.all('keptnappcreationrequests').length === 0,
    patienceMs,
  );
  return scene.all('keptnappcreationrequests').length;
}

function left(): number {
  const ours = [
    'keptnapps',
    'keptnappversions',
    'keptnworkloads',
    'keptnworkloadversions',
    'keptntasks',
  ] as const;
  return ours.flatMap((resource) => scene.all(resource)).length;
}

/** Ends each task of the definition until the pod is let go. One that lost its owner goes by itself, maybe just now. */
async function endEveryTask(definition: string): Promise<void> {
  const isOpen = () => scene.gates().flat().length === 0;
  for (let attempt = 0; attempt < 10 && !isOpen(); attempt += 1) {
    await scene.endTask(definition, { exitCode: 0 }, 'pre', 10_000).catch(() => undefined);
    await scene.until('the pod is let go', isOpen, 3000).catch(() => undefined);
  }
}

function keptnApp(name: string, version: string, workloads: readonly unknown[]): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnApp',
    metadata: { name },
    spec: { version, workloads },
  };
}
