import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeptnMetric, keptnMetricSchema } from '../../api/metrics/v1/keptn-metric.ts';
import { z } from '../../api/schema.ts';
import { answer, type MetricsView } from './answer.ts';
import { parseTarget } from './paths.ts';

const now = new Date('2026-05-01T12:00:00Z');
const fetchedAt = '2026-05-01T11:59:50.123Z';
const root = '/apis/custom.metrics.k8s.io/v1beta2';

interface Given {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly interval?: number;
  readonly status?: unknown;
}

function metric({ name, namespace = 'shop', labels, interval = 10, status }: Given): KeptnMetric {
  return keptnMetricSchema.parse({
    metadata: { name, namespace, ...(labels && { labels }) },
    spec: { provider: { name: 'p' }, query: 'q', fetchIntervalSeconds: interval },
    status: status ?? { value: '1', lastUpdated: fetchedAt },
  });
}

function viewOf(metrics: readonly KeptnMetric[]): MetricsView {
  const inNamespace = (namespace?: string) =>
    metrics.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  return {
    get: (namespace, name) => inNamespace(namespace).find(({ metadata }) => metadata.name === name),
    list: inNamespace,
    unreadable: (_, name) => (name === 'broken' ? 'spec: wrong' : undefined),
  };
}

const valuesSchema = z.object({
  items: z.array(
    z.object({
      describedObject: z.object({ namespace: z.string(), name: z.string() }),
      value: z.string(),
      timestamp: z.string(),
    }),
  ),
});
const statusSchema = z.object({ kind: z.literal('Status'), code: z.number(), message: z.string() });

function ask(path: string, metrics: readonly KeptnMetric[], query: Record<string, string> = {}) {
  return answer(parseTarget(`${root}${path}`), query, viewOf(metrics), now);
}

function askOne(given: Given) {
  const path = `/namespaces/shop/keptnmetrics.metrics.keptn.sh/${given.name}/${given.name}`;
  return ask(path, [metric(given)]);
}

function names(path: string, metrics: readonly KeptnMetric[], query?: Record<string, string>): string[] {
  const { body } = ask(`/namespaces/shop/keptnmetrics.metrics.keptn.sh${path}`, metrics, query);
  return valuesSchema.parse(body).items.map(({ describedObject }) => describedObject.name);
}

describe('a value is a quantity in canonical form, of the time when it was fetched', () => {
  test.each([
    ['0.25', '250m'],
    ['1000', '1k'],
    ['12.5', '12500m'],
    ['-3', '-3'],
    ['0', '0'],
    ['1e+06', '1M'],
    ['0.0000000001', '1n'],
    ['1Ki', '1Ki'],
  ])('%s is %s', (value, expected) => {
    const { status, body } = askOne({ name: 'a', status: { value, lastUpdated: fetchedAt } });
    expect(status).toBe(200);
    const [item] = valuesSchema.parse(body).items;
    expect(item).toMatchObject({ value: expected, timestamp: '2026-05-01T11:59:50Z' });
  });
});

describe('MQ-29: what is no measured value is answered with 404 and why, never with a number', () => {
  test.each([
    ['no status', {}, 'no value yet'],
    ['an empty value', { value: '', lastUpdated: fetchedAt }, 'no value yet'],
    ['NaN', { value: 'NaN', lastUpdated: fetchedAt }, 'is no number'],
    ['infinity', { value: '+Inf', lastUpdated: fetchedAt }, 'is no number'],
    ['a failed fetch', { value: '1', lastUpdated: fetchedAt, errMsg: 'token=s3cret' }, 'last fetch failed'],
    ['no time', { value: '1' }, 'says no time'],
    ['a time that is none', { value: '1', lastUpdated: 'yesterday' }, 'says no time'],
    ['an old time', { value: '1', lastUpdated: '2026-05-01T11:59:29Z' }, 'more than 30 s ago'],
  ])('%s', (_, status, why) => {
    const { status: code, body } = askOne({ name: 'a', status });
    expect(code).toBe(404);
    const { message } = statusSchema.parse(body);
    expect(message).toContain('could not find the metric a for keptnmetrics.metrics.keptn.sh a');
    expect(message).toContain(why);
    expect(message).not.toContain('s3cret');
    expect(names('/*/a', [metric({ name: 'a', status })])).toEqual([]);
  });

  test('how old a value may be follows from its interval', () => {
    const status = { value: '1', lastUpdated: '2026-05-01T11:58:00Z' };
    expect(askOne({ name: 'a', interval: 30, status }).status).toBe(404);
    expect(askOne({ name: 'a', interval: 40, status }).status).toBe(200);
  });
});

