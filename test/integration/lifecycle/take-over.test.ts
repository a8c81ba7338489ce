import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { besideKeptn, findKeptn, isActive } from '../../../scripts/install/keptn.ts';
import type { Kubectl } from '../../../scripts/install/kubectl.ts';
import {
  copyLibrary,
  labelNamespaces,
  removeRegistrations,
  stopOperators,
} from '../../../scripts/install/take-over.ts';
import { z } from '../../../src/api/schema.ts';
import {
  canHaveOwnCluster,
  type KeptnCluster,
  startKeptnCluster,
  takeOverDefinitions,
} from './keptn-cluster.ts';
import { taskDefinition } from './manifests.ts';

const operatorLabels = { 'control-plane': 'lifecycle-operator', 'app.kubernetes.io/instance': 'keptn' };
const operator = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'lifecycle-operator', namespace: 'keptn-system', labels: operatorLabels },
  spec: {
    replicas: 1,
    selector: { matchLabels: operatorLabels },
    template: {
      metadata: { labels: operatorLabels },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'lifecycle-operator', image: 'ghcr.io/keptn/lifecycle-operator:v2.0.0' }],
      },
    },
  },
};
const service = { name: 'lifecycle-webhook-service', namespace: 'keptn-system' };
const admission = { admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail' };
const mutating = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'lifecycle-mutating-webhook-configuration', labels: { 'keptn.sh/inject-cert': 'true' } },
  webhooks: [
    {
      ...admission,
      name: 'mpod.keptn.sh',
      clientConfig: { service: { ...service, path: '/mutate-v1-pod' } },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
      ],
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['keptn-system', 'kube-system'] },
        ],
      },
    },
  ],
};
const validating = {
  ...mutating,
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'lifecycle-validating-webhook-configuration' },
  webhooks: [
    {
      ...admission,
      name: 'vkeptntaskdefinition.kb.io',
      clientConfig: { service: { ...service, path: '/validate-lifecycle-keptn-sh-v1-keptntaskdefinition' } },
      rules: [
        {
          apiGroups: ['lifecycle.keptn.sh'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['keptntaskdefinitions'],
        },
      ],
    },
  ],
};

/** Objects from the days of the early versions. */
const earlyApp = {
  apiVersion: 'lifecycle.keptn.sh/v1alpha1',
  kind: 'KeptnApp',
  metadata: { name: 'old', namespace: 'default' },
  spec: { version: '0.1.0', workloads: [{ name: 'a', version: '1' }], preDeploymentTasks: ['announce'] },
};
const earlyDefinition = {
  apiVersion: 'lifecycle.keptn.sh/v1alpha3',
  kind: 'KeptnTaskDefinition',
  metadata: { name: 'old', namespace: 'default' },
  spec: { function: { inline: { code: 'Deno.exit(0)' } } },
};

async function create(kubectl: Kubectl, ...objects: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl.do('objects', ['create', '-f', '-'], list);
}

async function read<T>(kubectl: Kubectl, schema: z.ZodType<T>, ...args: readonly string[]): Promise<T> {
  return schema.parse(JSON.parse(await kubectl.do(args.join(' '), ['get', ...args, '-o', 'json'])));
}

