import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { parseYamlDocuments, toYaml } from '../../../src/api/yaml.ts';
import { amountText } from '../../../src/providers/kubernetes/amount.ts';
import { evaluate } from '../../../src/providers/kubernetes/evaluate.ts';
import { parseExpression } from '../../../src/providers/kubernetes/parse.ts';
import { isRecord } from '../../../src/runtime/api-status.ts';
import type { KubeClient } from '../../../src/runtime/client.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { clusterReads } from '../../../src/runtime/cluster-reads.ts';
import { at, connect, make, must, newNamespace } from '../runtime/world.ts';

const admin = connect();
const nodesPath = '/api/v1/nodes';
const rolesPath = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const bindingsPath = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
let namespace = '';
const cleanUps: string[] = [];

async function createAt(path: string, object: KubeObject): Promise<void> {
  must(await admin.create(path, object, 'test'));
  cleanUps.push(`${path}/${object.metadata.name}`);
}

function pod(name: string, cpus: readonly (string | undefined)[]): KubeObject {
  const containers = cpus.map((cpu, index) => ({
    name: `c${index}`,
    image: 'none.test/none',
    resources: cpu === undefined ? {} : { requests: { cpu } },
  }));
  // Held, so that no scheduler of the test's cluster looks at it.
  const spec = { containers, schedulingGates: [{ name: 'test.example/hold' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { tier: 'web' } }, spec };
}

function node(name: string, cpu: string): KubeObject {
  const allocatable = { cpu, memory: '4Gi', pods: '110' };
  const status = { allocatable, capacity: allocatable, conditions: [] };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { of: namespace } }, status };
}

beforeAll(async () => {
  namespace = await newNamespace(admin, 'cluster');
  await createAt(nodesPath, node(`${namespace}-a`, '4'));
  await createAt(nodesPath, node(`${namespace}-b`, '3500m'));
  for (const object of [pod('web', ['500m', '1']), pod('bare', [undefined]), pod('batch', ['2'])])
    await make(admin, object);
  must(
    await admin.patch(
      at('pods', namespace, 'batch', 'status'),
      'merge',
      { status: { phase: 'Succeeded' } },
      'test',
    ),
  );
});
afterAll(async () => {
  for (const path of cleanUps.toReversed()) await admin.delete(path, {});
  admin.close();
});

async function ask(text: string, client: KubeClient = admin, from = 'sluice-system'): Promise<string> {
  const expression = must(parseExpression(text));
  const asker = { namespace: from, systemNamespace: 'sluice-system' };
  const reader = clusterReads(client, systemClock);
  const value = await evaluate(expression, asker, reader, AbortSignal.timeout(20_000));
  return value.ok ? amountText(value.value.amount) : `${value.error.tag}: ${value.error.message}`;
}

test('what the nodes have less what the unfinished pods ask for', async () => {
  const free = `sum(nodes, status.allocatable.cpu, labels="of=${namespace}")
    - sum(pods, spec.containers[*].resources.requests.cpu, namespace="${namespace}", where="status.phase!=Succeeded")`;
  expect(await ask(free)).toBe('6');
  expect(await ask(`sum(nodes, status.allocatable.memory, labels="of=${namespace}") / 1Gi`)).toBe('8');
});

test('selectors of the API server and namespaces narrow down', async () => {
  expect(await ask(`count(pods, namespace="${namespace}")`)).toBe('3');
  expect(await ask(`count(pods, namespace="${namespace}", labels="tier!=web")`)).toBe('0');
  expect(await ask(`count(pods, namespace="${namespace}", fields="status.phase=Succeeded")`)).toBe('1');
  expect(await ask('count(pods)', admin, namespace)).toBe('3');
  expect(await ask(`count(pods, where="metadata.namespace=${namespace}")`)).toBe('3');
  expect(await ask('count(pods, labels="a in (")')).toMatch(
    /^malformed: pods cannot be listed by labels="a in \(": /,
  );
  expect(await ask('count(pods, fields="spec.nothing=1")')).toMatch(
    /^malformed: pods cannot be listed by fields="spec\.nothing=1": .*field label/,
  );
});

test('resources are found as the API server serves them', async () => {
  expect(await ask(`count(apps/v1/deployments, namespace="${namespace}")`)).toBe('0');
  expect(await ask(`count(deployments, namespace="${namespace}")`)).toBe('0');
  expect(
    await ask('count(customresourcedefinitions) - count(customresourcedefinitions.apiextensions.k8s.io)'),
  ).toBe('0');
  expect(await ask('count(deploy)')).toBe(
    'malformed: this cluster serves no resource "deploy"; write apps/v1/deployments',
  );
  expect(await ask('count(widgets)')).toMatch(/^malformed: this cluster serves no resource "widgets"/);
  // Served by core and by events.k8s.io.
  expect(await ask(`count(events, namespace="${namespace}") * 0`)).toBe('0');
});

