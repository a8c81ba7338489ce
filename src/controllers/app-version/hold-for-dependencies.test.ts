import { expect, test } from 'vitest';
import { lifecycleConfig } from '../../../test/builders/lifecycle-config.ts';
import { keptnApp, keptnAppVersion, openAppVersion } from '../../../test/builders/version-objects.ts';
import type { FoundApp, ObservedDependency } from '../../domain/dependencies.ts';
import { appPhases } from '../../domain/phases.ts';
import { decideAppVersion } from './decide.ts';
import type { AppVersionSnapshot } from './observe.ts';

const released: FoundApp = {
  kind: 'found',
  version: '1.2.0',
  state: 'Succeeded',
  phase: 'Completed',
  reason: '',
};
const on = (found: FoundApp, version?: string): ObservedDependency => ({
  dependency: { app: 'db', namespace: 'data', ...(version === undefined ? {} : { version }) },
  found,
});

function decided(given: Partial<AppVersionSnapshot>): ReturnType<typeof decideAppVersion> {
  return decideAppVersion({
    version: keptnAppVersion(),
    app: keptnApp(),
    members: [],
    dependencies: [],
    dependencyCycle: undefined,
    phases: appPhases({ promotion: false }),
    checks: [],
    config: lifecycleConfig(),
    now: new Date('2026-01-01T00:10:00Z'),
    ...given,
  });
}

test('a version waits before its first phase, and says in status and Event for which app', () => {
  const { actions, outcome } = decided({ dependencies: [on(released, '>=2')] });
  const message = expect.stringContaining(
    'app "db" in namespace "data" is at version 1.2.0, which does not satisfy >=2',
  );
  expect(actions).toMatchObject([
    {
      kind: 'applyStatus',
      object: {
        status: {
          status: 'Pending',
          preDeploymentStatus: 'Pending',
          workloadOverallStatus: 'Pending',
          conditions: [
            { type: 'Ready', status: 'Unknown', reason: 'WaitingForDependency', message },
            { type: 'Progressing', status: 'True' },
            { type: 'Stalled', status: 'False' },
          ],
        },
      },
    },
    {
      kind: 'emitEvent',
      regarding: { kind: 'KeptnAppVersion' },
      reason: 'WaitingForDependency',
      note: message,
    },
  ]);
  expect(JSON.stringify(actions)).not.toContain('currentPhase');
  expect(outcome).toMatchObject({
    kind: 'stalled',
    by: 'child',
    on: [{ kind: 'KeptnApp', namespace: 'data', name: 'db' }],
  });
});

test('it begins once every dependency is met, and not before', () => {
  const begun = { object: { status: { status: 'Succeeded' } } };
  expect(decided({ dependencies: [on(released), on(released, '^1')] }).actions[0]).toMatchObject(begun);
  expect(decided({ dependencies: [on(released), on({ kind: 'missing' })] }).actions[0]).not.toMatchObject(
    begun,
  );
});

test('a version that has begun is not held again by a dependency that starts anew', () => {
  const version = openAppVersion();
  const { actions } = decided({ version, dependencies: [on({ kind: 'missing' })] });
  expect(actions[0]).toMatchObject({ object: { status: { currentPhase: 'Completed' } } });
});

test('a version that made way stays so, whatever it depends on', () => {
  const phases = Object.fromEntries(
    appPhases({ promotion: false }).map(({ field }) => [field, 'Deprecated']),
  );
  const ended = { ...phases, status: 'Deprecated', endTime: '2026-01-01T00:00:00Z' };
  const version = keptnAppVersion({ status: ended });
  expect(decided({ version, dependencies: [on({ kind: 'missing' })] }).actions).toEqual([]);
  const app = keptnApp({ metadata: { generation: 2 } });
  const { actions } = decided({ app, dependencies: [on({ kind: 'missing' })] });
  expect(actions[0]).toMatchObject({ object: { status: { status: 'Deprecated' } } });
});

test('a cycle stalls the version, is named, and says what to change', () => {
  const dependencyCycle = ['shop/shop', 'data/db', 'shop/shop'];
  const { actions, outcome } = decided({ dependencies: [on(released)], dependencyCycle });
  expect(actions).toMatchObject([
    {
      object: {
        status: {
          conditions: [
            { type: 'Ready', status: 'False', reason: 'DependencyCycle' },
            {},
            { type: 'Stalled', status: 'True' },
          ],
        },
      },
    },
    { kind: 'emitEvent', type: 'Warning', reason: 'DependencyCycle' },
  ]);
  expect(JSON.stringify(actions)).toContain('shop/shop → data/db → shop/shop');
  expect(outcome).toMatchObject({
    by: 'user',
    on: [
      { kind: 'KeptnApp', namespace: 'shop', name: 'shop', field: 'spec.dependsOn' },
      { kind: 'KeptnApp', namespace: 'data', name: 'db' },
    ],
  });
});

test('a stored range that cannot be read stalls the version, though the app is released', () => {
  const { actions, outcome } = decided({ dependencies: [on(released, 'latest')] });
  expect(actions).toMatchObject([{}, { type: 'Warning', reason: 'InvalidDependency' }]);
  expect(JSON.stringify(actions)).toContain('spec.revision of KeptnApp');
  expect(outcome).toMatchObject({ by: 'user' });
});

test('a resync of a version that waits gives the status that is there', () => {
  const dependencies = [on({ kind: 'missing' })];
  const first = decided({ version: keptnAppVersion({ status: {} }), dependencies });
  const written: unknown = first.actions[0]?.kind === 'applyStatus' ? first.actions[0].object['status'] : {};
  const version = { ...keptnAppVersion(), status: keptnAppVersion({ status: Object(written) }).status };
  expect(decided({ version, dependencies, now: new Date('2026-01-02T00:00:00Z') }).actions).toEqual(
    first.actions,
  );
});
