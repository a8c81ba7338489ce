import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ok } from '../../kernel/result.ts';
import { amountText } from './amount.ts';
import type { ClusterReader, Selection, ServedResource } from './cluster-reader.ts';
import { evaluate } from './evaluate.ts';
import { parseExpression } from './parse.ts';

function served(plural: string, rest: Partial<ServedResource> = {}): ServedResource {
  return { group: '', version: 'v1', isPreferred: true, plural, namespaced: true, alsoCalled: [], ...rest };
}

const everything: readonly ServedResource[] = [
  served('nodes', { namespaced: false, alsoCalled: ['node', 'no'] }),
  served('pods', { alsoCalled: ['pod', 'po'] }),
  served('nodes', { group: 'metrics.k8s.io', version: 'v1beta1', namespaced: false }),
  served('deployments', { group: 'apps', alsoCalled: ['deploy'] }),
  served('secrets'),
  served('things', { group: 'a.example', version: 'v2' }),
  served('things', { group: 'a.example', version: 'v1', isPreferred: false }),
  served('things', { group: 'b.example' }),
];

const node = (name: string, cpu: unknown, ready = 'True') => ({
  metadata: { name },
  status: { allocatable: { cpu, memory: '4Gi' }, conditions: [{ type: 'Ready', status: ready }] },
});
const pod = (name: string, cpus: readonly (string | undefined)[], phase = 'Running', namespace = 'shop') => ({
  metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name } },
  spec: { containers: cpus.map((cpu) => ({ resources: { requests: cpu === undefined ? {} : { cpu } } })) },
  status: { phase },
});

const objects: Readonly<Record<string, readonly unknown[]>> = {
  '/nodes': [node('one', '4'), node('two', '3500m', 'False')],
  'metrics.k8s.io/nodes': [{ metadata: { name: 'one' }, usage: { cpu: '1500000000n' } }],
  '/pods': [
    pod('web', ['500m', '1']),
    pod('db', ['2', undefined]),
    pod('batch', ['1'], 'Succeeded'),
    pod('other', ['250m'], 'Running', 'other'),
    pod('free', [undefined]),
  ],
  'apps/deployments': [],
  'a.example/things': [],
};

/** Reads plain lists. It knows namespaces and no selectors: those are the API server's to apply. */
function plainReader(asked: Selection[] = []): ClusterReader {
  return {
    served: () => Promise.resolve(ok(everything)),
    list: ({ group, plural }, selection, onObject) => {
      asked.push(selection);
      const { namespace } = selection;
      for (const object of objects[`${group}/${plural}`] ?? []) {
        const isThere =
          namespace === undefined || JSON.stringify(object).includes(`"namespace":"${namespace}"`);
        if (isThere && !onObject(object)) break;
      }
      return Promise.resolve(ok(undefined));
    },
  };
}

const operator = { namespace: 'sluice-system', systemNamespace: 'sluice-system' };
const tenant = { ...operator, namespace: 'shop' };

async function answer(text: string, asker = operator, reader = plainReader()): Promise<string> {
  const expression = parseExpression(text);
  if (!expression.ok) return expression.error.message;
  const value = await evaluate(expression.value, asker, reader, new AbortController().signal);
  return value.ok ? amountText(value.value.amount) : `${value.error.tag}: ${value.error.message}`;
}

const cpuOf = 'spec.containers[*].resources.requests.cpu';

test.each([
  ['sum(nodes, status.allocatable.cpu)', '7.5'],
  [`sum(nodes, status.allocatable.cpu) - sum(pods, ${cpuOf}, where="status.phase!=Succeeded")`, '3.75'],
  ['count(pods)', '5'],
  ['count(pods, namespace="other")', '1'],
  ['count(pods, spec.containers[*])', '7'],
  ['count(pods, where="status.phase=Running", where="metadata.name!=db")', '3'],
  ['count(nodes, where="status.conditions[type=Ready].status=True") / count(nodes)', '0.5'],
  [`min(pods, ${cpuOf})`, '0.25'],
  [`max(pods, ${cpuOf})`, '2'],
  [`avg(pods, ${cpuOf}, where="status.phase!=Succeeded")`, '0.9375'],
  [`avg(pods, ${cpuOf}, missing="0", where="status.phase!=Succeeded")`, '0.625'],
  [`count(pods, where="${cpuOf}>=1")`, '3'],
  [`count(pods, where="!${cpuOf}")`, '1'],
  [`count(pods, where="${cpuOf}")`, '4'],
  [`count(pods, where="${cpuOf}=0.5")`, '1'],
  ['count(pods, where="metadata.labels[\\"app.kubernetes.io/name\\"]=web")', '1'],
  ['count(pods, where=\'metadata.labels["app.kubernetes.io/name"] = "web"\')', '1'],
  ['sum(metrics.k8s.io/nodes, usage.cpu)', '1.5'],
  ['sum(nodes.metrics.k8s.io, usage.cpu)', '1.5'],
  ['sum(apps/v1/deployments, spec.replicas)', '0'],
  ['sum(nodes, status.allocatable.memory) / 1Gi', '8'],
  ['-(1 + 2) * 3 - -4', '-5'],
  ['10m + 1', '1.01'],
  ['2 - 1 - 1', '0'],
])('%s is %s', async (text, expected) => {
  expect(await answer(text)).toBe(expected);
});

