import { expect, test } from 'vitest';
import { appCreationRequest, keptnApp, keptnAppVersion } from '../../../test/builders/version-objects.ts';
import { type KeptnApp, keptnAppSchema } from '../../api/lifecycle/v1/keptn-app.ts';
import { keptnAppContextSchema } from '../../api/lifecycle/v1/keptn-app-context.ts';
import type { Decision } from '../../domain/decision.ts';
import { decideApp } from './decide.ts';
import type { AppSnapshot } from './observe.ts';

function snapshot(given: Partial<AppSnapshot> = {}): AppSnapshot {
  return {
    app: keptnApp(),
    context: undefined,
    unreadableContext: undefined,
    version: undefined,
    previous: undefined,
    lostWorkloads: false,
    request: undefined,
    namespaceDefault: { context: undefined, unreadable: undefined },
    now: new Date('2026-01-01T00:00:00Z'),
    ...given,
  };
}

/** The app as it is after the status of a decision was stored. */
function stored(app: KeptnApp, { actions }: Decision): KeptnApp {
  const [applied] = actions;
  if (applied?.kind !== 'applyStatus') throw new Error('no status is applied');
  return keptnAppSchema.parse({ ...app, status: applied.object['status'] });
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

test('what the app and its context depend on counts together, and is recorded with its namespaces', () => {
  const context = keptnAppContextSchema.parse({
    metadata: { name: 'shop' },
    spec: { dependsOn: [{ app: 'db', namespace: 'data', version: '>=2' }, { app: 'queue' }] },
  });
  const app = keptnApp({
    metadata: { namespace: 'own' },
    spec: { dependsOn: [{ app: 'queue' }, { app: 'auth' }] },
  });
  expect(decideApp(snapshot({ app, context })).actions).toMatchObject([
    {
      object: {
        spec: {
          dependsOn: [
            { app: 'queue', namespace: 'own' },
            { app: 'auth', namespace: 'own' },
            { app: 'db', namespace: 'data', version: '>=2' },
          ],
        },
      },
    },
  ]);
});

test('a default of the namespace gives checks but no dependencies', () => {
  const context = keptnAppContextSchema.parse({
    metadata: { name: 'defaults' },
    spec: { preDeploymentTasks: ['scan'], dependsOn: [{ app: 'db' }] },
  });
  const [action] = decideApp(snapshot({ namespaceDefault: { context, unreadable: undefined } })).actions;
  expect(action).toMatchObject({ object: { spec: { preDeploymentTasks: ['scan'] } } });
  expect(JSON.stringify(action)).not.toContain('dependsOn');
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
  const app = stored(keptnApp(), decideApp(snapshot({ version })));
  expect(decideApp(snapshot({ app, version })).actions).toEqual([]);
});

const stuck = [
  { type: 'Ready', status: 'False', reason: 'MissingDefinition', message: 'no lint', lastTransitionTime: '' },
  {
    type: 'Stalled',
    status: 'True',
    reason: 'MissingDefinition',
    message: 'no lint',
    lastTransitionTime: '',
  },
];

test.each([
  ['is being released', { status: 'Progressing' }, 'Unknown', 'Releasing', 'is being released'],
  ['has not begun', {}, 'Unknown', 'Releasing', 'KeptnAppVersion "shop-1-6b86b273"'],
  ['waits for a user', { conditions: stuck }, 'False', 'MissingDefinition', 'no lint'],
  ['failed', { status: 'Failed', conditions: stuck }, 'False', 'MissingDefinition', 'no lint'],
  ['failed, says Keptn', { status: 'Failed' }, 'False', 'CheckFailed', 'it failed'],
  ['is released', { status: 'Succeeded' }, 'True', 'Completed', 'version "1" is released'],
])(
  'a KeptnApp whose version %s says so itself, for kubectl wait',
  (...[, status, ready, reason, message]) => {
    const version = keptnAppVersion({ status });
    const app = stored(keptnApp(), decideApp(snapshot({ version })));
    const claim = { reason, message: expect.stringContaining(message) };
    expect(app.status).toMatchObject({
      observedGeneration: 1,
      conditions: [
        { ...claim, type: 'Ready', status: ready, observedGeneration: 1 },
        { ...claim, type: 'Progressing', status: ready === 'Unknown' ? 'True' : 'False' },
        { ...claim, type: 'Stalled', status: ready === 'False' ? 'True' : 'False' },
      ],
    });
    expect(decideApp(snapshot({ app, version })).actions).toEqual([]);
  },
);

test('an app that was found and lost a workload is looked at again, once (Q-38)', () => {
  const version = keptnAppVersion();
  const app = stored(keptnApp(), decideApp(snapshot({ version })));
  const lost = { app, version, lostWorkloads: true };
  expect(decideApp(snapshot(lost)).actions).toMatchObject([
    {
      kind: 'createIfAbsent',
      object: { kind: 'KeptnAppCreationRequest', metadata: { name: 'shop' }, spec: { appName: 'shop' } },
    },
  ]);
  expect(decideApp(snapshot({ ...lost, request: appCreationRequest() })).actions).toEqual([]);
  const users = { ...app, metadata: { ...app.metadata, labels: {} } };
  expect(decideApp(snapshot({ ...lost, app: users })).actions).toEqual([]);
});

test('the version of an app of the same name that was deleted is no version of this one', () => {
  const owner = { apiVersion: 'x', kind: 'KeptnApp', name: 'shop', uid: 'app-0', controller: true };
  const version = keptnAppVersion({ metadata: { ownerReferences: [owner] } });
  const { actions, outcome } = decideApp(snapshot({ version }));
  expect(actions).toEqual([]);
  expect(outcome).toMatchObject({ kind: 'stalled', by: 'child', on: [{ kind: 'KeptnAppVersion' }] });
  const own = keptnAppVersion({ metadata: { ownerReferences: [{ ...owner, uid: 'app-1' }] } });
  expect(decideApp(snapshot({ version: own })).outcome).toEqual({ kind: 'done' });
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
