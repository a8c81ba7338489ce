import { beforeAll, expect, test } from 'vitest';
import { resources } from '../../../src/api/resources.ts';
import { kubectl, kubectlObject, tryKubectl } from './kubectl.ts';

const namespace = `api-metrics-${process.pid}`;
const crd = 'keptnmetrics.metrics.keptn.sh';
const query = { provider: { name: 'p' }, query: 'q', fetchIntervalSeconds: 5 };

beforeAll(async () => {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', `manifests/crds/${crd}.yaml`]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', crd]);
  await kubectl(['create', 'namespace', namespace]);
  return async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  };
});

function metric(name: string, spec: object): string {
  const metadata = { name, namespace };
  return JSON.stringify({ apiVersion: 'metrics.keptn.sh/v1', kind: 'KeptnMetric', metadata, spec });
}

test.each([
  ['a negative interval between fetches', { fetchIntervalSeconds: -1 }, /spec\.fetchIntervalSeconds/],
  ['a range that is no duration', { range: { interval: 'soon' } }, /spec\.range\.interval/],
  ['a step without aggregation', { range: { step: '1m' } }, /spec\.range: .*step and aggregation/],
  ['an aggregation without step', { range: { aggregation: 'p95' } }, /spec\.range: .*step and aggregation/],
  ['an unknown aggregation', { range: { step: '1m', aggregation: 'p42' } }, /spec\.range\.aggregation/],
  ['more stored results than 255', { range: { storedResults: 256 } }, /spec\.range\.storedResults/],
  ['a provider without a name', { provider: { name: '' } }, /spec\.provider\.name/],
])('%s is refused by the server and by our parser, naming the field', async (_, spec, message) => {
  const manifest = metric('refused', { ...query, ...spec });
  const run = await tryKubectl(['create', '-f', '-'], manifest);
  expect(run.code).not.toBe(0);
  expect(run.stderr).toMatch(message);
  expect(resources.keptnmetrics.parse(JSON.parse(manifest)).ok).toBe(false);
});

test('a result as Keptn stored it for a failed fetch, with a null range, is taken; of the status little is read', async () => {
  const manifest = metric('failed-fetch', { ...query, range: {} });
  const created = await kubectlObject(['create', '-o', 'json', '-f', '-'], manifest);
  expect(created).toMatchObject({ spec: { range: { interval: '5m', storedResults: 0 } } });
  const failed = { value: '', range: null, lastUpdated: '2026-01-01T00:00:00Z', errMsg: 'refused' };
  const patch = JSON.stringify({ status: { value: '5', rawValue: 'NQ==', intervalResults: [failed] } });
  const target = ['patch', 'keptnmetric', 'failed-fetch', '-n', namespace, '--subresource=status'];
  const stored = await kubectlObject([...target, '--type=merge', '-o', 'json', '-p', patch]);
  expect(stored).toMatchObject({ status: { rawValue: 'NQ==', intervalResults: [{ errMsg: 'refused' }] } });
  const read = resources.keptnmetrics.parse(stored);
  expect(read.ok && read.value.status).toMatchObject({ value: '5' });
  expect(read.ok && read.value.status).not.toHaveProperty('rawValue');
});