describe('MQ-30: namespace, name and labels all count', () => {
  const metrics = [
    metric({ name: 'b', labels: { team: 'shop' } }),
    metric({ name: 'a', labels: { team: 'shop', tier: 'front' } }),
    metric({ name: 'c' }),
    metric({ name: 'a', namespace: 'bank', labels: { team: 'shop' } }),
    metric({ name: 'd', namespace: 'bank', labels: { team: 'shop' } }),
  ];

  test.each([
    ['/*/*', {}, ['a', 'b', 'c']],
    ['/*/a', {}, ['a']],
    ['/*/*', { labelSelector: 'team=shop' }, ['a', 'b']],
    ['/*/*', { labelSelector: 'team=shop', metricLabelSelector: '!tier' }, ['b']],
    ['/*/a', { labelSelector: 'tier=back' }, []],
    ['/*/d', { labelSelector: 'team=shop' }, []],
    ['/a/a', {}, ['a']],
    ['/a/*', {}, ['a']],
    ['/a/a', { metricLabelSelector: 'tier in (front)' }, ['a']],
  ])('%s %j gives %j', (path, query, expected) => {
    expect(names(path, metrics, query)).toEqual(expected);
  });

  test.each([
    ['/d/d', {}, 'there is no such object'],
    ['/a/b', {}, 'ask for "a"'],
    ['/a/a', { metricLabelSelector: 'tier=back' }, 'do not match the selector'],
    ['/broken/broken', {}, 'cannot be read'],
  ])('%s %j is not found', (path, query, why) => {
    const { status, body } = ask(`/namespaces/shop/keptnmetrics.metrics.keptn.sh${path}`, metrics, query);
    expect(status).toBe(404);
    expect(statusSchema.parse(body).message).toContain(why);
  });

  test.each(['labelSelector', 'metricLabelSelector'])('a %s that cannot be read is a bad request', (key) => {
    const { status, body } = ask('/namespaces/shop/keptnmetrics.metrics.keptn.sh/*/a', metrics, {
      [key]: 'a in',
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ kind: 'Status', reason: 'BadRequest', code: 400 });
  });
});

test('discovery names each metric once, in order, also without a value', () => {
  const metrics = [
    metric({ name: 'b', status: {} }),
    metric({ name: 'a' }),
    metric({ name: 'a', namespace: 'bank' }),
  ];
  const { body } = ask('', metrics);
  const resource = (name: string) => ({
    name: `keptnmetrics.metrics.keptn.sh/${name}`,
    singularName: '',
    namespaced: true,
    kind: 'MetricValueList',
    verbs: ['get'],
  });
  expect(body).toEqual({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'custom.metrics.k8s.io/v1beta2',
    resources: [resource('a'), resource('b')],
  });
});

test.each([
  ['/namespaces/shop/pods/a/cpu', 404, 'keptnmetrics.metrics.keptn.sh'],
  ['/namespaces/shop/metrics/cpu', 404, 'keptnmetrics.metrics.keptn.sh'],
  ['/nodes/a/cpu', 404, 'keptnmetrics.metrics.keptn.sh'],
  ['/namespaces/shop/keptnmetrics.metrics.keptn.sh/a', 404, 'keptnmetrics.metrics.keptn.sh'],
  ['/namespaces//keptnmetrics.metrics.keptn.sh/a/a', 404, 'requested resource'],
  ['/namespaces/shop/keptnmetrics.metrics.keptn.sh/a/a/b', 404, 'requested resource'],
])('%s is %i', (path, status, why) => {
  const answered = ask(path, [metric({ name: 'a' })]);
  expect(answered.status).toBe(status);
  expect(statusSchema.parse(answered.body).message).toContain(why);
});

const name = fc.constantFrom('a', 'b', 'c');
const namespace = fc.constantFrom('shop', 'bank');
const anyMetric = fc
  .record({
    name,
    namespace,
    labels: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')),
    value: fc.oneof(fc.double(), fc.string(), fc.constantFrom('', 'NaN', '1e+06')),
    age: fc.integer({ min: -1_000, max: 60_000 }),
  })
  .map(({ value, age, ...given }) => {
    const lastUpdated = new Date(now.getTime() - age).toISOString();
    return metric({ ...given, status: { value: String(value), lastUpdated } });
  });

test('whatever there is: values are of the namespace, numbers, fresh, in order, and the same by name and by label', () => {
  const unique = fc.uniqueArray(anyMetric, {
    selector: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  });
  fc.assert(
    fc.property(
      unique,
      namespace,
      fc.constantFrom('', 'x', 'x=1', 'x!=1,y'),
      (metrics, inside, labelSelector) => {
        const base = `/namespaces/${inside}/keptnmetrics.metrics.keptn.sh`;
        const listed = ask(`${base}/*/*`, metrics, { labelSelector });
        const { items } = valuesSchema.parse(listed.body);
        const found = items.map(({ describedObject }) => describedObject.name);
        expect(found).toEqual([...new Set(found)].sort());
        expect(ask(`${base}/*/*`, metrics.toReversed(), { labelSelector })).toEqual(listed);
        for (const item of items) {
          expect(item.describedObject.namespace).toBe(inside);
          expect(item.value).toMatch(/^-?\d+(\.\d+)?([numkMGTPE]|[KMGTPE]i|e-?\d+)?$/);
          expect(now.getTime() - Date.parse(item.timestamp)).toBeLessThan(31_000);
          const one = ask(`${base}/${item.describedObject.name}/${item.describedObject.name}`, metrics);
          expect(valuesSchema.parse(one.body).items).toEqual([item]);
        }
      },
    ),
  );
});

test('no path and no query make it throw', () => {
  const segment = fc.oneof(
    fc.constantFrom(
      'apis',
      'custom.metrics.k8s.io',
      'v1beta2',
      'namespaces',
      'shop',
      '*',
      '%',
      '%2f',
      '',
      'a',
    ),
    fc.string(),
  );
  const query = fc.dictionary(fc.constantFrom('labelSelector', 'metricLabelSelector'), fc.string());
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 9 }), query, (segments, given) => {
      const { status } = answer(
        parseTarget(`/${segments.join('/')}`),
        given,
        viewOf([metric({ name: 'a' })]),
        now,
      );
      expect([200, 400, 404]).toContain(status);
    }),
  );
});
