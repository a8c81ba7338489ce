import { expect, test } from 'vitest';
import { keptnApp, keptnAppVersion } from '../../../test/builders/version-objects.ts';
import { keptnAppContextSchema } from '../../api/lifecycle/v1/keptn-app-context.ts';
import { decideApp } from './decide.ts';
import type { AppSnapshot } from './observe.ts';

function snapshot(given: Partial<AppSnapshot> = {}): AppSnapshot {
  return {
    app: keptnApp(),
    context: undefined,
    unreadableContext: undefined,
    namespaceDefault: { context: undefined, unreadable: undefined },
    version: undefined,
    ...given,
  };
}

test('a generation without a version object gets one, with the checks of the context as they are now', () => {
  const context = keptnAppContextSchema.parse({
    metadata: { name: 'shop' },
    spec: { preDeploymentTasks: ['check'], metadata: { stage: 'dev' } },
  });
  const app = keptnApp({
    metadata: { generation: 2 },
    spec: { postDeploymentTasks: ['old'], preDeploymentTasks: ['gone'] },
  });
  const { actions, outcome } = decideApp(snapshot({ app, context }));
  expect(actions).toMatchObject([
    {
      kind: 'createIfAbsent',
      object: {
        kind: 'KeptnAppVersion',
        metadata: {
          name: 'shop-1-d4735e3a',
          ownerReferences: [{ kind: 'KeptnApp', uid: 'app-1', controller: true }],
        },
        spec: {
          appName: 'shop',
          version: '1',
          workloads: [{ name: 'cart', version: '1' }],
          preDeploymentTasks: ['check'],
          postDeploymentTasks: ['old'],
          metadata: { stage: 'dev' },
          previousVersion: '',
        },
      },
    },
  ]);
  expect(outcome).toEqual({ kind: 'done' });
});

test.each([
  ['0', '0'],
  ['1', ''],
])('the version before %s is recorded as "%s"', (currentVersion, previousVersion) => {
  const { actions } = decideApp(snapshot({ app: keptnApp({ status: { currentVersion } }) }));
  expect(actions[0]).toMatchObject({ object: { spec: { previousVersion } } });
});

test('Q-54: a context that cannot be read holds the app rather than skipping its checks', () => {
  const { actions, outcome } = decideApp(snapshot({ unreadableContext: 'spec.metadata is no map' }));
  expect(actions.map(({ kind }) => kind)).toEqual(['emitEvent']);
  expect(outcome).toMatchObject({
    kind: 'stalled',
    by: 'user',
    on: [{ kind: 'KeptnAppContext', name: 'shop' }],
  });
});

test('a version that is there is recorded once as the current one', () => {
  const version = keptnAppVersion();
  expect(decideApp(snapshot({ version })).actions).toMatchObject([
    { kind: 'applyStatus', object: { kind: 'KeptnApp', status: { currentVersion: '1' } } },
  ]);
  const app = keptnApp({ status: { currentVersion: '1' } });
  expect(decideApp(snapshot({ app, version })).actions).toEqual([]);
});

test('a default context that cannot be read holds an app that has none of its own (Q-54)', () => {
  const unreadable = { metadata: { name: 'defaults' }, why: 'spec.metadata is no map' };
  const { actions, outcome } = decideApp(snapshot({ namespaceDefault: { context: undefined, unreadable } }));
  expect(actions).toMatchObject([
    { kind: 'emitEvent', type: 'Warning', note: expect.stringContaining('KeptnAppContext "defaults"') },
  ]);
  expect(outcome).toMatchObject({ kind: 'stalled', on: [{ kind: 'KeptnAppContext', name: 'defaults' }] });
});

test('an app that lists a workload in two versions is told, and one that repeats itself is not', () => {
  const workloads = [
    { name: 'cart', version: '1' },
    { name: 'cart', version: '2' },
    { name: 'web', version: '1' },
    { name: 'web', version: '1' },
  ];
  const app = keptnApp({ spec: { version: '1', workloads } });
  const events = decideApp(snapshot({ app })).actions.filter(({ kind }) => kind === 'emitEvent');
  expect(events).toMatchObject([
    { reason: 'Contradiction', note: expect.stringContaining('spec.workloads lists "cart"') },
  ]);
});
