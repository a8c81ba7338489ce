import { expect, test } from 'vitest';
import { resources } from '../../resources.ts';
import { readState, states } from './shared.ts';

test('every state is read as itself', () => {
  expect(states.map(readState)).toEqual(states);
});

test('an empty state is Pending, a strange one Unknown', () => {
  expect([readState(''), readState('Cancelled'), readState('succeeded')]).toEqual([
    'Pending',
    'Unknown',
    'Unknown',
  ]);
});

test('a status that says little reads as pending throughout', () => {
  const parsed = resources.keptnworkloadversions.parse({
    metadata: { name: 'v' },
    spec: {
      app: 'a',
      version: '1',
      workloadName: 'a-w',
      resourceReference: { uid: 'u', kind: 'ReplicaSet', name: 'r' },
    },
    status: { deploymentStatus: 'Strange', postDeploymentTaskStatus: [{ definitionName: 't' }] },
  });
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      status: {
        status: 'Pending',
        deploymentStatus: 'Unknown',
        postDeploymentTaskStatus: [{ definitionName: 't', status: 'Pending' }],
      },
    },
  });
});
