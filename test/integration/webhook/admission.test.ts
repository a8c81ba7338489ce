import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { z } from '../../../src/api/schema.ts';
import { defaultPolicy } from '../../../src/pki/plan.ts';
import type { KubeClient } from '../../../src/runtime/client.ts';
import { processIdentity } from '../../../src/runtime/ids.ts';
import { at, connect, make, must } from '../runtime/world.ts';
import { webhookWorld } from './world.ts';

const optIn = 'keptn.sh/lifecycle-toolkit';
const gate = { name: 'keptn-prechecks-gate' };
const podSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }),
  spec: z.object({ schedulingGates: z.array(z.object({ name: z.string() })).optional() }),
});
const createdSchema = z.object({
  metadata: z.object({ uid: z.string(), labels: z.record(z.string(), z.string()).optional() }),
});

function uniqueName(prefix: string): string {
  return processIdentity(prefix).replace('_', '-');
}

function namespace(name: string, change: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...change } };
}

const template = {
  metadata: { labels: { a: 'b' } },
  spec: { containers: [{ name: 'c', image: 'registry.test:5000/carts:1.2.3' }] },
};

/** A pod of a ReplicaSet of a Deployment, made in that order, so that neither is cached when the pod comes. */
async function podOf(
  client: KubeClient,
  home: string,
  annotations: Record<string, string>,
): Promise<unknown> {
  const spec = { replicas: 0, selector: { matchLabels: { a: 'b' } }, template };
  const meta = (name: string): { name: string; namespace: string } => ({ name, namespace: home });
  const deployment = createdSchema.parse(
    await make(client, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...meta('carts'), annotations },
      spec,
    }),
  );
  const owner = (kind: string, name: string, uid: string): object[] => [
    { apiVersion: 'apps/v1', kind, name, uid, controller: true },
  ];
  const replicaSet = createdSchema.parse(
    must(
      await client.create(
        at('replicasets', home),
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: {
            ...meta('carts-1'),
            labels: template.metadata.labels,
            ownerReferences: owner('Deployment', 'carts', deployment.metadata.uid),
          },
          spec,
        },
        'test',
      ),
    ),
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'carts-1-',
      namespace: home,
      ownerReferences: owner('ReplicaSet', 'carts-1', replicaSet.metadata.uid),
    },
    spec: { ...template.spec, schedulingGates: [{ name: 'example.com/quota' }] },
  };
}

/** Creates a pod; what the server answers is what admission made of it, whatever controllers do with it later. */
async function admitted(client: KubeClient, home: string, pod: unknown): Promise<z.infer<typeof podSchema>> {
  return podSchema.parse(must(await client.create(at('pods', home), pod, 'test')));
}

test('a real API server has a pod gated with what its Deployment says, and asks about nothing else', async () => {
  const client = connect();
  const home = uniqueName('admission');
  const webhook = await webhookWorld(client, [home], defaultPolicy);
  try {
    await make(client, namespace(home, { annotations: { [optIn]: 'enabled' } }));
    let touches = 0;
    await expect
      .poll(async () => {
        touches += 1;
        const body = { metadata: { annotations: { touches: String(touches) } } };
        const patched = must(await client.patch(at('namespaces', '', home), 'merge', body, 'test'));
        return createdSchema.parse(patched).metadata.labels?.[optIn];
      })
      .toBe('enabled');
    const checks = { 'keptn.sh/workload': 'carts', 'keptn.sh/pre-deployment-tasks': 'check-db' };
    const pod = await podOf(client, home, checks);
    await expect
      .poll(async () => (await admitted(client, home, pod)).spec.schedulingGates)
      .toEqual([{ name: 'example.com/quota' }, gate]);
    const { metadata } = await admitted(client, home, pod);
    expect(metadata.annotations).toMatchObject({ ...checks, 'keptn.sh/version': '1.2.3' });

    const asked = webhook.asked();
    const bare = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bare', labels: { 'app.kubernetes.io/name': 'x' } },
    };
    expect(
      (await admitted(client, home, { ...bare, spec: template.spec })).spec.schedulingGates,
    ).toBeUndefined();
    const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j-1' };
    const labels = { 'keptn.sh/workload': 'x' };
    const ofJob = { ...bare, metadata: { name: 'of-job', labels, ownerReferences: [job] } };
    await admitted(client, home, { ...ofJob, spec: template.spec });
    expect(webhook.asked()).toBe(asked);
    const named = { ...bare, metadata: { name: 'named', labels } };
    expect((await admitted(client, home, { ...named, spec: template.spec })).spec.schedulingGates).toEqual([
      gate,
    ]);
  } finally {
    await webhook.stop();
    // Its thousand gated pods are no business of the suites that follow on this cluster.
    await client.delete(at('namespaces', '', home), {});
    client.close();
  }
});

test('while authority and certificate are replaced, no pod is refused', async () => {
  const client = connect();
  const home = uniqueName('rotation');
  await make(client, namespace(home, { labels: { [optIn]: 'enabled' } }));
  const pod = await podOf(client, home, { 'keptn.sh/workload': 'carts' });
  const hasty = {
    ...defaultPolicy,
    caLifetimeMs: 24_000,
    servingLifetimeMs: 12_000,
    settleMs: 2_000,
    backdateMs: 1_000,
  };
  const webhook = await webhookWorld(client, [home], hasty);
  try {
    await expect
      .poll(async () => (await admitted(client, home, pod)).spec.schedulingGates)
      .toContainEqual(gate);
    const first = await webhook.caBundle();
    const changes = (): readonly string[] =>
      webhook.events.flatMap((event) => (event.kind === 'changed' ? [event.change] : []));
    const asked = webhook.asked();
    while (!(changes().includes('rotate-ca') && changes().at(-1) === 'renew-serving')) {
      expect((await admitted(client, home, pod)).spec.schedulingGates).toContainEqual(gate);
    }
    expect((await admitted(client, home, pod)).spec.schedulingGates).toContainEqual(gate);
    expect(webhook.asked()).toBeGreaterThan(asked + 10);
    expect(await webhook.caBundle()).not.toBe(first);
    expect(webhook.events.filter(({ kind }) => kind === 'failed')).toEqual([]);
  } finally {
    await webhook.stop();
    // Its thousand gated pods are no business of the suites that follow on this cluster.
    await client.delete(at('namespaces', '', home), {});
    client.close();
  }
});
