import { expect, test } from 'vitest';
import { keptnConfigSchema } from '../../api/options/v1alpha1/keptn-config.ts';
import { z } from '../../api/schema.ts';
import { decideConfig } from './decide.ts';
import type { ConfigSnapshot } from './observe.ts';

const now = new Date('2026-01-01T00:00:00Z');
const conditionsSchema = z.object({
  status: z.object({
    conditions: z.array(
      z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }),
    ),
  }),
});

/** The conditions that a KeptnConfig gets. */
function conditions(
  name: string,
  namespace: string,
  inForce?: string,
  spec: object = {},
  receivers: ConfigSnapshot['receivers'] = [],
) {
  const config = keptnConfigSchema.parse({ metadata: { name, namespace }, spec });
  const snapshot: ConfigSnapshot = {
    object: { kind: 'config', config },
    systemNamespace: 'sluice-system',
    inForce,
    receivers,
    now,
  };
  const { actions } = decideConfig(snapshot);
  return actions.flatMap((action) =>
    action.kind === 'applyStatus' ? conditionsSchema.parse(action.object).status.conditions : [],
  );
}

test('a KeptnConfig of another namespace says that it has no effect and where to put it (Q-40)', () => {
  expect(conditions('mine', 'tenant', 'sluice', { blockDeployment: false })).toMatchObject([
    {
      type: 'Ready',
      status: 'False',
      reason: 'NoEffect',
      message:
        'has no effect in this namespace: create it in "sluice-system", the namespace of Sluice, or annotate the Namespace with keptn.sh/enforcement',
    },
  ]);
});

test('of several the first by name counts, and the others name it (Q-40)', () => {
  expect(conditions('b', 'sluice-system', 'a')).toMatchObject([
    { status: 'False', reason: 'NoEffect', message: expect.stringContaining('which is "a"') },
  ]);
  expect(conditions('a', 'sluice-system', 'a')).toMatchObject([{ status: 'True', reason: 'InForce' }]);
});

test('the one that counts says what is in force', () => {
  const spec = { blockDeployment: false, overrides: 'Stricter', observabilityTimeout: '10m' };
  expect(conditions('a', 'sluice-system', 'a', spec)[0]?.message).toBe(
    'in force: failed checks are warnings (warn); overrides Stricter; observabilityTimeout 10m; apps are written after 30 s at the latest',
  );
});

test('a template of a notification that cannot be used is named, and all else is in force', () => {
  const notifications = [
    { name: 'team', type: 'slack', url: 'https://chat.example', template: '{"text": {{.title}}}' },
    { name: 'ops', type: 'webhook', url: 'https://ops.example' },
  ];
  expect(conditions('a', 'sluice-system', 'a', { notifications })).toMatchObject([
    {
      status: 'False',
      reason: 'InvalidSetting',
      message: expect.stringMatching(
        /^spec\.notifications\["team"\]\.template: line 1, column 10: .* double quotes; .* All else is in force: /,
      ),
    },
  ]);
});

test('receivers that cannot be told are named with the reason, in the KeptnConfig that counts alone', () => {
  const well = { name: 'receiver/ci', title: 'spec.eventReceivers["ci"]' };
  const broken = {
    name: 'cloudevents',
    title: 'spec.cloudEventsEndpoint',
    problem: 'broker:80 refuses connections',
  };
  const told = (...receivers: ConfigSnapshot['receivers']) =>
    conditions('a', 'sluice-system', 'a', {}, receivers).filter(({ type }) => type === 'ReceiversTold');
  expect(told()).toEqual([]);
  expect(told(well)).toMatchObject([
    { status: 'True', reason: 'AllTold', message: 'told of releases: spec.eventReceivers["ci"]' },
  ]);
  expect(told(well, broken)).toMatchObject([
    {
      status: 'False',
      reason: 'NotTold',
      message: 'spec.cloudEventsEndpoint is not told: broker:80 refuses connections',
    },
  ]);
  expect(conditions('b', 'sluice-system', 'a', {}, [broken])).toMatchObject([{ type: 'Ready' }]);
});

test('one that cannot be read says so, and that the defaults hold failed checks', () => {
  const unreadable = {
    metadata: { name: 'a', namespace: 'sluice-system', uid: 'u' },
    why: 'spec.observabilityTimeout: is not a duration',
  };
  const snapshot = {
    object: { kind: 'unreadable', unreadable },
    systemNamespace: 'sluice-system',
    inForce: undefined,
    receivers: [],
    now,
  } as const;
  expect(decideConfig(snapshot).actions).toMatchObject([
    {
      kind: 'emitEvent',
      regarding: { kind: 'KeptnConfig', name: 'a', uid: 'u' },
      type: 'Warning',
      note: 'cannot be read (spec.observabilityTimeout: is not a duration) and has no effect until it is corrected; the defaults count (failed checks hold)',
    },
  ]);
});
