import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type Api, connectApi } from './api.ts';
import { metric, metricsProvider } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

const patience = 30_000;
let api: Api;
let controller: Sluice;
let scene: Scene;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  controller = await startSluice(api, { roles: ['controller'] });
});
beforeEach(async () => {
  scene = await Scene.open('metric-cluster', {});
});
afterEach(async () => {
  await scene.close();
});
afterAll(async () => {
  await controller.stop();
  api.client.close();
});

test('a metric of the cluster itself is counted without a backend, and what cannot be is said', async () => {
  await scene.make(metricsProvider('cluster', '', { type: 'kubernetes' }));
  const provider = { name: 'cluster' };
  await scene.make(metric('objects', { provider, query: 'count(pods) + count(deployments) + 1' }));
  await scene.make(metric('widgets', { provider, query: 'count(widgets)' }));
  const counted = await scene.until(
    'objects is 1',
    () => scene.one('keptnmetrics', 'objects')?.status?.value,
    patience,
  );
  expect(counted).toBe('1');
  const trouble = await scene.until(
    'widgets says why not',
    () => scene.one('keptnmetrics', 'widgets')?.status?.errMsg,
    patience,
  );
  expect(trouble).toContain('this cluster serves no resource "widgets"');
});
