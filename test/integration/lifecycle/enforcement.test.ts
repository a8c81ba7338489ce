import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';
import { type Api, connectApi, must } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

/** Generous: it ends on its condition, however busy the machine. */
const limitMs = 40_000;

let api: Api;
let sluice: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
});
afterEach(async () => {
  for (const name of ['a', 'b']) await unconfigure(name);
  await scene.close();
});
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

const configPath = (name?: string): string => apiPath(resources.keptnconfigs, 'sluice-system', name);

/** The Ready condition of a KeptnConfig of Sluice's namespace. */
async function configSays(name: string): Promise<string> {
  const answer = await api.request('GET', configPath(name));
  const config = must(resources.keptnconfigs.parse(answer.body));
  const ready = config.status?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.reason ?? ''}: ${ready?.message ?? ''}`;
}

/** Makes a KeptnConfig in Sluice's namespace and waits until it says that. */
async function configure(name: string, spec: object, says = 'InForce: in force'): Promise<void> {
  const apiVersion = 'options.keptn.sh/v1alpha1';
  const object = { apiVersion, kind: 'KeptnConfig', metadata: { name }, spec };
  const answer = await api.request('POST', configPath(), object);
  if (answer.status !== 201) throw new Error(answer.text);
  if (says !== '') await untilConfigSays(name, says);
}

function untilConfigSays(name: string, says: string): Promise<void> {
  return vi.waitFor(
    async () => {
      expect(await configSays(name)).toContain(says);
    },
    { timeout: limitMs, interval: 50 },
  );
}

async function unconfigure(name: string): Promise<void> {
  await api.request('DELETE', configPath(name));
}

/** A namespace with the definition `lint`, and annotations that say what a failed check does there. */
async function open(enforcement?: string): Promise<void> {
  scene = await Scene.open('mode', {
    labels: { 'keptn.sh/lifecycle-toolkit': 'enabled' },
    ...(enforcement === undefined ? {} : { annotations: { 'keptn.sh/enforcement': enforcement } }),
  });
  await scene.make(taskDefinition('lint'));
}

function annotateNamespace(enforcement: string | null): Promise<void> {
  return scene.patch('namespaces', scene.namespace, {
    metadata: { annotations: { 'keptn.sh/enforcement': enforcement } },
  });
}

/** Makes a KeptnAppContext with these annotations. */
function context(
  name: string,
  spec: object,
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  return scene.make({
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name, annotations },
    spec,
  });
}

/** The status of a workload's version. */
function statusOf(name: string) {
  return scene.all('keptnworkloadversions').find(({ metadata }) => metadata.name.startsWith(`${name}-`))
    ?.status;
}

function untilStatus(name: string, field: 'status' | 'preDeploymentStatus', state: string): Promise<unknown> {
  return scene.until(`${field} of ${name} is ${state}`, () => statusOf(name)?.[field] === state, limitMs);
}

function untilFree(count = 1): Promise<unknown> {
  return scene.until(
    `${count} pods are free`,
    () => scene.gates().length === count && scene.gates().flat().length === 0,
    limitMs,
  );
}

const fails = { exitCode: 1, message: 'style' };

test('in audit a pod is let go while its check still runs, and the failure is recorded as a Warning', async () => {
  await open('audit');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await untilFree();
  const [version] = scene.all('keptnworkloadversions');
  expect(version?.status?.status).not.toBe('Succeeded');
  await scene.until('the version says so', () =>
    statusOf('shop-shop')?.conditions?.some(
      ({ type, status, reason }) => type === 'Gated' && status === 'False' && reason === 'Audit',
    ),
  );
  await scene.until('and so does an Event on the pod', () =>
    scene.notes('Pod').some((note) => note.startsWith('AuditMode') && note.includes('Namespace "mode-')),
  );
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('shop-shop', 'status', 'Succeeded');
  expect(statusOf('shop-shop')?.preDeploymentStatus).toBe('Warning');
  expect(statusOf('shop-shop')?.preDeploymentTaskStatus).toMatchObject([{ status: 'Failed' }]);
});

test('in audit a pod that is made again while the check runs is let go again', async () => {
  await open('audit');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await untilFree();
  const first = scene.pods()[0]?.metadata.name ?? '';
  await scene.remove('pods', first);
  await scene.until('another took its place', () =>
    scene.pods().some(({ metadata }) => metadata.name !== first),
  );
  await scene.until(
    'it is free',
    () =>
      scene.one('pods', first) === undefined && scene.gates().length === 1 && scene.gates()[0]?.length === 0,
    limitMs,
  );
  await scene.until('the check runs', () => scene.jobsEver().length > 0, limitMs);
  expect(scene.jobsEver()).toHaveLength(1);
});

test('warn on one app lets it go on after a failed check, and its neighbour is held (Q-13)', async () => {
  await open();
  await context('lax', { preDeploymentTasks: ['lint'] }, { 'keptn.sh/enforcement': 'warn' });
  await scene.make(workload('Deployment', { name: 'free', app: 'lax', preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilFree();
  expect(scene.all('keptnappversions')[0]?.status?.preDeploymentStatus).toBe('Warning');
  await scene.make(workload('Deployment', { name: 'held', app: 'strict', preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('strict-held', 'status', 'Failed');
  expect(scene.gates().flat()).toHaveLength(1);
});

test('in warn pods wait for the end of their checks', async () => {
  await open('warn');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.until('the task runs', () => scene.jobsEver().length === 1, limitMs);
  await scene.holds('the pod is held', () => scene.isHeld(), 1500);
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilFree();
});

test('audit lets go what waits at once, also of a version that failed, and its record stays', async () => {
  await open();
  await scene.make(workload('Deployment', { name: 'broken', preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('broken-broken', 'status', 'Failed');
  await scene.make(workload('Deployment', { name: 'slow', preTasks: 'lint' }));
  await scene.until('its task runs', () => scene.jobsEver().length === 2, limitMs);
  expect(scene.isHeld(2)).toBe(true);
  await annotateNamespace('audit');
  await untilFree(2);
  expect(statusOf('broken-broken')?.status).toBe('Failed');
  expect(scene.jobsEver()).toHaveLength(2);
});

test('a version that failed stays failed under warn, and one that was warned is not failed under enforce', async () => {
  await open();
  await scene.make(workload('Deployment', { name: 'failed', preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('failed-failed', 'status', 'Failed');
  await annotateNamespace('warn');
  await scene.make(workload('Deployment', { name: 'warned', preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('warned-warned', 'status', 'Succeeded');
  await annotateNamespace('enforce');
  const pod = scene.pods().find(({ metadata }) => metadata.labels?.['run'] === 'failed');
  // Another pod of the failed version wakes it once more.
  await scene.remove('pods', pod?.metadata.name ?? '');
  await scene.until('another took its place', () => scene.pods().length === 2, limitMs);
  await scene.holds(
    'both keep what they had',
    () =>
      statusOf('failed-failed')?.status === 'Failed' &&
      statusOf('warned-warned')?.preDeploymentStatus === 'Warning',
    1500,
  );
  expect(scene.gates().flat()).toHaveLength(1);
});

test('S6: a pod template that claims audit, or any mode, is held by its failed check', async () => {
  await open();
  const claim = { 'keptn.sh/enforcement': 'audit', 'keptn.sh/observability-timeout': '1h' };
  await scene.make({
    ...workload('Deployment', { preTasks: 'lint', annotations: claim, labels: claim }),
    metadata: { name: 'shop', annotations: claim, labels: claim },
  });
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('shop-shop', 'status', 'Failed');
  await scene.holds('the pod is held', () => scene.isHeld(), 1500);
});

test('S6: a workload that names an app in audit that does not list it is held', async () => {
  await open();
  await scene.make({
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnApp',
    metadata: { name: 'lax', annotations: { 'keptn.sh/enforcement': 'audit' } },
    spec: { version: '1', workloads: [{ name: 'member', version: '1.0.0' }] },
  });
  await scene.make(workload('Deployment', { name: 'member', app: 'lax', preTasks: 'lint' }));
  await untilFree();
  await scene.make(workload('Deployment', { name: 'stranger', app: 'lax', preTasks: 'lint' }));
  await scene.until('its version is there', () => statusOf('lax-stranger'), limitMs);
  await scene.holds('its pod is held', () => scene.gates().flat().length === 1, 1500);
});

test('a KeptnConfig in a namespace of its own has no effect there and says where to put it (Q-40)', async () => {
  await open();
  const apiVersion = 'options.keptn.sh/v1alpha1';
  await scene.make({
    apiVersion,
    kind: 'KeptnConfig',
    metadata: { name: 'a' },
    spec: { blockDeployment: false },
  });
  const ready = await scene.until(
    'it says so',
    () => scene.one('keptnconfigs', 'a')?.status?.conditions?.find(({ type }) => type === 'Ready'),
    limitMs,
  );
  expect(ready).toMatchObject({ status: 'False', reason: 'NoEffect' });
  expect(ready.message).toContain('create it in "sluice-system"');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('shop-shop', 'status', 'Failed');
  expect(scene.isHeld()).toBe(true);
});

test('of several KeptnConfigs the first by name counts, and the deletion of the last restores the defaults (Q-40)', async () => {
  await open();
  await configure('b', { blockDeployment: false });
  await configure('a', {});
  await untilConfigSays('b', 'NoEffect: has no effect: of several KeptnConfigs');
  await unconfigure('a');
  await untilConfigSays('b', 'InForce: in force: failed checks are warnings (warn)');
  await scene.make(workload('Deployment', { name: 'one', preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilFree();
  await scene.make(workload('Deployment', { name: 'two', preTasks: 'lint' }));
  await scene.until('its task runs', () => scene.jobsEver().length === 2, limitMs);
  await unconfigure('b');
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('two-two', 'status', 'Failed');
  expect(scene.gates().flat()).toHaveLength(1);
});

test('L4: a KeptnConfig that cannot be read leaves the defaults in force, which hold, and an Event says so (Q-9)', async () => {
  await open();
  const file = 'manifests/crds/keptnconfigs.options.keptn.sh.yaml';
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/keptnconfigs.options.keptn.sh';
  const [crd] = must(parseYamlDocuments(readFileSync(file, 'utf8')));
  const strict = z.looseObject({ apiVersion: z.string() }).parse(crd?.object);
  // As Keptn's CRD, which admits what is no duration.
  const lax = z
    .looseObject({})
    .parse(
      JSON.parse(
        JSON.stringify(strict).replaceAll(/"rule":"self\.matches\('\^\(0[^"]*"/g, '"rule":"self == self"'),
      ),
    );
  must(await api.client.apply(path, lax, 'test'));
  onTestFinished(async () => {
    must(await api.client.apply(path, strict, 'test'));
  });
  const spec = { blockDeployment: false, observabilityTimeout: '0garbage' };
  await vi.waitFor(() => configure('a', spec, ''), { timeout: limitMs, interval: 200 });
  await untilToldIn('sluice-system', 'a', 'Unreadable: cannot be read (spec.observabilityTimeout');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('shop-shop', 'status', 'Failed');
  expect(scene.isHeld()).toBe(true);
});

test.for(['None', 'Stricter'] as const)(
  'overrides %s: a namespace that asks for audit is not heard, is told, and its pods are held',
  async (overrides) => {
    await configure('a', { overrides });
    await open('audit');
    await scene.make(workload('Deployment', { preTasks: 'lint' }));
    await scene.until('the task runs', () => scene.jobsEver().length === 1, limitMs);
    await scene.holds('the pod is held', () => scene.isHeld(), 1500);
    await untilNamespaceIsTold(`SettingIgnored: keptn.sh/enforcement: "audit" has no effect`);
    await unconfigure('a');
    await untilFree();
  },
);

test('a mode that is none holds, and the namespace is told what to write', async () => {
  await configure('a', { blockDeployment: false });
  await open('off');
  await untilNamespaceIsTold('InvalidSetting: keptn.sh/enforcement: "off" is not a mode');
  await scene.make(workload('Deployment', { preTasks: 'lint' }));
  await scene.endTask('lint', fails, 'pre', limitMs);
  await untilStatus('shop-shop', 'status', 'Failed');
  expect(scene.isHeld()).toBe(true);
});

test('the rollout of one app may take as long as its own timeout says', async () => {
  await open();
  await context('brief', {}, { 'keptn.sh/observability-timeout': '1s' });
  await scene.make(workload('Deployment', { app: 'brief', stuck: true }));
  await scene.make(workload('Deployment', { name: 'other', stuck: true }));
  await untilStatus('brief-shop', 'status', 'Failed');
  const ready = statusOf('brief-shop')?.conditions?.find(({ type }) => type === 'Ready');
  expect(ready?.message).toContain('keptn.sh/observability-timeout of KeptnAppContext "brief"');
  expect(statusOf('other-other')?.status).toBe('Progressing');
});

test('a default context gives its checks to apps that leave them out, and an empty list overrides', async () => {
  await open();
  const mark = { 'keptn.sh/default-context': 'true' };
  await context('defaults', { preDeploymentTasks: ['lint'], metadata: { stage: 'dev' } }, mark);
  await context('second', { preDeploymentTasks: ['other'] }, mark);
  await context('own', { preDeploymentTasks: [] });
  await scene.until(
    'the second default says that it does not count',
    () =>
      scene
        .one('keptnappcontexts', 'second')
        ?.status?.conditions?.some(
          ({ status, message }) => status === 'False' && message.includes('which is "defaults"'),
        ),
    limitMs,
  );
  await scene.make(workload('Deployment', { name: 'given' }));
  await scene.make(workload('Deployment', { name: 'own' }));
  await scene.until(
    'the app with a list of its own is free',
    () => statusOf('own-own')?.status === 'Succeeded',
    limitMs,
  );
  const specs = () => scene.all('keptnappversions').map(({ spec }) => spec);
  expect(specs().find(({ appName }) => appName === 'own')).toMatchObject({
    preDeploymentTasks: [],
    metadata: { stage: 'dev' },
  });
  expect(scene.gates().flat()).toHaveLength(1);
  await scene.endTask('lint', { exitCode: 0 }, 'pre', limitMs);
  await untilFree(2);
  expect(specs().find(({ appName }) => appName === 'given')?.preDeploymentTasks).toEqual(['lint']);
});

/** Waits for an Event on the scene's Namespace that begins so; these are kept in the namespace "default". */
function untilNamespaceIsTold(text: string): Promise<void> {
  return untilToldIn('default', scene.namespace, text);
}

/** Waits for an Event in a namespace about an object of that name. */
async function untilToldIn(namespace: string, name: string, text: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const path = apiPath(resources.events, namespace);
      const notes: string[] = [];
      must(
        await api.client.list(path, {
          onItem: (item) => {
            const { regarding, reason, note } = must(resources.events.parse(item));
            if (regarding?.name === name) notes.push(`${reason ?? ''}: ${note ?? ''}`);
          },
        }),
      );
      expect(notes.join('\n')).toContain(text);
    },
    { timeout: limitMs, interval: 100 },
  );
}
