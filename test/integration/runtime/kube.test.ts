import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parseYamlDocuments, toYaml } from '../../../src/api/yaml.ts';
import { isRecord } from '../../../src/runtime/api-status.ts';
import type { CallObserver } from '../../../src/runtime/client.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { loadConnector } from '../../../src/runtime/kube.ts';
import { serverOf } from './wire.ts';
import { at, configMap, connect, make, must, newNamespace } from './world.ts';

const admin = connect();
let namespace = '';

beforeAll(async () => {
  namespace = await newNamespace(admin, 'kube');
});
afterAll(() => {
  admin.close();
});

/** A kubeconfig of the same cluster whose user has this token and nothing else. */
function kubeconfigWith(token: string, path?: string): string {
  const [document] = must(parseYamlDocuments(readFileSync(inject('kubeconfig'), 'utf8')));
  const config = isRecord(document?.object) ? document.object : {};
  const contexts: unknown[] = Array.isArray(config['contexts']) ? config['contexts'] : [];
  const users = contexts.map((entry) => {
    const context = isRecord(entry) && isRecord(entry['context']) ? entry['context'] : {};
    return { name: context['user'], user: { token } };
  });
  const file = path ?? join(mkdtempSync(join(tmpdir(), 'sluice-token-')), 'kubeconfig');
  writeFileSync(file, toYaml({ ...config, users }));
  return file;
}

async function newToken(): Promise<string> {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`;
  await expect.poll(() => admin.create(path, request, 'test').then(({ ok }) => ok)).toBe(true);
  const answer = must(await admin.create(path, request, 'test'));
  const status = isRecord(answer) ? answer['status'] : undefined;
  return isRecord(status) ? String(status['token']) : '';
}

test('a token that was refused is read again, so a rotated one is picked up at once', async () => {
  const path = kubeconfigWith('stale');
  const client = connect(path);
  expect(await client.get('/api')).toMatchObject({ ok: false, error: { tag: 'unauthorized' } });
  kubeconfigWith(await newToken(), path);
  expect((await client.get('/api')).ok).toBe(true);
  // Known now, but not allowed everything.
  expect(await client.get(at('secrets', namespace))).toMatchObject({
    ok: false,
    error: { tag: 'forbidden' },
  });
  client.close();
});

test.each<[string, () => Promise<unknown>, string]>([
  ['a missing object', () => admin.get(at('pods', namespace, 'none')), 'not-found'],
  [
    'a missing namespace',
    () => admin.create(at('configmaps', 'none'), configMap('none', 'x'), 'test'),
    'not-found',
  ],
  [
    'a body that does not fit',
    () =>
      admin.create(at('pods', namespace), { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'x' } }, 'test'),
    'invalid',
  ],
  ['a body that is no object', () => admin.create(at('pods', namespace), [], 'test'), 'malformed'],
  [
    'a patch of an older version',
    async () => {
      await make(admin, configMap(namespace, 'raced'));
      return admin.patch(
        at('configmaps', namespace, 'raced'),
        'merge',
        { metadata: { resourceVersion: '1' } },
        'test',
      );
    },
    'conflict',
  ],
  [
    'a delete of another incarnation',
    () => admin.delete(at('configmaps', namespace, 'kube-root-ca.crt'), { uid: 'other' }),
    'conflict',
  ],
])('%s is told by its tag', async (_, run, tag) => {
  expect(await run()).toMatchObject({ ok: false, error: { tag } });
});

test('a server that is not there is unavailable, and one that does not answer in time is a timeout', async () => {
  const text = readFileSync(inject('kubeconfig'), 'utf8');
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-nobody-')), 'kubeconfig');
  writeFileSync(file, text.replace(serverOf, 'https://127.0.0.1:1'));
  const nobody = connect(file);
  expect(await nobody.get('/api')).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
  const hasty = connect(undefined, { timeoutMs: 1 });
  expect(await hasty.get(at('pods', namespace))).toMatchObject({ ok: false, error: { tag: 'timeout' } });
});

test('calls are observed with their verb and status', async () => {
  const calls: [string, string][] = [];
  const onCall: CallObserver = ({ verb, code }) => calls.push([verb, code]);
  const client = connect(undefined, { onCall });
  await client.get(at('pods', namespace, 'none'));
  await client.create(at('configmaps', namespace), configMap(namespace, 'seen'), 'test');
  await client.delete(at('configmaps', namespace, 'seen'), {});
  client.close();
  expect(calls).toEqual([
    ['get', '404'],
    ['create', '201'],
    ['delete', '200'],
  ]);
});

test('a kubeconfig that cannot be used is an error that says so', () => {
  const missing = loadConnector({ kubeconfigPath: '/does/not/exist', clock: systemClock });
  expect(missing).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  const context = loadConnector({
    kubeconfigPath: inject('kubeconfig'),
    context: 'nowhere',
    clock: systemClock,
  });
  expect(context).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('nowhere') as unknown },
  });
});
