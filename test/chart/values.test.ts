import { beforeAll, describe, expect, test } from 'vitest';
import { chartDir, Helm } from '../../scripts/chart/helm.ts';
import { keptnValues } from '../../scripts/chart/keptn-values.ts';
import { chartValues } from '../../scripts/chart/values.ts';
import { valueRows } from '../../scripts/chart/values-file.ts';
import { released, rendered, type Values } from './rendered.ts';

let helm: Helm;

beforeAll(async () => {
  helm = await Helm.built();
});

async function refusal(values: Values): Promise<string> {
  const args = ['template', 'sluice', chartDir, '--values', '-'];
  const { ok, stderr } = await helm.try(args, JSON.stringify(values));
  return ok ? 'accepted' : stderr;
}

describe('a value that is neither ours nor Keptn’s is refused with its name', () => {
  test.each<[Values, RegExp]>([
    [{ replicaCount: 2 }, /replicaCount/],
    [{ webhook: { replica: 2 } }, /replica\b/],
    [{ lifecycleOperator: { env: { denoImage: 'x' } } }, /denoImage/],
    [{ global: { registry: 'x' } }, /registry/],
    [{ metricsOperator: { customMetricsAPIService: { enable: true } } }, /enable\b/],
    [{ keptnConfig: { blockDeployments: true } }, /blockDeployments/],
    [{ admission: { failurePolicy: 'Maybe' } }, /failurePolicy[\s\S]*Fail/],
    [{ admission: { mode: 'webhooks' } }, /mode/],
    [{ controller: { replicas: 0 } }, /replicas/],
    [{ images: { sluice: { digest: 'latest' } } }, /digest/],
    [{ uninstall: { gatedPods: 'drop' } }, /gatedPods/],
    [{ settings: { variables: { A: 1 } } }, /variables/],
    [{ admission: { timeoutSeconds: 31 } }, /timeoutSeconds/],
  ])('%j', async (values, name) => {
    expect(await refusal(values)).toMatch(name);
  });
});

/** A value that the schema of a name of Keptn admits and that is not its default. */
function sample({ schema, reads }: (typeof keptnValues)[number]): unknown {
  if (reads !== undefined) return Object.keys(reads).at(-1);
  if (Array.isArray(schema['enum'])) return schema['enum'].at(-1);
  const [type] = [schema['type']].flat();
  const samples: Readonly<Record<string, unknown>> = { array: ['a'], object: { a: 'b' }, integer: 3 };
  return samples[String(type)] ?? '2300';
}

test('every name of Keptn is accepted where it stands in its charts, and told of', async () => {
  const values: Record<string, unknown> = {};
  const put = (path: readonly string[], value: unknown): void => {
    let node = values;
    for (const name of path.slice(0, -1)) {
      const below: Record<string, unknown> = Object(node[name] ?? {});
      node[name] = below;
      node = below;
    }
    const last = path.at(-1) ?? '';
    node[last] ??= value;
  };
  // An object that a name of its own stands in is given by that name.
  const all = keptnValues.flatMap((value) => value.paths.map((path) => ({ path, value: sample(value) })));
  for (const { path, value } of all) put(path.split('.'), value);
  const { notes } = await released(helm, { ...values, crds: { install: false } });
  for (const { path } of all) expect(notes).toContain(`  ${path}: `);
});

test('every value of ours that Keptn’s count as exists', () => {
  const known = new Set(valueRows(chartValues, '').map(({ path }) => path));
  for (const { counts = [] } of keptnValues)
    for (const path of counts) expect(known.has(path) || path.startsWith('keptnConfig.'), path).toBe(true);
});

test('every value says what it does', () => {
  for (const { path, text } of valueRows(chartValues, '')) expect(text, path).toMatch(/^[A-Za-z].{10,}[.)]$/);
});

test('a KeptnConfig waits for its kind the first time, and is an ordinary object afterwards', async () => {
  const values = { keptnConfig: { observabilityTimeout: '10m' } };
  const only = ['--show-only', 'templates/keptn-config.yaml'];
  const [first] = await rendered(helm, values, only);
  expect(first?.metadata.annotations).toMatchObject({
    'helm.sh/hook': 'post-install,post-rollback',
    'meta.helm.sh/release-name': 'sluice',
  });
  const known = ['--api-versions', 'options.keptn.sh/v1alpha1'];
  const [later] = await rendered(helm, values, [...only, ...known]);
  expect(later?.metadata.annotations).toBeUndefined();
  expect(later?.['spec']).toEqual({ observabilityTimeout: '10m' });
});

test('a changed setting makes new pods, and an unchanged one does not', async () => {
  const sum = async (values: Values): Promise<unknown> => {
    const objects = await rendered(helm, values, ['--show-only', 'templates/controller.yaml']);
    return JSON.stringify(objects).match(/checksum\/settings":"([0-9a-f]+)/)?.[1];
  };
  expect(await sum({})).toMatch(/[0-9a-f]{16}/);
  expect(await sum({})).toBe(await sum({ uninstall: { timeoutSeconds: 60 } }));
  expect(await sum({})).not.toBe(await sum({ settings: { logLevel: 'debug' } }));
});

test('resource definitions stay when Sluice goes, unless somebody says otherwise', async () => {
  const policies = async (values: Values): Promise<readonly unknown[]> => {
    const objects = await rendered(helm, values, ['--show-only', 'templates/crds.yaml']);
    expect(objects).toHaveLength(16);
    return [...new Set(objects.map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy']))];
  };
  expect(await policies({})).toEqual(['keep']);
  expect(await policies({ crds: { keep: false } })).toEqual([undefined]);
});

test('another namespace is named everywhere', async () => {
  const objects = await helm.do('the chart', ['template', 'sluice', chartDir, '--namespace', 'gate']);
  expect(objects).not.toContain('sluice-system');
  expect(objects).toMatch(/- kube-node-lease\n +- gate\n/);
});
