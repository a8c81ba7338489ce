import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerSchema, applied, asReview, responseOf } from '../../test/builders/admission-review.ts';
import { z } from '../api/schema.ts';
import { ok } from '../kernel/result.ts';
import { type AdmissionPorts, namespaceHandler, podHandler } from './handler.ts';

const ports: AdmissionPorts = {
  owners: { get: () => undefined, fetch: () => Promise.resolve(ok(undefined)) },
  fetchRollout: () => Promise.resolve(ok(undefined)),
  apps: { get: () => undefined },
  versions: { get: () => undefined },
  reportBug: (error) => {
    throw error;
  },
};
const pods = podHandler(ports);
const namespaces = namespaceHandler(ports.reportBug);

const gateName = 'keptn-prechecks-gate';
const ourKeys = ['keptn.sh/workload', 'keptn.sh/app', 'keptn.sh/version', 'keptn.sh/container'];
const otherKeys = ['app.kubernetes.io/name', 'a~1b/c~0d', 'x'];
const texts = fc.dictionary(
  fc.constantFrom(...ourKeys, ...otherKeys, 'keptn.sh/pre-deployment-tasks'),
  fc.oneof(
    fc.constantFrom('', 'a', 'Some_App', 'b'.repeat(300), 'über 1.0+x'),
    fc.string({ maxLength: 300 }),
  ),
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.option(fc.option(value, { nil: null }), { nil: undefined });
const gate = fc.record({ name: fc.constantFrom(gateName, 'a/b', 'c/d'), extra: fc.jsonValue() });
const reference = fc.record({
  apiVersion: fc.constantFrom('apps/v1', 'batch/v1'),
  kind: fc.constantFrom('ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'),
  name: fc.string(),
  uid: fc.uuid(),
  controller: fc.boolean(),
});
const container = fc.record({ name: fc.string(), image: fc.string(), resources: fc.jsonValue() });
const arbitraryPod = fc
  .record({
    apiVersion: fc.constant('v1'),
    metadata: fc.record({
      generateName: fc.string(),
      annotations: maybe(texts),
      labels: maybe(texts),
      ownerReferences: maybe(fc.array(reference, { maxLength: 3 })),
      managedFields: fc.jsonValue(),
    }),
    spec: fc.record({
      containers: maybe(fc.array(container, { maxLength: 3 })),
      schedulingGates: maybe(fc.uniqueArray(gate, { selector: ({ name }) => name, maxLength: 3 })),
      fieldOfTheFuture: fc.jsonValue(),
    }),
    status: fc.jsonValue(),
  })
  .map((pod) => z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(pod))));

const podParts = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).nullish() }),
  spec: z.looseObject({ schedulingGates: z.array(z.unknown()).nullish() }),
});

/** The pod without all that admission may touch. */
function rest(pod: unknown): unknown {
  const { metadata, spec, ...others } = podParts.parse(pod);
  const { annotations: _annotations, ...otherMetadata } = metadata;
  const { schedulingGates: _gates, ...otherSpec } = spec;
  return { others, otherMetadata, otherSpec };
}

test('a patch appends: foreign gates keep their order, annotations with a value keep it, all else is equal', async () => {
  let gated = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryPod, async (pod) => {
      const response = await responseOf(pods, asReview(pod));
      const after = applied(pod, response);
      expect(rest(after)).toEqual(rest(pod));
      const [old, now] = [podParts.parse(pod), podParts.parse(after)];
      const gatesBefore = old.spec.schedulingGates ?? [];
      const gatesAfter = now.spec.schedulingGates ?? [];
      expect(gatesAfter.slice(0, gatesBefore.length)).toEqual(gatesBefore);
      expect(gatesAfter.slice(gatesBefore.length)).toEqual(
        gatesAfter.length > gatesBefore.length ? [{ name: gateName }] : [],
      );
      gated += gatesAfter.length - gatesBefore.length;
      for (const [key, value] of Object.entries(old.metadata.annotations ?? {})) {
        if (value !== '') expect(now.metadata.annotations?.[key]).toBe(value);
      }
      expect(await responseOf(pods, asReview(after))).not.toHaveProperty('patch');
    }),
    { numRuns: 500 },
  );
  expect(gated).toBeGreaterThan(20);
});

