import { expect, test } from 'vitest';
import { contextFor, defaultContextOf } from './default-context.ts';

const marked = (name: string, mark = 'true') => ({
  metadata: { name, annotations: { 'keptn.sh/default-context': mark } },
});

test('of several default contexts the first by name counts, in whatever order they are found', () => {
  expect(defaultContextOf([marked('b'), marked('a'), { metadata: { name: '0' } }])?.metadata.name).toBe('a');
  expect(defaultContextOf([marked('a'), marked('b')])?.metadata.name).toBe('a');
  expect(defaultContextOf([marked('a', 'false'), marked('b', 'yes')])).toBeUndefined();
});

test('a default gives each field that the app leaves out, and an empty list leaves nothing out', () => {
  const fallback = {
    preDeploymentTasks: ['scan'],
    postDeploymentTasks: ['smoke'],
    metadata: { stage: 'dev' },
  };
  expect(contextFor({ preDeploymentTasks: [] }, {}, fallback)).toEqual({
    preDeploymentTasks: [],
    postDeploymentTasks: ['smoke'],
    metadata: { stage: 'dev' },
  });
  expect(contextFor(undefined, {}, fallback)).toEqual(fallback);
});

test('the lists that a KeptnApp itself carries count before the default and after its own context', () => {
  const fallback = { preDeploymentTasks: ['scan'] };
  expect(contextFor(undefined, { preDeploymentTasks: ['old'] }, fallback).preDeploymentTasks).toEqual([
    'old',
  ]);
  const own = { preDeploymentTasks: ['own'] };
  expect(contextFor(own, { preDeploymentTasks: ['old'] }, fallback).preDeploymentTasks).toEqual(['own']);
});
