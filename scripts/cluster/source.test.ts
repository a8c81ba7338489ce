import { expect, test } from 'vitest';
import { chooseSource, type SourceFacts } from './source.ts';

const nothing: SourceFacts = {
  type: 'control-plane',
  kubeconfig: undefined,
  dockerAnswers: false,
  assetsDir: undefined,
};
const all: SourceFacts = { ...nothing, kubeconfig: '/k', dockerAnswers: true, assetsDir: '/assets' };

test('a named cluster, then kind, then given binaries, then Go modules', () => {
  expect(chooseSource(all)).toEqual({ kind: 'given', kubeconfig: '/k' });
  expect(chooseSource({ ...all, kubeconfig: undefined })).toEqual({ kind: 'kind' });
  expect(chooseSource({ ...nothing, assetsDir: '/assets' })).toEqual({ kind: 'assets', dir: '/assets' });
  expect(chooseSource(nothing)).toEqual({ kind: 'modules' });
});

test('given binaries hold no kubelet, so a real node is built', () => {
  expect(chooseSource({ ...nothing, type: 'node', assetsDir: '/assets' })).toEqual({ kind: 'modules' });
});

test('kind runs no hollow nodes', () => {
  expect(chooseSource({ ...nothing, type: 'kwok', dockerAnswers: true })).toEqual({ kind: 'modules' });
});
