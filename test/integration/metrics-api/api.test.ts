import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { matchesLabels, parseLabelSelector } from '../../../src/domain/label-selector.ts';
import { metricsApiSecretName } from '../../../src/pki/stored.ts';
import { type Api, connectApi, must } from '../lifecycle/api.ts';
import type { Sluice } from '../lifecycle/sluice.ts';
import { applyObject } from './manifests.ts';
import { expectOk, kubeconfigOf, Place, serveMetricsApi, tokenOf } from './world.ts';

const secretPath = apiPath(resources.secrets, 'sluice-system', metricsApiSecretName);
const soon = { timeout: 30_000, interval: 100 };

let api: Api;
let sluice: Sluice;
let place: Place;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  await api.request('DELETE', secretPath);
  // Short, so that the rotation happens while the tests look.
  sluice = await serveMetricsApi(api, { SLUICE_CERT_VALIDITY: '6s', SLUICE_CA_VALIDITY: '1h' });
});
beforeEach(async () => {
  place = await Place.open('values');
});
afterEach(() => place.close());
afterAll(async () => {
  await sluice.stop();
  await api.request('DELETE', secretPath);
  api.client.close();
});

const listSchema = z.object({
  items: z.array(z.object({ describedObject: z.object({ name: z.string(), namespace: z.string() }) })),
});

async function namesOf(what: string): Promise<string[]> {
  const { body } = expectOk(await place.values(what));
  return listSchema.parse(body).items.map(({ describedObject }) => describedObject.name);
}

test('both versions give the value through the API server, each in its own shape', async () => {
  const lastUpdated = new Date().toISOString();
  await place.metric('errors', { value: '0.25', lastUpdated }, { team: 'shop' });
  const newer = await vi.waitFor(async () => expectOk(await place.values('errors/errors')), soon);
  const describedObject = {
    kind: 'KeptnMetric',
    namespace: place.namespace,
    name: 'errors',
    apiVersion: 'metrics.keptn.sh/v1',
  };
  const timestamp = `${lastUpdated.slice(0, 19)}Z`;
  const selector = { matchLabels: { team: 'shop' } };
  expect(newer.body).toEqual({
    kind: 'MetricValueList',
    apiVersion: 'custom.metrics.k8s.io/v1beta2',
    metadata: {},
    items: [{ describedObject, metric: { name: 'errors', selector }, timestamp, value: '250m' }],
  });
  expect((await place.values('errors/errors', 'v1beta1')).body).toEqual({
    kind: 'MetricValueList',
    apiVersion: 'custom.metrics.k8s.io/v1beta1',
    metadata: {},
    items: [{ describedObject, metricName: 'errors', timestamp, value: '250m', selector }],
  });
});

test('the API server lists the metrics in its discovery, and finds our OpenAPI', async () => {
  await place.metric('found');
  await vi.waitFor(async () => {
    const { body } = expectOk(await api.request('GET', '/apis/custom.metrics.k8s.io/v1beta2'));
    const resource = {
      name: 'keptnmetrics.metrics.keptn.sh/found',
      singularName: '',
      namespaced: true,
      kind: 'MetricValueList',
      verbs: ['get'],
    };
    expect(body).toMatchObject({ resources: expect.arrayContaining([resource]) });
  }, soon);
  const group = await api.request('GET', '/apis/custom.metrics.k8s.io');
  expect(group.body).toMatchObject({
    name: 'custom.metrics.k8s.io',
    preferredVersion: { version: 'v1beta2' },
  });
  const document = await vi.waitFor(
    async () => expectOk(await api.request('GET', '/openapi/v3/apis/custom.metrics.k8s.io/v1beta2')),
    soon,
  );
  expect(document.body).toMatchObject({ openapi: '3.0.0' });
});

