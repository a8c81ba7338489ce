import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { KeptnMetric } from '../../../src/api/metrics/v1/keptn-metric.ts';
import { z } from '../../../src/api/schema.ts';
import { type Api, connectApi } from './api.ts';
import { type Gauges, hangs, startGauges } from './gauges.ts';
import { metric, metricsProvider } from './manifests.ts';
import { Scene } from './scene.ts';
import { type Sluice, startSluice } from './sluice.ts';

const patience = 30_000;
/** Nobody answers here. */
const refusing = 'http://127.0.0.1:9';

let api: Api;
let controller: Sluice;
let scene: Scene;
let gauges: Gauges;
let token: string | undefined;

beforeAll(async () => {
  api = connectApi(inject('kubeconfig'));
  controller = await startSluice(api, { roles: ['controller'] });
});
beforeEach(async () => {
  token = undefined;
  scene = await Scene.open('metric', {});
  gauges = await startGauges(() => token);
});
afterEach(async () => {
  await scene.close();
  await gauges.close();
});
afterAll(async () => {
  await controller.stop();
  api.client.close();
});

/** Waits until a metric looks like that. */
function untilMetric(name: string, what: string, look: (one: KeptnMetric) => boolean): Promise<KeptnMetric> {
  return scene.until(
    `${name} ${what}`,
    () => {
      const found = scene.one('keptnmetrics', name);
      return found !== undefined && look(found) ? found : undefined;
    },
    patience,
  );
}

const untilValue = (name: string, value: string) =>
  untilMetric(name, `is ${value}`, ({ status }) => status?.value === value && status.errMsg === '');
const untilError = (name: string, words: string) =>
  untilMetric(name, `fails: ${words}`, ({ status }) => status?.errMsg?.includes(words) === true);

function condition({ status }: KeptnMetric, wanted: 'Ready' | 'Stalled'): string {
  const found = status?.conditions?.find(({ type }) => type === wanted);
  return `${found?.status} ${found?.reason}: ${found?.message}`;
}

const rawAnswer = z.object({
  metadata: z.object({ managedFields: z.array(z.object({ manager: z.string(), operation: z.string() })) }),
  status: z.object({ rawValue: z.string().optional() }),
});

async function stored(name: string): Promise<z.infer<typeof rawAnswer>> {
  return rawAnswer.parse((await api.request('GET', scene.at('keptnmetrics', name))).body);
}

test('a metric is fetched at once and recorded whole; MQ-42: by server-side apply of its status', async () => {
  gauges.set('errors', '12.5');
  await scene.make(metricsProvider('gauges', gauges.url));
  await scene.make(metric('errors'));
  const found = await untilValue('errors', '12.5');
  expect(found.status).toMatchObject({ errMsg: '', observedGeneration: 1 });
  expect(Math.abs(Date.now() - Date.parse(found.status?.lastUpdated ?? ''))).toBeLessThan(10_000);
  expect(condition(found, 'Ready')).toBe(
    `True Fetched: KeptnMetricsProvider "${scene.namespace}/gauges" answers spec.query`,
  );
  const { metadata, status } = await stored('errors');
  expect(Buffer.from(status.rawValue ?? '', 'base64').toString()).toContain('"12.5"');
  expect(metadata.managedFields).toContainEqual({ manager: 'sluice/metric', operation: 'Apply' });
});

test('it is fetched at its interval, which may be a second', async () => {
  gauges.set('errors', '0');
  await scene.make(metricsProvider('gauges', gauges.url));
  await scene.make(metric('errors', { fetchIntervalSeconds: 1 }));
  await untilValue('errors', '0');
  for (const value of ['1', '2', '3']) {
    gauges.set('errors', value);
    await untilValue('errors', value);
  }
  expect(gauges.asked('errors').length).toBeGreaterThanOrEqual(4);
});

