import { Buffer } from 'node:buffer';
import fastJsonPatch from 'fast-json-patch';
import request from 'supertest';
import { expect, test } from 'vitest';
import { asReview } from '../../test/builders/admission-review.ts';
import { z } from '../api/schema.ts';
import { failure } from '../kernel/errors.ts';
import { err, ok } from '../kernel/result.ts';
import type { AdmissionPorts } from '../webhook/handler.ts';
import { admissionRoutes } from './admission-routes.ts';
import { createApp } from './http.ts';
import type { HttpApp } from './route.ts';

const replicaSet = {
  metadata: {
    name: 'carts-7d9',
    uid: 'rs-1',
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'carts', uid: 'd-1', controller: true },
    ],
  },
};
const deployment = {
  metadata: { name: 'carts', uid: 'd-1', annotations: { 'keptn.sh/pre-deployment-tasks': 'check-db' } },
};

const ports: AdmissionPorts = {
  owners: {
    get: (resource) => (resource === 'replicasets' ? replicaSet : deployment),
    fetch: () => Promise.resolve(err(failure('unavailable', 'nobody asked for a live read'))),
  },
  fetchRollout: () => Promise.resolve(ok(undefined)),
  apps: { get: () => undefined },
  versions: { get: () => undefined },
  reportBug: (error) => {
    throw error;
  },
};

function app(change: Partial<AdmissionPorts> = {}): HttpApp {
  return createApp(admissionRoutes({ ...ports, ...change }), () => {});
}

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: 'carts-7d9-',
    labels: { 'app.kubernetes.io/name': 'carts', 'app.kubernetes.io/part-of': 'shop' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'carts-7d9', uid: 'rs-1', controller: true },
    ],
  },
  spec: {
    containers: [{ name: 'carts', image: 'registry:5000/carts:1.2.3', futureField: { kept: true } }],
    schedulingGates: [{ name: 'kueue.x-k8s.io/admission' }],
  },
};

const responseSchema = z.object({
  uid: z.string(),
  allowed: z.boolean(),
  patch: z.string().optional(),
  status: z.object({ code: z.number(), message: z.string() }).optional(),
});
const answerSchema = z.object({ response: responseSchema });
type Answer = z.infer<typeof responseSchema>;

async function post(body: object, change: Partial<AdmissionPorts> = {}): Promise<Answer> {
  const answer = await request(app(change)).post('/mutate-v1-pod').send(body).expect(200);
  return answerSchema.parse(answer.body).response;
}

const operationsSchema = z.array(
  z.object({ op: z.enum(['add', 'test']), path: z.string(), value: z.unknown() }),
);

function patched(object: object, { patch = '' }: Answer): unknown {
  const operations = operationsSchema.parse(JSON.parse(Buffer.from(patch, 'base64').toString('utf8')));
  return fastJsonPatch.applyPatch<unknown>(structuredClone(object), operations, true).newDocument;
}

test('a pod of a new version gets the gate behind the foreign one, and what its Deployment says', async () => {
  const response = await post(asReview(pod));
  expect(response).toMatchObject({ uid: 'u-1', allowed: true });
  expect(patched(pod, response)).toEqual({
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { 'keptn.sh/version': '1.2.3', 'keptn.sh/pre-deployment-tasks': 'check-db' },
    },
    spec: {
      ...pod.spec,
      schedulingGates: [{ name: 'kueue.x-k8s.io/admission' }, { name: 'keptn-prechecks-gate' }],
    },
  });
});

test('a dry run gets the same answer', async () => {
  expect(await post(asReview(pod, { dryRun: true }))).toEqual(await post(asReview(pod)));
});

test('an owner that cannot be read refuses the pod for now and names object, cause and remedy', async () => {
  const owners = {
    get: () => undefined,
    fetch: () => Promise.resolve(err(failure('timeout', 'no answer in 2 s'))),
  };
  const response = await post(asReview(pod), { owners });
  expect(response).toMatchObject({ uid: 'u-1', allowed: false, status: { code: 503 } });
  expect(response.status?.message).toMatch(/ReplicaSet "carts-7d9" cannot be read: no answer in 2 s.*RBAC/);
});

test('an exception refuses the pod and reaches the reporter, not the client', async () => {
  const bugs: unknown[] = [];
  const versions = {
    get: () => {
      throw new Error('secret detail');
    },
  };
  const response = await post(asReview(pod), { versions, reportBug: (error) => bugs.push(error) });
  expect(response).toMatchObject({ uid: 'u-1', allowed: false, status: { code: 500 } });
  expect(JSON.stringify(response)).not.toContain('secret detail');
  expect(bugs).toEqual([new Error('secret detail')]);
});

test.each([
  { name: 'broken JSON', body: '{"kind":', type: 'application/json', status: 400, says: /not JSON/ },
  { name: 'another kind', body: '{"kind":"Pod"}', type: 'application/json', status: 400, says: /request/ },
  {
    name: 'a form',
    body: 'a=b',
    type: 'application/x-www-form-urlencoded',
    status: 415,
    says: /Content-Type/,
  },
  {
    name: '5 MB',
    body: JSON.stringify('x'.repeat(5_000_000)),
    type: 'application/json',
    status: 413,
    says: /4194304 bytes/,
  },
])('$name is answered with $status and a reason', async ({ body, type, status, says }) => {
  const answer = await request(app()).post('/mutate-v1-pod').set('Content-Type', type).send(body);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ error: { code: status } });
  expect(answer.text).toMatch(says);
});
