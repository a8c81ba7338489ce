import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { keptnMetricSchema } from '../../src/api/metrics/v1/keptn-metric.ts';
import {
  keptnMetricsProviderSchema,
  readProviderType,
} from '../../src/api/metrics/v1/keptn-metrics-provider.ts';
import { z } from '../../src/api/schema.ts';
import { parseYamlDocuments } from '../../src/api/yaml.ts';
import { drivers } from '../../src/providers/drivers.ts';
import { scriptedHttp } from '../builders/scripted-http.ts';

const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8');
const secretSchema = z.object({
  kind: z.literal('Secret'),
  metadata: z.object({ name: z.string() }),
  stringData: z.record(z.string(), z.string()),
});

const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => {
  const documents = parseYamlDocuments(text);
  if (!documents.ok) throw new Error(documents.error.message);
  return documents.value.map(({ object }) => object);
});
const isKind = (kind: string) => (object: unknown) =>
  z.object({ kind: z.literal(kind) }).safeParse(object).success;

describe('the examples of docs/providers.md', () => {
  test('are objects that can be read', () => {
    const providers = examples.flat().filter(isKind('KeptnMetricsProvider'));
    const types = providers.map((object) => keptnMetricsProviderSchema.parse(object).spec.type);
    expect(types).toEqual(
      expect.arrayContaining(['prometheus', 'mimir', 'dynatrace', 'dql', 'datadog', 'elastic']),
    );
    for (const metric of examples.flat().filter(isKind('KeptnMetric'))) {
      expect(() => JSON.parse(keptnMetricSchema.parse(metric).spec.query) as unknown).not.toThrow();
    }
  });

  test('are taken by their drivers, with the Secret that stands beside each', () => {
    for (const objects of examples) {
      const [object] = objects.filter(isKind('KeptnMetricsProvider'));
      if (object === undefined) continue;
      const provider = keptnMetricsProviderSchema.parse(object);
      const driver = drivers[readProviderType(provider.spec.type, '') ?? 'http'];
      if (driver === undefined) continue;
      const [secret] = objects.filter(isKind('Secret')).map((one) => secretSchema.parse(one));
      expect(secret?.metadata.name).toBe(provider.spec.secretKeyRef?.name);
      const { http } = scriptedHttp(() => '');
      const connected = driver.connect({
        provider,
        secret: secret?.stringData,
        http,
        pause: () => Promise.resolve(),
      });
      expect(connected, provider.spec.type).toMatchObject({ ok: true });
    }
  });
});
