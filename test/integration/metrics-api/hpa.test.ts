import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from '../lifecycle/api.ts';
import type { Sluice } from '../lifecycle/sluice.ts';
import { Place, serveMetricsApi } from './world.ts';

const patience = { timeout: 60_000, interval: 200 };
const deployments = '/apis/apps/v1/deployments';
const autoscalers = '/apis/autoscaling/v2/horizontalpodautoscalers';
const deploymentSchema = z.object({
  spec: z.object({ replicas: z.number() }),
  status: z.object({ readyReplicas: z.number().default(0) }),
});
const autoscalerSchema = z.object({
  status: z.object({
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
      .default([]),
  }),
});

let api: Api;
let sluice: Sluice;
let place: Place | undefined;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  sluice = await serveMetricsApi(api);
});
afterEach(async () => {
  await place?.close();
  place = undefined;
});
afterAll(async () => {
  await sluice.stop();
  api.client.close();
});

async function replicas(at: Place): Promise<z.infer<typeof deploymentSchema>> {
  return deploymentSchema.parse((await api.request('GET', at.path(deployments, '/shop'))).body);
}

async function condition(
  at: Place,
  type: string,
): Promise<{ status: string; reason: string; message: string }> {
  const answer = await api.request('GET', at.path(autoscalers, '/shop'));
  const found = autoscalerSchema.parse(answer.body).status.conditions.find((one) => one.type === type);
  if (found === undefined) throw new Error(`no condition ${type} yet`);
  return found;
}

async function untilReady(at: Place, count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { spec, status } = await replicas(at);
    expect({ asked: spec.replicas, ready: status.readyReplicas }).toEqual({ asked: count, ready: count });
  }, patience);
}

/** A Deployment of two pods, and an autoscaler that wants as many as the metric has tens. */
async function autoscaled(at: Place, minReplicas: number): Promise<void> {
  const labels = { app: 'shop' };
  await at.make(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'none' }] } },
    },
  });
  await untilReady(at, 2);
  await at.make(autoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'shop' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
      minReplicas,
      maxReplicas: 10,
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
      metrics: [
        {
          type: 'Object',
          object: {
            describedObject: { apiVersion: 'metrics.keptn.sh/v1', kind: 'KeptnMetric', name: 'queue-length' },
            metric: { name: 'queue-length' },
            target: { type: 'AverageValue', averageValue: '10' },
          },
        },
      ],
    },
  });
}

test('a HorizontalPodAutoscaler goes from 2 to 6 replicas because a KeptnMetric rose, and back', async () => {
  place = await Place.open('scale');
  await place.metric('queue-length', { value: '20' });
  await autoscaled(place, 1);
  await vi.waitFor(async () => {
    expect(await condition(place ?? expect.fail(), 'ScalingActive')).toMatchObject({ status: 'True' });
  }, patience);
  await untilReady(place, 2);
  await place.measure('queue-length', { value: '60' });
  await untilReady(place, 6);
  await place.measure('queue-length', { value: '20' });
  await untilReady(place, 2);
});

test('MQ-28: the autoscaler of kube-system may read the values by our binding', async () => {
  place = await Place.open('may');
  const user = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
  const resourceAttributes = {
    verb: 'get',
    group: 'custom.metrics.k8s.io',
    resource: 'keptnmetrics.metrics.keptn.sh',
    subresource: 'queue-length',
    name: 'queue-length',
    namespace: place.namespace,
  };
  const answer = await api.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes },
  });
  expect(answer.body).toMatchObject({ status: { allowed: true } });
  // Newer clusters allow it by a binding of their own; ours is for the others, and names the same account.
  const name = 'sluice-custom-metrics-reader:horizontal-pod-autoscaler';
  const binding = await api.request('GET', `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`);
  expect(binding.body).toMatchObject({
    subjects: [{ kind: 'ServiceAccount', name: 'horizontal-pod-autoscaler', namespace: 'kube-system' }],
  });
});

test.each([
  ['nothing was fetched', undefined, 'has no value yet'],
  ['the last fetch failed', { value: '60', errMsg: 'connection refused' }, 'last fetch failed'],
  ['nobody fetches it any more', { value: '60', lastUpdated: '2026-01-01T00:00:00Z' }, 'too old'],
  ['it is no number', { value: 'NaN' }, 'is no number'],
])('MQ-29: a metric is not scaled by while %s', async (_, status, why) => {
  place = await Place.open('idle');
  await place.metric('queue-length', status);
  await autoscaled(place, 1);
  await vi.waitFor(async () => {
    const active = await condition(place ?? expect.fail(), 'ScalingActive');
    expect(active).toMatchObject({ status: 'False', reason: 'FailedGetObjectMetric' });
    expect(active.message).toContain(why);
  }, patience);
  expect((await replicas(place)).spec.replicas).toBe(2);
});
