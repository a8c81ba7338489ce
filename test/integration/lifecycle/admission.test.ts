import { request } from 'node:https';
import { connect, type PeerCertificate } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { z } from '../../../src/api/schema.ts';
import { certificatesSecretName } from '../../../src/pki/stored.ts';
import { issueCa, issueServing } from '../../../src/pki/x509.ts';
import { type Api, connectApi, must } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Environment, freshEnvironment, type Sluice, startSluice } from './sluice.ts';

const optIn = 'keptn.sh/lifecycle-toolkit';
const secretPath = apiPath(resources.secrets, 'sluice-system', certificatesSecretName);

let api: Api;
let sluice: Sluice | undefined;
let scene: Scene | undefined;

beforeAll(() => {
  api = connectApi(inject('kubeconfig'));
});
afterEach(async () => {
  await scene?.close();
  await sluice?.stop();
  scene = undefined;
  sluice = undefined;
});
afterAll(() => {
  api.client.close();
});

async function labelsOf(namespace: string): Promise<Record<string, string>> {
  const answer = must(await api.client.get(apiPath(resources.namespaces, undefined, namespace)));
  return must(resources.namespaces.parse(answer)).metadata.labels ?? {};
}

test('L3: a namespace without the label is untouched', async () => {
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
  const untouched = await Scene.open('plain', {});
  scene = untouched;
  await untouched.make(taskDefinition('lint'));
  await untouched.make(workload('Deployment', { preTasks: 'lint', app: 'mall' }));
  await untouched.until('its pod runs', () =>
    untouched.pods().some(({ status }) => status?.phase === 'Running'),
  );
  await untouched.holds(
    'no object of ours appears',
    () => untouched.all('keptnworkloads').length + untouched.jobsEver().length === 0,
    1500,
  );
  expect(untouched.gates()).toEqual([[]]);
  expect(untouched.pods()[0]?.metadata.annotations?.['keptn.sh/app-type']).toBeUndefined();
});

test("Keptn's annotation on a namespace counts: admission labels a new one, the controller one that was there", async () => {
  // Nobody is asked about namespaces while there is no configuration, as before an installation.
  await api.request('DELETE', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/sluice');
  const early = await Scene.open('early', { annotations: { [optIn]: 'enabled' } });
  const optedOut = await Scene.open('out', {
    annotations: { [optIn]: 'enabled' },
    labels: { [optIn]: 'disabled' },
  });
  expect(await labelsOf(early.namespace)).not.toHaveProperty(optIn);
  sluice = await startSluice(api, { roles: ['webhook', 'controller'] });
  await vi.waitFor(async () => {
    expect(await labelsOf(early.namespace)).toMatchObject({ [optIn]: 'enabled' });
  });
  scene = await Scene.open('late', { annotations: { [optIn]: 'enabled' } });
  const first = scene.created;
  expect(must(resources.namespaces.parse(first)).metadata.labels).toMatchObject({ [optIn]: 'enabled' });
  expect(await labelsOf(optedOut.namespace)).toMatchObject({ [optIn]: 'disabled' });
  await early.close();
  await optedOut.close();
});

test('L4: what is no AdmissionReview is answered 400 and the listener goes on', async () => {
  sluice = await startSluice(api, { roles: ['webhook'] });
  const port = Number(sluice.environment['SLUICE_LISTEN_WEBHOOK']);
  for (const body of [
    '',
    '{',
    '[]',
    '{"kind":"AdmissionReview"}',
    JSON.stringify({ apiVersion: 'v1', kind: 'Pod' }),
  ]) {
    const answer = await post(port, '/mutate-v1-pod', body);
    expect(answer.status, body).toBe(400);
    expect(answer.text.length).toBeGreaterThan(10);
  }
  expect((await post(port, '/other', '{}')).status).toBe(404);
  scene = await Scene.open('l4', { annotations: { [optIn]: 'enabled' } });
  expect(must(resources.namespaces.parse(scene.created)).metadata.labels).toMatchObject({
    [optIn]: 'enabled',
  });
});

test('L4: a certificate that has expired is replaced at the start', async () => {
  const day = 86_400_000;
  const ca = await issueCa({
    notBefore: new Date(Date.now() - 20 * day),
    notAfter: new Date(Date.now() + 20 * day),
  });
  const expired = { notBefore: new Date(Date.now() - 10 * day), notAfter: new Date(Date.now() - day) };
  const serving = must(
    await issueServing(ca, { dnsNames: ['sluice-webhook.sluice-system.svc'], ipAddresses: [] }, expired),
  );
  await api.request('DELETE', secretPath);
  await makeSecret({
    'ca.crt': ca.certPem,
    'ca.key': ca.keyPem,
    'tls.crt': serving.certPem,
    'tls.key': serving.keyPem,
  });
  sluice = await startSluice(api, { roles: ['webhook'] });
  const peer = await peerOf(sluice.environment);
  expect(Date.parse(peer.valid_to)).toBeGreaterThan(Date.now() + day);
  expect(peer.issuer).toBeDefined();
});

test('L4: a serving certificate is renewed while pods are admitted, without a restart', async () => {
  await api.request('DELETE', secretPath);
  const environment = { ...(await freshEnvironment()), SLUICE_CERT_VALIDITY: '6s', SLUICE_CA_VALIDITY: '1h' };
  sluice = await startSluice(api, { roles: ['webhook'], environment });
  const first = await peerOf(environment);
  const renewed = await vi.waitFor(
    async () => {
      const now = await peerOf(environment);
      if (now.serialNumber === first.serialNumber) throw new Error('not renewed yet');
      return now;
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(Date.parse(renewed.valid_to)).toBeGreaterThan(Date.parse(first.valid_to));
  // The API server asks over a new connection too, and trusts what it meets.
  scene = await Scene.open('renewed', { annotations: { [optIn]: 'enabled' } });
  expect(must(resources.namespaces.parse(scene.created)).metadata.labels).toMatchObject({
    [optIn]: 'enabled',
  });
  await api.request('DELETE', secretPath);
});

async function makeSecret(data: Readonly<Record<string, string>>): Promise<void> {
  const { namespace, name } = { namespace: 'sluice-system', name: certificatesSecretName };
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: data };
  const answer = await api.request('POST', apiPath(resources.secrets, namespace), object);
  expect(z.object({ kind: z.literal('Secret') }).safeParse(answer.body).success, answer.text).toBe(true);
}

/** The certificate that the listener shows. */
function peerOf(environment: Environment): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const port = Number(environment['SLUICE_LISTEN_WEBHOOK']);
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.end();
    });
    socket.once('error', reject);
  });
}

/** What the API server would send, but wrong. */
function post(port: number, path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(
      { port, path, method: 'POST', host: '127.0.0.1', rejectUnauthorized: false, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, text });
        });
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