test('a strange name or version never refuses a pod', async () => {
  const word = fc.string({ minLength: 1, maxLength: 400, unit: 'grapheme' });
  await fc.assert(
    fc.asyncProperty(word, word, word, async (workload, app, version) => {
      const annotations = { 'keptn.sh/workload': workload, 'keptn.sh/app': app, 'keptn.sh/version': version };
      const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u' }];
      const pod = { metadata: { annotations, ownerReferences }, spec: { containers: [] } };
      const response = await responseOf(pods, asReview(pod));
      expect(response.allowed).toBe(true);
      expect(applied(pod, response)).toMatchObject({ spec: { schedulingGates: [{ name: gateName }] } });
    }),
  );
});

test('any JSON is answered, well-formed, by both handlers', async () => {
  const piece = fc.oneof(arbitraryPod, fc.jsonValue());
  const request = fc.record(
    {
      uid: fc.oneof(fc.string(), fc.jsonValue()),
      operation: fc.oneof(fc.constantFrom('CREATE', 'UPDATE'), fc.jsonValue()),
      resource: fc.oneof(
        fc.constantFrom(
          { group: '', version: 'v1', resource: 'pods' },
          { group: '', version: 'v1', resource: 'namespaces' },
        ),
        fc.jsonValue(),
      ),
      object: piece,
      namespace: piece,
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.jsonValue(),
    request.map((change) => asReview({}, change)),
    piece.map((object) => asReview(object)),
    piece.map((object) => asReview({ metadata: object, spec: object })),
  );
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      for (const handle of [pods, namespaces]) {
        const answer = await handle(sent);
        if (answer.ok) answerSchema.parse(answer.value);
        else expect(answer.error).toMatchObject({ tag: 'malformed' });
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a malformed review names the fields that are wrong', async () => {
  const answer = await pods({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1beta1', request: {} });
  expect(answer).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  expect(JSON.stringify(answer)).toMatch(/apiVersion.*request\.uid/);
});

test('a warning fits into a header line', async () => {
  const annotations = { 'keptn.sh/workload': 'w', 'keptn.sh/container': `a\nb${'x'.repeat(300)}` };
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u' }];
  const pod = { metadata: { annotations, ownerReferences }, spec: { containers: [] } };
  const [warning = ''] = (await responseOf(pods, asReview(pod))).warnings ?? [];
  expect(warning).toMatch(/names "a bx+…$/);
  expect(warning).toHaveLength(256);
});

const optIn = 'keptn.sh/lifecycle-toolkit';
const asNamespaceReview = (object: object, operation: string): object =>
  asReview(object, { operation, resource: { group: '', version: 'v1', resource: 'namespaces' } });

test.each([
  {
    name: 'opted in',
    annotations: { [optIn]: 'enabled' },
    labels: { a: 'b' },
    after: { a: 'b', [optIn]: 'enabled' },
  },
  {
    name: 'no labels',
    annotations: { [optIn]: 'enabled' },
    labels: undefined,
    after: { [optIn]: 'enabled' },
  },
  {
    name: 'opted out by label',
    annotations: { [optIn]: 'enabled' },
    labels: { [optIn]: 'off' },
    after: { [optIn]: 'off' },
  },
  {
    name: 'opted out by an empty label',
    annotations: { [optIn]: 'enabled' },
    labels: { [optIn]: '' },
    after: { [optIn]: '' },
  },
  { name: 'another value', annotations: { [optIn]: 'true' }, labels: { a: 'b' }, after: { a: 'b' } },
  { name: 'no annotations', annotations: null, labels: { a: 'b' }, after: { a: 'b' } },
])('namespace, $name', async ({ annotations, labels, after }) => {
  const namespace = { metadata: { name: 'shop', annotations, labels } };
  for (const operation of ['CREATE', 'UPDATE']) {
    const response = await responseOf(namespaces, asNamespaceReview(namespace, operation));
    expect(response.allowed).toBe(true);
    expect(applied(namespace, response)).toEqual({ metadata: { ...namespace.metadata, labels: after } });
  }
});