test('MQ-12: an edited query is fetched at once, and so is an edited provider', async () => {
  gauges.set('errors', '1');
  gauges.set('latency', '2');
  await scene.make(metricsProvider('gauges', gauges.url));
  await scene.make(metric('errors', { fetchIntervalSeconds: 3600 }));
  await untilValue('errors', '1');
  await scene.patch('keptnmetrics', 'errors', { spec: { query: 'latency' } });
  await untilValue('errors', '2');
  gauges.set('latency', '3');
  await scene.patch('keptnmetricsproviders', 'gauges', { spec: { timeoutSeconds: 7 } });
  await untilValue('errors', '3');
});

test('MQ-11: a provider that does not exist is named in the status, and its appearance wakes the metric', async () => {
  gauges.set('errors', '1');
  await scene.make(metric('errors', { fetchIntervalSeconds: 3600 }));
  const stalled = await untilError('errors', 'does not exist');
  expect(condition(stalled, 'Stalled')).toBe(
    `True MissingProvider: KeptnMetricsProvider "${scene.namespace}/gauges" does not exist; create it in the namespace of the metric or correct spec.provider.name`,
  );
  expect(condition(stalled, 'Ready')).toMatch(/^False MissingProvider/);
  await scene.until('an Event says so', () => scene.notes('KeptnMetric').length === 1, patience);
  await scene.make(metricsProvider('gauges', gauges.url));
  const well = await untilValue('errors', '1');
  expect(condition(well, 'Ready')).toMatch(/^True/);
  await scene.until(
    'an Event of its recovery',
    () => scene.notes('KeptnMetric').some((note) => note.startsWith('FetchRecovered: has a value again')),
    patience,
  );
});

test('a provider that is deleted while it is in use stalls its metrics, which keep their values', async () => {
  gauges.set('errors', '1');
  await scene.make(metricsProvider('gauges', gauges.url));
  await scene.make(metric('errors', { fetchIntervalSeconds: 1 }));
  await untilValue('errors', '1');
  await scene.remove('keptnmetricsproviders', 'gauges');
  const stalled = await untilError('errors', 'does not exist');
  expect(stalled.status?.value).toBe('1');
  const asked = gauges.asked('errors').length;
  await scene.holds('nobody is asked any more', () => gauges.asked('errors').length === asked, 2_500);
  await scene.make(metricsProvider('gauges', gauges.url));
  await untilValue('errors', '1');
});

describe('a failed fetch', () => {
  test('keeps the value, says why, makes one Event, and is tried again at the interval', async () => {
    gauges.set('errors', '1');
    await scene.make(metricsProvider('gauges', gauges.url));
    await scene.make(metric('errors', { fetchIntervalSeconds: 1 }));
    await untilValue('errors', '1');
    gauges.set('errors', {
      status: 400,
      body: JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error at 3' }),
    });
    const failed = await untilError('errors', 'parse error at 3');
    expect(failed.status?.value).toBe('1');
    expect(condition(failed, 'Ready')).toMatch(/^False Malformed: KeptnMetricsProvider/);
    expect(condition(failed, 'Stalled')).toMatch(/^True/);
    const asked = gauges.asked('errors').length;
    await scene.until('it is asked again twice', () => gauges.asked('errors').length >= asked + 2, patience);
    expect(scene.notes('KeptnMetric').filter((note) => note.startsWith('FetchFailed'))).toHaveLength(1);
    gauges.set('errors', '2');
    await untilValue('errors', '2');
  });

  test('without values says that there are none', async () => {
    await scene.make(metricsProvider('gauges', gauges.url));
    await scene.make(metric('nothing'));
    const failed = await untilError('nothing', 'no values in query result');
    expect(condition(failed, 'Ready')).toMatch(/check spec.query of the metric/);
  });
});

