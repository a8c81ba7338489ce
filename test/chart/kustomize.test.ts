import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Helm } from '../../scripts/chart/helm.ts';
import { Kubectl } from '../../scripts/install/kubectl.ts';
import { toYaml } from '../../src/api/yaml.ts';
import { changes } from './changes.ts';
import { hasPolicy, nameOf, objectsOf, type Rendered, rendered, type Values } from './rendered.ts';

const manifests = join(import.meta.dirname, '../../manifests');
const helmLabels = [
  'helm.sh/chart',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/version',
];

let helm: Helm;
let kubectl: Kubectl;

beforeAll(async () => {
  helm = await Helm.built();
  kubectl = await Kubectl.on('/dev/null');
});

/** The list of differences in manifests/chart/README.md, by its numbers. */
function alike(objects: readonly Rendered[]): ReadonlyMap<string, unknown> {
  const kept = objects.filter(
    ({ kind, metadata }) => kind !== 'Namespace' && metadata.annotations?.['helm.sh/hook'] === undefined,
  );
  return new Map(kept.map((object) => [withoutHash(nameOf(object)), plain(object)]));
}

function plain(object: Rendered): unknown {
  const { labels = {}, annotations = {}, ...metadata } = object.metadata;
  const own = Object.entries(labels).filter(([key]) => !helmLabels.includes(key));
  const said = Object.entries(annotations).filter(([key]) => key !== 'helm.sh/resource-policy');
  const told = said.length === 0 ? {} : { annotations: Object.fromEntries(said) };
  const same = { ...object, metadata: { ...metadata, labels: Object.fromEntries(own), ...told } };
  return JSON.parse(withoutHash(JSON.stringify(same, withoutChecksum)));
}

/** kustomize names the ConfigMap of settings by its content. */
function withoutHash(text: string): string {
  return text.replaceAll(/sluice-settings-[a-z0-9]{10}/g, 'sluice-settings');
}

function withoutChecksum(key: string, value: unknown): unknown {
  if (value === null) return undefined;
  if (key !== 'annotations' || typeof value !== 'object') return value;
  const { 'checksum/settings': _sum, ...rest } = { 'checksum/settings': '', ...value };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

async function kustomized(...folders: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    folders.map((folder) => kubectl.do(folder, ['kustomize', resolve(manifests, folder)])),
  );
  return parts.join('\n---\n');
}

async function compare(values: Values, folders: readonly string[]): Promise<void> {
  const theirs = alike(objectsOf(withoutDefinitions(await kustomized(...folders))));
  const ours = alike(await rendered(helm, { ...values, crds: { install: false } }));
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const [name, object] of ours) expect(changes(theirs.get(name), object), name).toBeUndefined();
}

/** They take most of the time to read, and one test compares them. */
function withoutDefinitions(yaml: string): string {
  const isDefinition = (text: string): boolean => /^kind: CustomResourceDefinition$/m.test(text);
  return yaml
    .split(/^---$/m)
    .filter((text) => !isDefinition(text))
    .join('\n---\n');
}

test('the chart gives what kustomize gives, save what its README lists', () =>
  compare({}, ['base', 'metrics-api']));

test('resource definitions are those of manifests/crds', async () => {
  const theirs = alike(objectsOf(await kustomized('crds')));
  const ours = alike(await rendered(helm, {}, ['--show-only', 'templates/crds.yaml']));
  expect(ours.size).toBeGreaterThan(0);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
});

test('without the custom metrics API it gives manifests/base alone', () =>
  compare({ metricsApi: { mode: 'never' } }, ['base']));

/** A folder in which the whole is put together with one component. */
function withComponent(component: string): string {
  const folder = join(import.meta.dirname, `../../.cache/chart-${component}`);
  mkdirSync(folder, { recursive: true });
  const up = '../../manifests';
  const overlay = { resources: [`${up}/base`, `${up}/metrics-api`], components: [`${up}/${component}`] };
  writeFileSync(join(folder, 'kustomization.yaml'), toYaml(overlay));
  return folder;
}

test.runIf(hasPolicy)('admission by policy is that of manifests/policy', () =>
  compare({ admission: { mode: 'policy' } }, [withComponent('policy')]),
);

test('a volume for the history is that of manifests/history', () =>
  compare({ history: { persistence: { enabled: true } } }, [withComponent('history')]));

test('its monitoring is that of manifests/monitoring', async () => {
  const monitoring = {
    podMonitor: { enabled: true },
    prometheusRule: { enabled: true },
    dashboards: { enabled: true },
  };
  const kinds = ['PodMonitor', 'PrometheusRule', 'ConfigMap'];
  const ours = (await rendered(helm, { monitoring, crds: { install: false } })).filter(
    ({ kind, metadata }) => kinds.includes(kind) && metadata.name !== 'sluice-settings',
  );
  const theirs = alike(objectsOf(await kustomized('monitoring/operator', 'monitoring/dashboards')));
  const same = alike(ours);
  expect([...same.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const [name, object] of same) expect(content(object), name).toEqual(content(theirs.get(name)));
});

/** What matters of what is monitored: the labels of the chart's own parts are on it too, and JSON may be on one line. */
function content(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  if ('spec' in object) return object.spec;
  const data = 'data' in object && typeof object.data === 'object' ? { ...object.data } : {};
  return Object.fromEntries(
    Object.entries(data).map(([key, text]): [string, unknown] => [key, JSON.parse(String(text))]),
  );
}
