import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { kubectlName, localImages, overlay, removalOrder, renderedObjects, splitImage } from './overlay.ts';

test.each([
  ['localhost/sluice:dev', { newName: 'localhost/sluice', newTag: 'dev' }],
  ['registry.example:5000/a/b:1.2', { newName: 'registry.example:5000/a/b', newTag: '1.2' }],
  ['registry.example:5000/a/b', { newName: 'registry.example:5000/a/b', newTag: 'latest' }],
  ['r.example/a@sha256:00', { newName: 'r.example/a', digest: 'sha256:00' }],
  ['r.example/a:1@sha256:00', { newName: 'r.example/a', digest: 'sha256:00' }],
])('%s is split for kustomize', (reference, parts) => {
  expect(splitImage(reference)).toEqual(parts);
});

test('the overlay sets all three images and marks the build', () => {
  const text = overlay(['../base', '../more'], { sluice: 'r/s:1', deno: 'r/d:1', python: 'r/p:1' }, 'abc');
  const parsed: unknown = parse(text);
  expect(parsed).toMatchObject({
    resources: ['../base', '../more'],
    images: [{ name: 'localhost/sluice', newName: 'r/s', newTag: '1' }],
    configMapGenerator: [{ literals: ['FUNCTION_RUNNER_IMAGE=r/d:1', 'PYTHON_RUNNER_IMAGE=r/p:1'] }],
  });
  expect(text).toContain('sluice/build: abc');
});

test('the local images are those that the manifests name', () => {
  expect(splitImage(localImages.sluice).newName).toBe('localhost/sluice');
});

const manifest = `
kind: Namespace
apiVersion: v1
metadata: {name: sluice-system}
---
kind: CustomResourceDefinition
apiVersion: apiextensions.k8s.io/v1
metadata: {name: keptnapps.lifecycle.keptn.sh}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: sluice-webhook, namespace: sluice-system}
---
kind: APIService
apiVersion: apiregistration.k8s.io/v1
metadata: {name: v1beta1.custom.metrics.k8s.io}
---
kind: MutatingWebhookConfiguration
apiVersion: admissionregistration.k8s.io/v1
metadata: {name: sluice}
`;

test('what is registered goes first, then the rest, the namespace last; records stay', () => {
  const kinds = removalOrder(renderedObjects(manifest), false).map(({ kind }) => kind);
  expect(kinds).toEqual(['APIService', 'MutatingWebhookConfiguration', 'Deployment', 'Namespace']);
});

test('records go when asked to, after everything else', () => {
  const kinds = removalOrder(renderedObjects(manifest), true).map(({ kind }) => kind);
  expect(kinds.at(0)).toBe('APIService');
  expect(kinds.at(-1)).toBe('CustomResourceDefinition');
});

test('kubectl is told group and version', () => {
  expect(renderedObjects(manifest).map(kubectlName)).toContain('Deployment.v1.apps/sluice-webhook');
  expect(renderedObjects(manifest).map(kubectlName)).toContain('Namespace.v1./sluice-system');
});
