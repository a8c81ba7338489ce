import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { type ApiServiceOwner, metricsApiSwitch, planMetricsApi, withoutForeign } from './metrics-api.ts';

const owners = (service: string | undefined): ApiServiceOwner[] =>
  ['v1beta2', 'v1beta1'].map((version) => ({ apiService: `${version}.custom.metrics.k8s.io`, service }));
const us = 'sluice-system/sluice-metrics-api';
const keptn = 'keptn-system/metrics-operator-service';
const adapter = 'monitoring/prometheus-adapter';

test.each([
  ['auto', undefined, false, 'install'],
  ['auto', us, false, 'install'],
  ['auto', adapter, false, 'leave'],
  ['auto', adapter, true, 'leave'],
  ['auto', 'the API server itself', false, 'leave'],
  ['auto', keptn, false, 'leave'],
  ['auto', keptn, true, 'install'],
  ['on', adapter, false, 'install'],
  ['on', undefined, false, 'install'],
  ['off', undefined, false, 'remove'],
  ['off', us, true, 'remove'],
] as const)(
  'METRICS_API=%s where %s has the group, taking over %s: %s',
  (wanted, service, mayTakeOver, kind) => {
    expect(planMetricsApi(wanted, owners(service), mayTakeOver).kind).toBe(kind);
  },
);

test('who has the group is named, and what to do', () => {
  const { why } = planMetricsApi('auto', owners(adapter), false);
  expect(why).toContain(`v1beta1.custom.metrics.k8s.io leads to ${adapter}`);
  expect(why).toContain('METRICS_API=on');
  expect(planMetricsApi('auto', owners(keptn), false).why).toContain('TAKE_OVER=1');
  expect(planMetricsApi('on', owners(adapter), false).why).toContain(`from ${adapter}`);
});

test('one version of another is enough to leave both', () => {
  const [first, second] = owners(us);
  if (first === undefined || second === undefined) throw new Error('two versions');
  expect(planMetricsApi('auto', [first, { ...second, service: adapter }], false).kind).toBe('leave');
});

test('the switch is a word that is known', () => {
  expect(metricsApiSwitch({})).toBe('auto');
  expect(metricsApiSwitch({ METRICS_API: '' })).toBe('auto');
  expect(metricsApiSwitch({ METRICS_API: 'off' })).toBe('off');
  expect(() => metricsApiSwitch({ METRICS_API: 'yes' })).toThrow('METRICS_API');
});

test('another’s registration is not removed with Sluice', () => {
  const names = ['v1beta1.custom.metrics.k8s.io', 'v1beta2.custom.metrics.k8s.io'];
  const objects = names.map((name) => ({
    kind: 'APIService',
    apiVersion: 'apiregistration.k8s.io/v1',
    name,
  }));
  expect(withoutForeign(objects, owners(us))).toEqual(objects);
  expect(withoutForeign(objects, owners(undefined))).toEqual(objects);
  expect(withoutForeign(objects, owners(adapter))).toEqual([]);
});

describe('the manifests', () => {
  const folder = path.join(import.meta.dirname, '../../manifests/metrics-api');
  const documents = globSync('*.yaml', { cwd: folder }).flatMap((file) =>
    parseAllDocuments(readFileSync(path.join(folder, file), 'utf8')).map((document): unknown =>
      document.toJS(),
    ),
  );
  const read = <T>(schema: z.ZodType<T>): T[] =>
    documents.flatMap((document) => schema.safeParse(document).data ?? []);

  test('the Service leads to the port on which the Deployment listens by default', () => {
    const [deployment] = read(
      z.object({
        kind: z.literal('Deployment'),
        spec: z.object({
          template: z.object({
            metadata: z.object({ labels: z.record(z.string(), z.string()) }),
            spec: z.object({
              enableServiceLinks: z.literal(false),
              securityContext: z.object({ runAsNonRoot: z.literal(true) }),
              containers: z.tuple([
                z.object({
                  args: z.array(z.string()),
                  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
                  securityContext: z.object({ readOnlyRootFilesystem: z.literal(true) }),
                }),
              ]),
            }),
          }),
        }),
      }),
    );
    const [service] = read(
      z.object({
        kind: z.literal('Service'),
        spec: z.object({
          selector: z.record(z.string(), z.string()),
          ports: z.tuple([z.object({ port: z.literal(443), targetPort: z.string() })]),
        }),
      }),
    );
    const { metadata, spec } = deployment?.spec.template ?? expect.fail('no Deployment');
    expect(metadata.labels).toEqual(service?.spec.selector);
    const [container] = spec.containers;
    expect(container.args).toEqual(['serve', '--roles', 'metrics-api']);
    expect(container.ports).toContainEqual({ name: service?.spec.ports[0].targetPort, containerPort: 6443 });
  });

  test('the registrations verify us, and lead to the Service', () => {
    const services = read(
      z.object({
        kind: z.literal('APIService'),
        metadata: z.object({ name: z.string() }),
        spec: z.looseObject({
          version: z.string(),
          insecureSkipTLSVerify: z.literal(false),
          service: z.object({ namespace: z.string(), name: z.string(), port: z.number() }),
        }),
      }),
    );
    expect(services.map(({ metadata }) => metadata.name).sort()).toEqual([
      'v1beta1.custom.metrics.k8s.io',
      'v1beta2.custom.metrics.k8s.io',
    ]);
    for (const { spec } of services)
      expect(spec.service).toEqual({ namespace: 'sluice-system', name: 'sluice-metrics-api', port: 443 });
  });
});
