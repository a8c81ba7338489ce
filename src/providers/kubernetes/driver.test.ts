import { expect, test } from 'vitest';
import { aProvider } from '../../../test/builders/provider-objects.ts';
import { failure } from '../../kernel/errors.ts';
import { err, ok } from '../../kernel/result.ts';
import { driversWith } from '../drivers.ts';
import { openHttpClient } from '../http.ts';
import type { ProviderQuery } from '../provider.ts';
import type { ClusterReader } from './cluster-reader.ts';

const pods = {
  group: '',
  version: 'v1',
  isPreferred: true,
  plural: 'pods',
  namespaced: true,
  alsoCalled: [],
};
const reader: ClusterReader = {
  served: () => Promise.resolve(ok([pods])),
  list: (_resource, { namespace }, onObject) => {
    if (namespace === 'closed') return Promise.resolve(err(failure('forbidden', 'User "x" cannot list')));
    onObject({ metadata: { name: 'a' }, spec: { n: '0.5' } });
    return Promise.resolve(ok(undefined));
  },
};

async function fetch(query: Partial<ProviderQuery>, namespace: string): Promise<unknown> {
  const metadata = { name: 'cluster', namespace };
  const provider = aProvider({ metadata, spec: { type: 'kubernetes', targetServer: '' } });
  const http = openHttpClient({ provider });
  const driver = driversWith({ reader, systemNamespace: 'sluice-system' }).kubernetes;
  if (!http.ok || driver === undefined) throw new Error('no driver');
  const connected = driver.connect({
    provider,
    secret: undefined,
    http: http.value,
    pause: () => Promise.resolve(),
  });
  if (!connected.ok) return connected.error;
  const whole = {
    text: 'count(pods) + sum(pods, spec.n)',
    purpose: 'metric',
    at: new Date('2026-01-02T03:04:05Z'),
  } as const;
  const reading = await connected.value.fetch({ ...whole, ...query }, new AbortController().signal);
  return reading.ok ? reading.value : reading.error;
}

test('a value, and what it was made of', async () => {
  expect(await fetch({}, 'shop')).toEqual({
    samples: ['1.5'],
    raw: 'count(pods) = 1\nsum(pods, spec.n) = 0.5',
  });
});

test('a window that has passed is answered with the present, which is said', async () => {
  const window = { from: new Date('2026-01-02T02:00:00Z'), to: new Date('2026-01-02T02:05:00Z') };
  expect(await fetch({ window }, 'shop')).toMatchObject({
    note: 'the value is of 2026-01-02T03:04:05.000Z: a kubernetes provider knows the present only',
  });
  expect(
    await fetch({ window: { ...window, to: new Date('2026-01-02T03:04:00Z') } }, 'shop'),
  ).not.toHaveProperty('note');
});

test('samples there are none, and the field that asks for them is named', async () => {
  expect(await fetch({ stepMs: 1_000 }, 'shop')).toMatchObject({
    tag: 'malformed',
    message:
      'a kubernetes provider knows the present only, so there are no samples; remove spec.range.step and spec.range.aggregation',
  });
  expect(await fetch({ stepMs: 1_000, purpose: 'analysis' }, 'shop')).toMatchObject({
    message: expect.stringContaining('remove spec.reduction'),
  });
});

test('who may not read learns what to grant and to whom', async () => {
  expect(await fetch({}, 'closed')).toMatchObject({
    tag: 'forbidden',
    message:
      'Sluice may not list pods of namespace closed; grant the verb list on "pods" in API group "" by a ClusterRole with the label rbac.keptn.sh/aggregate-to-metrics-reader: "true". The API server says: User "x" cannot list',
  });
  expect(await fetch({}, '')).toMatchObject({
    tag: 'malformed',
    message: 'the KeptnMetricsProvider has no namespace',
  });
});