test('MQ-30: a query by label gives metrics of its own namespace, of the name asked for', async () => {
  const other = await Place.open('other');
  await place.metric('errors', { value: '1' }, { team: 'shop', tier: 'front' });
  await place.metric('latency', { value: '2' }, { team: 'shop' });
  await place.metric('unmeasured', undefined, { team: 'shop' });
  await other.metric('errors', { value: '3' }, { team: 'shop' });
  await vi.waitFor(async () => {
    expect(await namesOf('*/*?labelSelector=team%3Dshop')).toEqual(['errors', 'latency']);
  }, soon);
  expect(await namesOf('*/errors?labelSelector=team%3Dshop')).toEqual(['errors']);
  expect(await namesOf('*/*?labelSelector=team+in+(shop,x),!tier')).toEqual(['latency']);
  expect(await namesOf('*/*?labelSelector=team%3Dshop&metricLabelSelector=tier')).toEqual(['errors']);
  expect(await namesOf('*/*?labelSelector=team%3Dbank')).toEqual([]);
  expect((await place.values('*/*?labelSelector=team+in')).status).toBe(400);
  const there = await other.values('latency/latency');
  expect(there).toMatchObject({ status: 404, body: { kind: 'Status', reason: 'NotFound' } });
  expect(there.text).toContain(`KeptnMetric \\"latency\\" in namespace \\"${other.namespace}\\"`);
  await other.close();
});

test('MQ-2d: metrics that went while nobody watched are gone, and the rest is served', async () => {
  await place.metric('goes', { value: '1' });
  await place.metric('stays', { value: '2' });
  await vi.waitFor(async () => expectOk(await place.values('goes/goes')), soon);
  await sluice.stop();
  const sluiceAgain = serveMetricsApi(api, { SLUICE_CERT_VALIDITY: '6s', SLUICE_CA_VALIDITY: '1h' });
  await api.request('DELETE', place.path('/apis/metrics.keptn.sh/v1/keptnmetrics', '/goes'));
  sluice = await sluiceAgain;
  await vi.waitFor(async () => expect((await place.values('goes/goes')).status).toBe(404), soon);
  expectOk(await place.values('stays/stays'));
});

test('who may not read a value gets 403, and with a binding the value', async () => {
  await place.metric('errors', { value: '1' });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader' } };
  await place.make('/api/v1/serviceaccounts', account);
  const reader = connectApi(await kubeconfigOf(api, place.namespace, 'reader'));
  const refused = await place.values('errors/errors', 'v1beta2', reader);
  expect(refused).toMatchObject({ status: 403, body: { reason: 'Forbidden' } });
  await bindReader();
  await vi.waitFor(async () => expectOk(await place.values('errors/errors', 'v1beta2', reader)), soon);
  reader.client.close();
});

/** Lets the service account `reader` read the values of the place. */
async function bindReader(): Promise<void> {
  await applyObject(api, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'reader', namespace: place.namespace },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'sluice-custom-metrics-reader',
    },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: place.namespace }],
  });
}

