import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import type { Family } from '../../observability/exposition.ts';
import type { LeftOut } from './left-out.ts';

/** What is exposed of metrics, and what is not. */
export interface MetricFamilies {
  readonly families: readonly Family[];
  readonly leftOut: readonly LeftOut[];
}

/** A number as both Go and Prometheus write it. */
const numberText = /^(?:[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?|NaN|[+-]?Inf)$/;
const registrable = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The series of metrics that have a value: keptn_metric_value for each, and the gauge that Keptn had for a name in all
 * namespaces. Where two metrics would share that gauge it is left out for both: Keptn showed the one that came last. Pure.
 */
export function metricFamilies(metrics: readonly KeptnMetric[], reserved: readonly string[]): MetricFamilies {
  const measured = metrics.flatMap((metric) => {
    const value = measuredValue(metric);
    return value === undefined
      ? []
      : [{ value, name: metric.metadata.name, namespace: metric.metadata.namespace ?? '' }];
  });
  // A metric without a value counts here: its twin's gauge would come and go with it.
  const byLegacy = Map.groupBy(metrics, ({ metadata }) => legacyName(metadata.name));
  const isShared = (legacy: string): boolean =>
    (byLegacy.get(legacy)?.length ?? 0) > 1 || reserved.includes(legacy);
  const named = measured.map((one) => ({ ...one, legacy: legacyName(one.name) }));
  const unregistrable = named.filter(({ legacy }) => !registrable.test(legacy));
  const shared = named.filter(({ legacy }) => registrable.test(legacy) && isShared(legacy));
  const alone = named.filter(({ legacy }) => registrable.test(legacy) && !isShared(legacy));
  return {
    families: [
      {
        name: 'keptn_metric_value',
        type: 'gauge',
        help: 'Value that was fetched last for a KeptnMetric.',
        samples: measured.map(({ value, name, namespace }) => ({ labels: { name, namespace }, value })),
      },
      ...alone.map(
        ({ legacy, name, value }): Family => ({
          name: legacy,
          type: 'gauge',
          help: name,
          samples: [{ labels: {}, value }],
        }),
      ),
    ],
    leftOut: [
      { series: 'legacy', reason: 'collision', count: shared.length },
      { series: 'legacy', reason: 'name', count: unregistrable.length },
    ],
  };
}

/** The value as it is stored, where it is a number. Pure. */
function measuredValue({ status }: KeptnMetric): string | undefined {
  const value = status?.value;
  return value !== undefined && numberText.test(value) ? value : undefined;
}

/** As Keptn made a Prometheus name of the name of an object: what is no letter or digit becomes one underscore. Pure. */
export function legacyName(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '');
}
