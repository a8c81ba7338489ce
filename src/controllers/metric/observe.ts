import type { ObjectMeta } from '../../api/meta.ts';
import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import type { KeptnMetricsProvider } from '../../api/metrics/v1/keptn-metrics-provider.ts';
import { freshnessWish } from '../../domain/fresh-values.ts';
import type { Fetched, FetchOwner, MetricSource } from '../../domain/metric-source.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { evaluationsOf } from '../evaluation-metrics.ts';
import { type Plan, planFetch } from './plan.ts';

/** All that the decision on a KeptnMetric reads. */
export interface MetricSnapshot {
  readonly metric: KeptnMetric;
  readonly provider: KeptnMetricsProvider | undefined;
  readonly plan: Plan;
  /** How the planned fetch ended; undefined while it is on its way, and where none is planned. */
  readonly fetched: Fetched | undefined;
  readonly now: Date;
}

/** A stored metric that cannot be read: it stalls itself alone. */
export interface UnreadableMetric {
  readonly metadata: ObjectMeta;
  readonly why: string;
}

/** Gathers a KeptnMetric's snapshot from the cache, and looks for its value when one is due. */
export function observeMetric(source: MetricSource) {
  return async (
    key: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<MetricSnapshot | UnreadableMetric | undefined, SluiceError>> => {
    const { namespace, name } = key;
    const owner: FetchOwner = { resource: 'keptnmetrics', namespace, name };
    const metric = reader.get('keptnmetrics', namespace, name);
    if (metric === undefined || metric.metadata.deletionTimestamp !== undefined) {
      source.keepOnly(owner, []);
      return ok(reader.unreadables('keptnmetrics', namespace).find(({ metadata }) => metadata.name === name));
    }
    const providerName = metric.spec.provider.name;
    const provider = reader.get('keptnmetricsproviders', namespace, providerName);
    const unreadableProvider = reader.unreadable('keptnmetricsproviders', namespace, providerName);
    const wishes = evaluationsOf(key, reader).flatMap((evaluation) => freshnessWish(evaluation, now) ?? []);
    const plan = planFetch({ metric, provider, unreadableProvider, wishes, now });
    source.keepOnly(owner, plan.kind === 'fetch' ? [plan.id] : []);
    const fetched = plan.kind === 'fetch' ? source.look(owner, plan.id, plan.query) : undefined;
    return ok({ metric, provider, plan, fetched, now });
  };
}