describe('a Secret', () => {
  const secretKeyRef = { name: 'token', key: 'token' };
  const secret = (value: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token' },
    stringData: { token: value },
  });

  test('that is missing is named; when it appears, and when it changes, the next fetch has it', async () => {
    token = 'first';
    gauges.set('errors', '1');
    await scene.make(metricsProvider('gauges', gauges.url, { secretKeyRef }));
    await scene.make(metric('errors', { fetchIntervalSeconds: 1 }));
    const missing = await untilError(
      'errors',
      `Secret "${scene.namespace}/token", which spec.secretKeyRef names, does not exist`,
    );
    expect(condition(missing, 'Stalled')).toMatch(/^True/);
    expect(gauges.seen).toHaveLength(0);
    await scene.make(secret('first'));
    await untilValue('errors', '1');
    token = 'second';
    await untilError('errors', 'correct the Secret that spec.secretKeyRef of the provider names');
    gauges.set('errors', '2');
    await scene.patch('secrets', 'token', { stringData: { token: 'second' } });
    const well = await untilValue('errors', '2');
    expect(JSON.stringify([well, scene.notes('KeptnMetric')])).not.toMatch(/first|second/);
  });

  test('without the key is an error that names it', async () => {
    await scene.make({ ...secret('x'), stringData: { other: 'x' } });
    await scene.make(metricsProvider('gauges', gauges.url, { secretKeyRef }));
    await scene.make(metric('errors'));
    await untilError('errors', 'under its key "token"');
  });
});

describe('a range', () => {
  test('with step is aggregated over all samples', async () => {
    gauges.set('load', ['3', '1', '2']);
    await scene.make(metricsProvider('gauges', gauges.url));
    await scene.make(metric('load', { range: { interval: '5m', step: '1m', aggregation: 'p90' } }));
    await untilValue('load', '3');
  });

  test('MQ-10: stored results and the value are both written; MQ-13: a failure is stored with its range', async () => {
    gauges.set('load', '1');
    await scene.make(metricsProvider('gauges', gauges.url));
    const range = { interval: '5m', storedResults: 2 };
    await scene.make(metric('load', { fetchIntervalSeconds: 1, range }));
    await untilValue('load', '1');
    gauges.set('load', { status: 503, body: 'busy' });
    const failed = await untilError('load', '503');
    expect(failed.status?.value).toBe('1');
    expect(failed.status?.intervalResults?.length).toBeLessThanOrEqual(2);
    expect(failed.status?.intervalResults?.at(-1)).toMatchObject({
      value: '',
      range,
      errMsg: failed.status?.errMsg,
    });
    await scene.patch('keptnmetrics', 'load', { spec: { range: { storedResults: 1 } } });
    await untilMetric('load', 'keeps one result', ({ status }) => status?.intervalResults?.length === 1);
  });
});

test('L4, MQ-1: of ten providers one hangs and one refuses; the metrics of the others stay fresh', {
  timeout: 90_000,
}, async () => {
  const names = Array.from({ length: 10 }, (_, i) => `p${i}`);
  for (const [i, name] of names.entries()) {
    const at = i === 1 ? refusing : gauges.url;
    await scene.make(metricsProvider(name, at, { timeoutSeconds: 10 }));
    for (const n of [0, 1, 2, 3, 4]) {
      gauges.set(`${name}-${n}`, i === 0 ? hangs : '1');
      await scene.make(metric(`${name}-${n}`, { provider: { name }, fetchIntervalSeconds: 1 }));
    }
  }
  const healthy = names.slice(2).flatMap((name) => [0, 1, 2, 3, 4].map((n) => `${name}-${n}`));
  for (const name of healthy) await untilValue(name, '1');
  const ageOf = (name: string) =>
    Date.now() - Date.parse(scene.one('keptnmetrics', name)?.status?.lastUpdated ?? '');
  // Fetched every second; whatever waited for the one that hangs would be older than its ten.
  await scene.holds('the healthy ones are fresh', () => healthy.every((name) => ageOf(name) < 8_000), 10_000);
  await untilError('p0-0', 'no answer within 10 s');
  await untilError('p1-0', 'left alone until');
  expect(await controller.total('sluice_fetches_total', ({ result }) => result === 'ok')).toBeGreaterThan(
    300,
  );
});

test('MQ-20: a negative interval is refused, and no other metric is held up by it', async () => {
  const answer = await scene.tryMake(metric('negative', { fetchIntervalSeconds: -1 }));
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('fetchIntervalSeconds');
});