test.each([
  [
    '1 / count(apps/v1/deployments)',
    'not-found: no values in query result: the query divides by zero, what stands after "/" came to 0',
  ],
  [
    'sum(nodes, status.allocatable.gpu)',
    /malformed: none of 2 nodes has status\.allocatable\.gpu; correct the path, or write missing="0"/,
  ],
  [
    'sum(nodes, status.allocatable)',
    /malformed: status\.allocatable of one cannot be taken: it is an object, of which a field can be taken/,
  ],
  [
    'sum(pods, spec.containers)',
    /spec\.containers of shop\/web cannot be taken: it is a list, whose entries \[\*\] takes/,
  ],
  ['sum(nodes, metadata.name)', /metadata\.name of one cannot be taken: "one" is not a quantity/],
  [`sum(pods, ${cpuOf}, missing="error")`, /shop\/db has no spec\.containers/],
  [
    'sum(nodes, status.allocatable.cpu) + sum(nodes, status.allocatable.memory)',
    /3500m and 4Gi do not go together/,
  ],
  [
    'max(apps/v1/deployments, spec.replicas)',
    /not-found: no values in query result: max was asked for and there are no apps\/v1\/deployments/,
  ],
  [
    'count(widgets)',
    /malformed: this cluster serves no resource "widgets"; kubectl api-resources lists what there is/,
  ],
  ['count(pod)', /this cluster serves no resource "pod"; write v1\/pods/],
  ['count(deploy)', /write apps\/v1\/deployments/],
  [
    'count(things)',
    /"things" may mean several resources; write one of a\.example\/v2\/things, b\.example\/v1\/things/,
  ],
  ['count(a/b/c/d)', /"a\/b\/c\/d" names no resource/],
  ['count(secrets)', /forbidden: secrets are never read for a metric/],
  ['count(nodes, namespace="shop")', /malformed: nodes have no namespace; leave namespace="shop" out/],
])('%s is refused', async (text, expected) => {
  expect(await answer(text)).toMatch(expected);
});

test('a provider outside the namespace of Sluice reads its own namespace and cluster-wide resources', async () => {
  expect(await answer('count(pods)', tenant)).toBe('4');
  expect(await answer('count(nodes)', tenant)).toBe('2');
  expect(await answer('count(pods, namespace="other")', tenant)).toBe(
    'forbidden: a provider in namespace shop reads pods of that namespace only, not of other; a KeptnMetricsProvider in namespace sluice-system reads all of them',
  );
  expect(await answer('count(nodes) - count(pods)', tenant)).toBe(
    'malformed: nodes are of the whole cluster, but a provider in namespace shop reads pods of that namespace only; write namespace="shop" if that is meant, else a KeptnMetricsProvider in namespace sluice-system reads all of them',
  );
  expect(await answer('count(nodes) - count(pods, namespace="shop")', tenant)).toBe('-2');
});

test('calls with one selection share a list, and metadata alone are asked for where they are enough', async () => {
  const asked: Selection[] = [];
  const text = `count(pods) + sum(pods, ${cpuOf}) + sum(pods, ${cpuOf}) + count(pods, labels="a=b")`;
  await answer(text, operator, plainReader(asked));
  expect(asked).toEqual([
    { metadataOnly: true },
    { metadataOnly: false },
    { labels: 'a=b', metadataOnly: true },
  ]);
});

test('a list without end is given up with a remedy', async () => {
  let given = 0;
  const endless: ClusterReader = {
    ...plainReader(),
    list: (_resource, _selection, onObject) => {
      while (onObject({ metadata: { name: 'x' } })) given += 1;
      return Promise.resolve(ok(undefined));
    },
  };
  expect(await answer('count(pods)', operator, endless)).toBe(
    'malformed: there are more than 50000 pods; narrow them down with namespace="…", labels="…" or fields="…"',
  );
  expect(given).toBe(50_000);
});

test('whatever the objects hold, there is a number or a reason', async () => {
  const texts = [
    'sum(pods, a.b)',
    'count(pods, a[*][x=y]["b"], where="a.b>1")',
    'min(pods, a[0].b, missing="0")',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.array(fc.jsonValue(), { maxLength: 5 }),
      async (text, held) => {
        const reader: ClusterReader = {
          ...plainReader(),
          list: (_resource, _selection, onObject) => {
            held.map((value) => ({ a: value })).every(onObject);
            return Promise.resolve(ok(undefined));
          },
        };
        expect(await answer(text, operator, reader)).toMatch(/^-?[0-9]|^malformed: |^not-found: /);
      },
    ),
    { numRuns: 500 },
  );
});
