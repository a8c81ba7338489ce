import { expect, test } from 'vitest';
import { chosenImages, imageTarget } from './images.ts';
import { localImages } from './overlay.ts';

test.each([
  ['/repo/.cluster/sluice/kubeconfig', 'sluice', { kind: 'ours', name: 'sluice' }],
  ['/repo/.cluster/sluice/other', 'sluice', { kind: 'other' }],
  ['/home/me/.kube/config', 'kind-dev', { kind: 'kind', name: 'dev' }],
  ['/repo/.cluster/a/kubeconfig', 'kind-a', { kind: 'kind', name: 'a' }],
  ['/repo/kubeconfig', 'production', { kind: 'other' }],
])('%s with context %s', (kubeconfig, context, target) => {
  expect(imageTarget(kubeconfig, context, '/repo/.cluster')).toEqual(target);
});

test('an image that is not named is the local one; an empty name is none', () => {
  expect(chosenImages({ IMAGE: '', DENO_IMAGE: 'r/d:1' })).toEqual({ ...localImages, deno: 'r/d:1' });
});