test('a direct caller is known by a token, never by headers that only the front proxy may send', async () => {
  await place.metric('errors', { value: '1' });
  await place.make('/api/v1/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'reader' },
  });
  const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${place.namespace}/keptnmetrics.metrics.keptn.sh/errors/errors`;
  const masters = { 'X-Remote-User': 'eve', 'X-Remote-Group': 'system:masters' };
  expect(await direct(path)).toMatchObject({ status: 401, text: expect.stringContaining('"kind":"Status"') });
  expect(await direct(path, masters)).toMatchObject({ status: 401 });
  expect(await direct(path, { authorization: 'Bearer nonsense' })).toMatchObject({ status: 401 });
  const authorization = `Bearer ${await tokenOf(api, place.namespace, 'reader')}`;
  expect(await direct(path, { ...masters, authorization })).toMatchObject({ status: 403 });
  expect(await direct('/apis', { authorization })).toMatchObject({ status: 200 });
  await bindReader();
  // A refusal is relied on for ten seconds.
  await vi.waitFor(async () => {
    expect(await direct(path, { authorization })).toMatchObject({ status: 200 });
  }, soon);
  expect(await direct('/readyz')).toMatchObject({ status: 200, text: 'ok' });
});

test('the certificate of another authority of the cluster makes nobody a front proxy', async () => {
  const pki = join(dirname(inject('kubeconfig')), 'pki');
  const pair = (name: string) => ({
    cert: readFileSync(join(pki, `${name}.crt`)),
    key: readFileSync(join(pki, `${name}.key`)),
  });
  const masters = { 'X-Remote-User': 'eve', 'X-Remote-Group': 'system:masters' };
  expect(await direct('/apis', masters, pair('admin'))).toMatchObject({ status: 401 });
  expect(await direct('/apis', masters, pair('front-proxy'))).toMatchObject({ status: 200 });
});

test('the aggregator follows a renewed certificate and a new authority', async () => {
  await place.metric('errors', { value: '1' });
  await vi.waitFor(async () => expectOk(await place.values('errors/errors')), soon);
  const first = await serialNumber();
  await vi.waitFor(async () => expect(await serialNumber()).not.toBe(first), soon);
  expectOk(await place.values('errors/errors'));
  const before = await caBundle();
  await api.request('DELETE', secretPath);
  await vi.waitFor(async () => expect(await caBundle()).not.toBe(before), soon);
  await vi.waitFor(async () => expectOk(await place.values('errors/errors')), { ...soon, timeout: 60_000 });
});

test('an APIService that leads to another adapter is left alone', async () => {
  const name = 'v1beta1.custom.metrics.k8s.io';
  const path = apiPath(resources.apiservices, undefined, name);
  const ours = must(resources.apiservices.parse((await api.request('GET', path)).body));
  const theirs = { name: 'prometheus-adapter', namespace: 'monitoring' };
  await api.client.patch(
    path,
    'merge',
    { spec: { service: theirs, caBundle: null, insecureSkipTLSVerify: true } },
    'test',
  );
  const first = await serialNumber();
  // Each renewal goes with a look at the registrations.
  await vi.waitFor(async () => expect(await serialNumber()).not.toBe(first), soon);
  const after = must(resources.apiservices.parse((await api.request('GET', path)).body));
  expect(after.spec).toMatchObject({ service: theirs, insecureSkipTLSVerify: true });
  expect(after.spec.caBundle).toBeFalsy();
  const { service } = ours.spec;
  await api.client.patch(path, 'merge', { spec: { service, insecureSkipTLSVerify: false } }, 'test');
  await vi.waitFor(async () => expect(await caBundle(name)).toBeTruthy(), soon);
});

test.each([
  'team=shop',
  'team==shop,tier!=front',
  'team in (shop, bank),tier',
  'team notin (shop)',
  '!tier',
  'team=',
  'team in ()',
  'team in (,)',
  'weight>3',
  'weight<10,team',
  'weight>x',
  'weight>-1',
  'a b',
  'team=shop,',
  ',team',
  'in',
  'notin in (in,notin)',
  'team=in',
  'team in shop',
  'team=shop=x',
  'example.com/team=x',
  'Example.com/team=x',
  'a/b/c=x',
  'team=-x',
  'team!shop',
  '! tier',
  'team  =  shop',
])('the selector "%s" is read as the API server reads it', async (selector) => {
  const objects = [
    { team: 'shop', tier: 'front' },
    { team: 'shop' },
    { team: 'bank', weight: '5' },
    { team: '', weight: 'heavy' },
    { weight: '12', 'example.com/team': 'x' },
  ];
  for (const [index, labels] of objects.entries()) {
    const metadata = { name: `object-${index}`, labels };
    await place.make('/api/v1/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }
  const path = place.path('/api/v1/configmaps', `?labelSelector=${encodeURIComponent(selector)}`);
  const theirs = await api.request('GET', path);
  const ours = parseLabelSelector(selector);
  expect(ours.ok, theirs.text).toBe(theirs.status === 200);
  if (!ours.ok) return;
  const names = z
    .object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) })
    .parse(theirs.body)
    .items.map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('object-'));
  const matched = objects.flatMap((labels, index) =>
    matchesLabels(ours.value, labels) ? [`object-${index}`] : [],
  );
  expect(matched).toEqual(names);
});

async function caBundle(name = 'v1beta2.custom.metrics.k8s.io'): Promise<string | null | undefined> {
  const answer = await api.request('GET', apiPath(resources.apiservices, undefined, name));
  return must(resources.apiservices.parse(answer.body)).spec.caBundle;
}

function port(): number {
  return Number(sluice.environment['SLUICE_LISTEN_METRICS_API']);
}

function serialNumber(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.once('error', reject);
  });
}

/** Asks the listener itself, past the API server. */
function direct(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  pair: { readonly cert?: Buffer; readonly key?: Buffer } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const options = { ...pair, port: port(), path, host: '127.0.0.1', rejectUnauthorized: false, headers };
    const sent = request({ ...options, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}
