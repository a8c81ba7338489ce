import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Allowance, aggregatedRoleManifest, roleBindingManifest, roleManifest } from './rbac.ts';

const subset = (...texts: readonly string[]): fc.Arbitrary<string[]> =>
  fc.subarray([...texts], { minLength: 1 });
const allowance: fc.Arbitrary<Allowance> = fc.record(
  {
    group: fc.constantFrom('', 'apps', 'batch'),
    resource: fc.constantFrom('pods', 'jobs', 'pods/status'),
    verbs: subset('get', 'list', 'watch', 'patch'),
    names: subset('a', 'b'),
  },
  { requiredKeys: ['group', 'resource', 'verbs'] },
);

/** All that a set of allowances permits, one line each. */
function permitted(allowances: readonly Allowance[]): readonly string[] {
  const lines = allowances.flatMap(({ group, resource, verbs, names }) =>
    verbs.map(
      (verb) => `${group}/${resource} ${verb} ${names === undefined ? '*' : names.toSorted().join()}`,
    ),
  );
  return [...new Set(lines)].toSorted();
}

test('a role permits what was asked for and nothing else, in any order', () => {
  fc.assert(
    fc.property(fc.array(allowance), (asked) => {
      const { rules } = roleManifest(asked, { name: 'r' });
      const granted = rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.map((resource) => ({
            group,
            resource,
            verbs,
            ...(resourceNames === undefined ? {} : { names: resourceNames }),
          })),
        ),
      );
      expect(permitted(granted)).toEqual(permitted(asked));
      expect(roleManifest(asked.toReversed(), { name: 'r' })).toEqual(roleManifest(asked, { name: 'r' }));
    }),
  );
});

test('resources with the same verbs share a rule', () => {
  const role = roleManifest(
    [
      { group: 'apps', resource: 'replicasets', verbs: ['watch', 'get'] },
      { group: 'apps', resource: 'replicasets', verbs: ['list'] },
      { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list', 'watch'] },
      { group: '', resource: 'pods', verbs: ['patch'] },
    ],
    { name: 'sluice-controller' },
  );
  expect(role).toEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'sluice-controller', labels: { 'app.kubernetes.io/part-of': 'sluice' } },
    rules: [
      { apiGroups: [''], resources: ['pods'], verbs: ['patch'] },
      { apiGroups: ['apps'], resources: ['daemonsets', 'replicasets'], verbs: ['get', 'list', 'watch'] },
    ],
  });
});

test('a namespace makes it a Role, bound in that namespace', () => {
  const role = roleManifest([], { name: 'r', namespace: 'n' });
  expect(role).toMatchObject({ kind: 'Role', metadata: { namespace: 'n' } });
  expect(roleBindingManifest(role, { name: 'a', namespace: 'm' })).toMatchObject({
    kind: 'RoleBinding',
    metadata: { name: 'r', namespace: 'n' },
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'm' }],
  });
});

test('an aggregated role takes its rules from those that carry the label', () => {
  expect(aggregatedRoleManifest('reader', 'x/y')).toEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'reader', labels: { 'app.kubernetes.io/part-of': 'sluice' } },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'x/y': 'true' } }] },
  });
});
