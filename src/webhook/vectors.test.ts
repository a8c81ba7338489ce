import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applied, asReview, responseOf } from '../../test/builders/admission-review.ts';
import { keptnWorkloadVersionSchema } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { ownerReferenceSchema } from '../api/meta.ts';
import { z } from '../api/schema.ts';
import { resolveIdentity } from '../domain/workload-identity.ts';
import { failure } from '../kernel/errors.ts';
import { err, ok } from '../kernel/result.ts';
import { type AdmissionPorts, podHandler } from './handler.ts';
import type { OwnerObject } from './owner.ts';

const texts = z.record(z.string(), z.string());
const container = z.object({
  name: z.string(),
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});

function load<T>(file: string, vector: z.ZodType<T>): T[] {
  const path = new URL(`../../test/vectors/admission/${file}.json`, import.meta.url);
  const schema = z.object({ vectors: z.array(vector).min(1) });
  return schema.parse(JSON.parse(readFileSync(path, 'utf8'))).vectors;
}

const quiet: AdmissionPorts = {
  owners: { get: () => undefined, fetch: () => Promise.resolve(ok(undefined)) },
  fetchRollout: () => Promise.resolve(ok(undefined)),
  apps: { get: () => undefined },
  versions: { get: () => undefined },
  reportBug: (error) => {
    throw error;
  },
};
const replicaSetReference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs-1' };

const computedVersion = z.object({
  name: z.string(),
  containers: z.array(container),
  container: z.string().optional(),
  keptn: z.string(),
  sluice: z.string().optional(),
  deviation: z.string().optional(),
});

test.each(load('computed-version', computedVersion))('version: $name', async (vector) => {
  const annotations = {
    'keptn.sh/workload': 'w',
    ...(vector.container === undefined ? {} : { 'keptn.sh/container': vector.container }),
  };
  const pod = {
    metadata: { annotations, ownerReferences: [replicaSetReference] },
    spec: { containers: vector.containers },
  };
  const response = await responseOf(podHandler(quiet), asReview(pod));
  const after = z.object({ metadata: z.object({ annotations: texts }) }).parse(applied(pod, response));
  expect(after.metadata.annotations['keptn.sh/version']).toBe(vector.sluice ?? vector.keptn);
  expect(vector.sluice === undefined).toBe(vector.deviation === undefined);
});

const identity = z.object({
  workload: z.string().optional(),
  app: z.string().optional(),
  version: z.string(),
  preTasks: z.array(z.string()).optional(),
  metadata: texts.optional(),
  isAdmissible: z.boolean().optional(),
  added: texts,
});
const identityVector = z.object({
  name: z.string(),
  annotations: texts.optional(),
  labels: texts.optional(),
  keptn: identity,
  sluice: identity.optional(),
});

test.each(load('identity', identityVector))('identity: $name', ({ annotations, labels, keptn, sluice }) => {
  const found = resolveIdentity({ pod: { metadata: { annotations, labels }, spec: {} } });
  if (found.kind !== 'identified') throw new Error('the vector names a workload');
  const expected = sluice ?? keptn;
  expect(found.annotations).toEqual(expected.added);
  expect(found.identity.version).toBe(expected.version);
  if (expected.workload !== undefined) expect(found.identity.workloadName).toBe(expected.workload);
  if (expected.app !== undefined) expect(found.identity.app).toBe(expected.app);
  if (expected.preTasks !== undefined) expect(found.identity.preTasks).toEqual(expected.preTasks);
  if (expected.metadata !== undefined) expect(found.identity.metadata).toEqual(expected.metadata);
  expect(found.identity.workloadVersionName).toMatch(/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/);
});

const ownerMetadata = z.object({
  name: z.string(),
  uid: z.string(),
  annotations: texts.optional(),
  ownerReferences: z.array(ownerReferenceSchema).optional(),
});
const decision = z.object({
  name: z.string(),
  operation: z.string().optional(),
  pod: z.object({
    annotations: texts.optional(),
    labels: texts.optional(),
    owners: z.array(ownerReferenceSchema).optional(),
    gates: z.array(z.unknown()).optional(),
    containers: z.array(container).optional(),
  }),
  objects: z.record(z.string(), ownerMetadata).optional(),
  released: z.string().optional(),
  unreadable: z.boolean().optional(),
  expected: z.object({
    untouched: z.boolean().optional(),
    refused: z.number().optional(),
    gates: z.array(z.unknown()).optional(),
    added: texts.optional(),
    warning: z.string().optional(),
  }),
});

function portsFor({
  objects = {},
  released = '0',
  unreadable = false,
}: z.infer<typeof decision>): AdmissionPorts {
  const object = (resource: string): OwnerObject | undefined =>
    objects[resource] && { metadata: objects[resource] };
  const answer = (resource: string) =>
    Promise.resolve(unreadable ? err(failure('timeout', 'no answer')) : ok(object(resource)));
  const version = keptnWorkloadVersionSchema.parse({
    metadata: { name: 'v' },
    spec: {
      app: 'shop',
      version: released,
      workloadName: 'shop-carts',
      resourceReference: { uid: 'rs-1', kind: 'ReplicaSet', name: 'rs' },
    },
    status: {
      deploymentStatus: 'Succeeded',
      preDeploymentStatus: 'Succeeded',
      preDeploymentEvaluationStatus: 'Succeeded',
    },
  });
  return {
    ...quiet,
    owners: { get: () => undefined, fetch: answer },
    fetchRollout: () => answer('rollouts'),
    versions: {
      get: (_resource, _namespace, name) => (name === `shop-carts-${released}` ? version : undefined),
    },
  };
}

test.each(load('decision', decision))('decision: $name', async (vector) => {
  const {
    annotations,
    labels,
    owners: ownerReferences,
    gates: schedulingGates,
    containers = [],
  } = vector.pod;
  const pod = {
    metadata: { name: 'p', annotations, labels, ownerReferences },
    spec: { containers, schedulingGates, unknownField: [1, { kept: true }] },
  };
  const before = z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(pod)));
  const { operation = 'CREATE', expected } = vector;
  const response = await responseOf(podHandler(portsFor(vector)), asReview(before, { operation }));
  expect(response.allowed).toBe(expected.refused === undefined);
  expect(response.status?.code).toBe(expected.refused ?? 200);
  expect(response.patch === undefined).toBe(
    expected.untouched === true || expected.refused !== undefined || isUnchanged(vector),
  );
  expect(applied(before, response)).toEqual(
    expected.gates === undefined && expected.added === undefined ? before : whole(pod, expected),
  );
  const warnings = response.warnings ?? [];
  expect(warnings.join()).toContain(expected.warning ?? '');
  expect(warnings).toHaveLength(expected.warning === undefined ? 0 : 1);
});

/** Released, and nothing to add: no patch either. */
function isUnchanged({ expected }: z.infer<typeof decision>): boolean {
  return expected.gates === undefined && Object.keys(expected.added ?? {}).length === 0;
}

function whole(
  pod: { metadata: object; spec: object },
  expected: z.infer<typeof decision>['expected'],
): unknown {
  const { annotations } = z.object({ annotations: texts.optional() }).parse(pod.metadata);
  const merged = { ...annotations, ...expected.added };
  return JSON.parse(
    JSON.stringify({
      metadata: { ...pod.metadata, annotations: Object.keys(merged).length === 0 ? undefined : merged },
      spec: { ...pod.spec, schedulingGates: expected.gates },
    }),
  );
}
