import type { KnownSeries } from '../../scripts/monitoring/promql/labels.ts';
import { labelsOf } from '../../scripts/monitoring/promql/labels.ts';
import { parsePromql } from '../../scripts/monitoring/promql/parse.ts';
import { allGroups } from '../../scripts/monitoring/rules/all.ts';
import { type MetricDefinition, metricNames } from '../../src/observability/metric-names.ts';
import { objectMetricNames } from '../../src/observability/object-metric-names.ts';
import { exposedFamilies } from './exposed-families.ts';

/** What Prometheus adds to every series of a target, whoever configured it. */
const ofTarget = ['job', 'instance'];

/**
 * Labels of every series that Sluice exposes: from the tables of definitions where there are some, else from what the
 * rendering functions give for objects of builders; and of those that the rules record.
 */
export function knownSeries(): KnownSeries {
  const known = new Map<string, ReadonlySet<string>>();
  const add = (name: string, labels: readonly string[]): void => {
    known.set(name, new Set([...(known.get(name) ?? []), ...labels, ...ofTarget]));
  };
  for (const table of tables)
    for (const [name, definition] of Object.entries(table)) addMetric(add, name, definition);
  for (const { name, samples } of exposedFamilies())
    for (const { labels } of samples) add(name, Object.keys(labels));
  for (const { record, expression } of allGroups.flatMap(({ recordings = [] }) => recordings))
    known.set(record, labelsOf(parsePromql(expression), known).labels);
  return known;
}

const tables: readonly Readonly<Record<string, MetricDefinition>>[] = [metricNames, objectMetricNames];

function addMetric(
  add: (name: string, labels: readonly string[]) => void,
  name: string,
  { type, labels }: MetricDefinition,
): void {
  if (type !== 'histogram') {
    add(name, labels);
    return;
  }
  add(`${name}_bucket`, [...labels, 'le']);
  for (const part of ['sum', 'count']) add(`${name}_${part}`, labels);
}