describe.skipIf(!(await canHaveOwnCluster()))('the installer where Keptn is', { timeout: 120_000 }, () => {
  let cluster: KeptnCluster | undefined;
  let kubectl: Kubectl;

  beforeAll(async () => {
    cluster = await startKeptnCluster('take-over', (on) => create(on, earlyApp, earlyDefinition));
    kubectl = cluster.kubectl;
    await create(kubectl, operator);
    const ready = ['wait', 'deployment/lifecycle-operator', '--for=jsonpath={.status.readyReplicas}=1'];
    await kubectl.do('the operator', [...ready, '-n', 'keptn-system', '--timeout=60s']);
    await create(kubectl, mutating, validating);
  }, 240_000);
  afterAll(() => cluster?.stop());

  test('Keptn at work is seen, and named beside what to do', async () => {
    const found = await findKeptn(kubectl);
    expect(found).toEqual({
      operators: [{ namespace: 'keptn-system', name: 'lifecycle-operator', replicas: 1, ready: 1 }],
      registrations: [
        'mutatingwebhookconfiguration/lifecycle-mutating-webhook-configuration',
        'validatingwebhookconfiguration/lifecycle-validating-webhook-configuration',
      ],
    });
    expect(isActive(found)).toBe(true);
    const { message } = besideKeptn(found);
    expect(message).toContain('deployment keptn-system/lifecycle-operator');
    expect(message).toContain('make install TAKE_OVER=1');
  });

  test('definitions whose objects nobody can convert any more are taken over, and every object is read again (Q-41)', async () => {
    const unread = await kubectl.try(['get', 'keptnapp', 'old', '-n', 'default']);
    expect(unread.stderr).toContain('conversion webhook');
    expect((await takeOverDefinitions(kubectl)).toSorted()).toEqual([
      'keptnapps.lifecycle.keptn.sh',
      'keptnappversions.lifecycle.keptn.sh',
    ]);
    expect(await takeOverDefinitions(kubectl)).toEqual([]);
    const readable = ['wait', 'keptnapp/old', '-n', 'default', '--for=create', '--timeout=30s'];
    await kubectl.do('the old app', readable);
    const spec = z.object({ spec: z.unknown().optional() });
    expect(await read(kubectl, spec, 'keptnapp', 'old', '-n', 'default')).toMatchObject({
      spec: earlyApp.spec,
    });
    expect(await read(kubectl, spec, 'keptntaskdefinition', 'old', '-n', 'default')).toMatchObject({
      spec: earlyDefinition.spec,
    });
    const crd = z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
      spec: z.object({ conversion: z.unknown().optional() }),
    });
    const taken = await read(kubectl, crd, 'crd', 'keptnapps.lifecycle.keptn.sh');
    expect(taken.spec.conversion).toEqual({ strategy: 'None' });
    // Helm still knows whose it is, which the way back to Keptn needs.
    expect(taken.metadata.annotations).toMatchObject({ 'meta.helm.sh/release-name': 'keptn' });
  });

  test("a namespace with Keptn's annotation gets the label, and one that says otherwise keeps its word (Q-6)", async () => {
    const named = (name: string, labels: object, annotations: object): object => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels, annotations },
    });
    const key = 'keptn.sh/lifecycle-toolkit';
    await create(
      kubectl,
      named('in', {}, { [key]: 'enabled' }),
      named('out', { [key]: 'disabled' }, { [key]: 'enabled' }),
      named('never', {}, {}),
    );
    expect(await labelNamespaces(kubectl)).toEqual(['in']);
    expect(await labelNamespaces(kubectl)).toEqual([]);
  });

  test('what counted for the whole cluster still does: definitions and settings are copied, once', async () => {
    // The definitions' own admission is Keptn's, which no one answers here.
    await kubectl.do('it', ['delete', 'validatingwebhookconfiguration', validating.metadata.name]);
    const library = taskDefinition('shared');
    const config = {
      apiVersion: 'options.keptn.sh/v1alpha1',
      kind: 'KeptnConfig',
      metadata: { name: 'settings', namespace: 'keptn-system' },
      spec: { blockDeployment: false },
    };
    await create(
      kubectl,
      { ...library, metadata: { ...library.metadata, namespace: 'keptn-system' } },
      config,
    );
    const found = await findKeptn(kubectl);
    expect(await copyLibrary(kubectl, found, 'sluice-system')).toEqual([
      'copied KeptnTaskDefinition shared from keptn-system to sluice-system',
      'copied KeptnConfig settings from keptn-system to sluice-system',
    ]);
    expect(await copyLibrary(kubectl, found, 'sluice-system')).toEqual([]);
    const copy = z.object({ spec: z.looseObject({}) });
    expect(await read(kubectl, copy, 'keptnconfig', 'settings', '-n', 'sluice-system')).toMatchObject({
      spec: { blockDeployment: false },
    });
  });

  test('Keptn is stopped: no registration, no pod of its operator, and nothing that keeps us from installing', async () => {
    const found = await findKeptn(kubectl);
    await removeRegistrations(kubectl, found);
    await stopOperators(kubectl, found);
    const pods = await kubectl.do('pods', ['get', 'pods', '-n', 'keptn-system', '-o', 'name']);
    expect(pods.trim()).toBe('');
    const after = await findKeptn(kubectl);
    expect(after.registrations).toEqual([]);
    expect(after.operators).toMatchObject([{ replicas: 0 }]);
    expect(isActive(after)).toBe(false);
    // Taking over twice is harmless.
    await removeRegistrations(kubectl, found);
    await stopOperators(kubectl, after);
  });
});
