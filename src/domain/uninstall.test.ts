import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prechecksGate } from '../api/constants.ts';
import type { Pod } from '../api/core/pod.ts';
import { decideUninstall, gatedPodChoices, uninstallPermissions } from './uninstall.ts';

const gates = fc.subarray(['kueue.x-k8s.io/admission', prechecksGate, 'example.com/quota']);
const pods: fc.Arbitrary<Pod[]> = fc
  .array(fc.record({ gates, isDeleted: fc.boolean(), namespace: fc.constantFrom('a', 'b') }), {
    maxLength: 12,
  })
  .map((all) =>
    all.map(({ gates: names, isDeleted, namespace }, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `pod-${index}`,
        namespace,
        uid: `uid-${index}`,
        ...(isDeleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      },
      spec: { schedulingGates: names.map((name) => ({ name })) },
    })),
  );

const isOurs = ({ spec, metadata }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (spec.schedulingGates ?? []).some(({ name }) => name === prechecksGate);

test('S1: kept pods are told and never lifted', () => {
  fc.assert(
    fc.property(pods, (all) => {
      const { gated, actions } = decideUninstall(all, 'keep');
      expect(gated).toHaveLength(all.filter(isOurs).length);
      expect(actions.map(({ kind }) => kind)).toEqual(gated.map(() => 'emitEvent'));
    }),
  );
});

test('S1, S3: released pods are recorded before any is lifted, and a pod without our gate is left alone', () => {
  fc.assert(
    fc.property(pods, (all) => {
      const { actions } = decideUninstall(all, 'release');
      const names = all.filter(isOurs).map(({ metadata }) => metadata.name);
      expect(
        actions.map((action) => [
          action.kind,
          action.kind === 'liftGate' ? action.pod.name : action.kind === 'emitEvent' && action.regarding.name,
        ]),
      ).toEqual(['emitEvent', 'liftGate'].flatMap((kind) => names.map((name) => [kind, name])));
      for (const action of actions)
        if (action.kind === 'liftGate') expect(action.unchecked).toBe('uninstall');
    }),
  );
});

test('a pod is meant by its uid, and its Event names the remedy', () => {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'cart-1', namespace: 'shop', uid: 'u' },
    spec: { schedulingGates: [{ name: prechecksGate }] },
  };
  const { gated, actions } = decideUninstall([pod], 'keep');
  expect(gated).toEqual(['shop/cart-1']);
  expect(actions[0]).toMatchObject({
    regarding: { namespace: 'shop', name: 'cart-1', uid: 'u' },
    type: 'Warning',
    reason: 'GateKept',
    note: expect.stringContaining('Install Sluice again'),
  });
});

test('pods may be patched only by who chose to release them, and no choice reads Secrets', () => {
  const verbsOn = (choice: (typeof gatedPodChoices)[number], resource: string): readonly string[] =>
    uninstallPermissions(choice)
      .filter((one) => one.resource === resource)
      .flatMap(({ verbs }) => verbs);
  expect(verbsOn('keep', 'pods')).toEqual(['list']);
  expect(verbsOn('release', 'pods')).toContain('patch');
  for (const choice of gatedPodChoices) expect(verbsOn(choice, 'secrets')).toEqual([]);
});
