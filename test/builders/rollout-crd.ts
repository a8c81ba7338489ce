import { apiPath, resources } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/runtime/client.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rollouts.argoproj.io';
const fields = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: fields, status: fields } } },
        subresources: { status: {} },
      },
    ],
  },
};

/** Defines Argo Rollouts' kind with as little as the API server takes, and waits until it is served. */
export async function applyRolloutCrd(client: KubeClient): Promise<void> {
  const applied = await client.apply(path, crd, 'test');
  if (!applied.ok) throw new Error(applied.error.message);
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
    if ((await client.get(`${apiPath(resources.rollouts)}?limit=1`)).ok) return;
  }
  throw new Error('the API server did not serve Rollouts within 30 s');
}

/** Removes the kind with all objects of it. */
export async function removeRolloutCrd(client: KubeClient): Promise<void> {
  await client.delete(path, {});
}