test('objects come a page at a time, and no more pages than are wanted', async () => {
  const calls: string[] = [];
  const client = connect(inject('kubeconfig'), {
    pageSize: 2,
    onCall: ({ verb }) => {
      calls.push(verb);
    },
  });
  expect(await ask(`count(pods, namespace="${namespace}")`, client)).toBe('3');
  expect(calls).toEqual(['get', 'get', 'list', 'list']);
  const reader = clusterReads(client, systemClock);
  const pods = must(await reader.served()).find(({ group, plural }) => group === '' && plural === 'pods');
  if (pods === undefined) throw new Error('no pods');
  const seen: unknown[] = [];
  const stopped = await reader.list(
    pods,
    { namespace },
    (one) => seen.push(one) < 1,
    AbortSignal.timeout(5_000),
  );
  expect(stopped.ok).toBe(true);
  expect(seen.length).toBe(1);
  expect(calls.filter((verb) => verb === 'list').length).toBeLessThanOrEqual(4);
  const late = await evaluate(
    must(parseExpression('count(pods)')),
    { namespace, systemNamespace: namespace },
    reader,
    AbortSignal.abort(),
  );
  expect(late).toMatchObject({ ok: false, error: { tag: 'timeout' } });
  client.close();
});

/** A client whose user is this service account. */
async function clientOf(account: string): Promise<KubeClient> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await createAt(path, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const answer = must(await admin.create(`${path}/${account}/token`, request, 'test'));
  const status = isRecord(answer) ? answer['status'] : undefined;
  const token = isRecord(status) ? String(status['token']) : '';
  const [document] = must(parseYamlDocuments(readFileSync(inject('kubeconfig'), 'utf8')));
  const config = isRecord(document?.object) ? document.object : {};
  const contexts: unknown[] = Array.isArray(config['contexts']) ? config['contexts'] : [];
  const users = contexts.map((entry) => {
    const context = isRecord(entry) && isRecord(entry['context']) ? entry['context'] : {};
    return { name: context['user'], user: { token } };
  });
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-reader-')), 'kubeconfig');
  writeFileSync(file, toYaml({ ...config, users }));
  return connect(file);
}

test('the roles that are installed allow what they list, others can be added, and secrets are never read', async () => {
  const client = await clientOf('reader');
  expect(await ask('count(nodes)', client)).toMatch(
    new RegExp(
      `^forbidden: Sluice may not list nodes of the whole cluster; grant the verb list on "nodes" in API group "" by a ClusterRole with the label rbac\\.keptn\\.sh/aggregate-to-metrics-reader: "true"\\. The API server says: .*User "system:serviceaccount:${namespace}:reader" cannot list`,
    ),
  );
  const manifests = must(parseYamlDocuments(readFileSync('manifests/rbac/metrics-reader.yaml', 'utf8')));
  for (const { object } of manifests.slice(0, 2)) {
    const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {};
    const path = `${rolesPath}/${String(metadata['name'])}`;
    must(await admin.apply(path, object, 'test'));
    cleanUps.push(path);
  }
  const roleRef = {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'sluice-metrics-reader',
  };
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace }];
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const binding = {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: namespace },
    roleRef,
    subjects,
  };
  await createAt(bindingsPath, binding);
  await expect
    .poll(() => ask(`count(nodes, labels="of=${namespace}")`, client), { timeout: 20_000 })
    .toBe('2');

  expect(await ask(`count(services, namespace="${namespace}")`, client)).toMatch(
    /^forbidden: Sluice may not list services of namespace/,
  );
  const metadata = { name: namespace, labels: { 'rbac.keptn.sh/aggregate-to-metrics-reader': 'true' } };
  const rules = ['services', 'secrets'].map((resource) => ({
    apiGroups: [''],
    resources: [resource],
    verbs: ['list'],
  }));
  await createAt(rolesPath, { apiVersion, kind: 'ClusterRole', metadata, rules });
  await expect
    .poll(() => ask(`count(services, namespace="${namespace}")`, client), { timeout: 20_000 })
    .toBe('0');
  expect(await ask('count(secrets)', client)).toBe(
    'forbidden: secrets are never read for a metric; take another resource',
  );
  client.close();
});
