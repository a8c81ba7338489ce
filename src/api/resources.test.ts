import { expect, test } from 'vitest';
import { customKinds } from './kinds.ts';
import { exampleObject } from './reference.ts';
import { apiPath, resources } from './resources.ts';

test.each([
  ['/api/v1/pods', apiPath(resources.pods)],
  ['/api/v1/namespaces/n/pods', apiPath(resources.pods, 'n')],
  ['/api/v1/namespaces/n/pods/p', apiPath(resources.pods, 'n', 'p')],
  ['/api/v1/namespaces/n', apiPath(resources.namespaces, undefined, 'n')],
  ['/api/v1/namespaces/n', apiPath(resources.namespaces, 'ignored', 'n')],
  ['/apis/batch/v1/namespaces/n/jobs/j/status', apiPath(resources.jobs, 'n', 'j', 'status')],
  ['/apis/options.keptn.sh/v1alpha1/keptnconfigs', apiPath(resources.keptnconfigs)],
  ['/apis/lifecycle.keptn.sh/v1/namespaces/n/keptnapps/a%2Fb', apiPath(resources.keptnapps, 'n', 'a/b')],
])('%s', (path, built) => {
  expect(built).toBe(path);
});

test('each resource stands under its own name, and every kind of ours is one', () => {
  const selections: Record<string, string> = {
    taskpods: 'pods',
    jobevents: 'events',
    configmapnames: 'configmaps',
  };
  for (const [name, def] of Object.entries(resources)) expect(def.name).toBe(selections[name] ?? name);
  const ours = Object.values(resources).filter(({ group }) => group.endsWith('.keptn.sh'));
  expect(ours.map(({ kind }) => kind).toSorted()).toEqual(customKinds.map(({ kind }) => kind).toSorted());
});

test.each(Object.values(resources).map((def) => [def.kind, def] as const))(
  'a listed %s knows its kind',
  (kind, def) => {
    const example = customKinds.find((custom) => custom.kind === kind);
    const { apiVersion, ...listed } =
      example === undefined ? { metadata: { name: 'x' } } : exampleObject(example);
    const group = def.group === '' ? def.version : `${def.group}/${def.version}`;
    expect(apiVersion ?? group).toBe(group);
    expect(def.parse({ ...listed, kind: undefined })).toMatchObject({
      ok: true,
      value: { apiVersion: group, kind },
    });
  },
);

test('what nobody reads is dropped from a pod, and an unset time is absent', () => {
  const parsed = resources.pods.parse({
    metadata: { name: 'p', creationTimestamp: null, managedFields: [{ manager: 'm' }] },
    spec: {
      schedulingGates: [{ name: 'g' }],
      volumes: [],
      containers: [{ name: 'c', env: [{ name: 'E', valueFrom: {} }] }],
    },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'Ready', status: 'False', lastProbeTime: null, lastTransitionTime: null }],
    },
  });
  expect(parsed).toEqual({
    ok: true,
    value: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { schedulingGates: [{ name: 'g' }], containers: [{ name: 'c', env: [{ name: 'E' }] }] },
      status: { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }] },
    },
  });
});

test('an object without a spec has an empty one where every field is optional', () => {
  expect(resources.keptnappcontexts.parse({ metadata: { name: 'c' } })).toMatchObject({
    value: { spec: {} },
  });
  expect(resources.keptnconfigs.parse({ metadata: { name: 'c' } })).toMatchObject({
    value: { spec: { blockDeployment: true, observabilityTimeout: '5m' } },
  });
});
