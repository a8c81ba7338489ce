import {
  type KeptnEvaluation,
  keptnEvaluationSchema,
  type RecordedObjective,
} from '../../src/api/lifecycle/v1/keptn-evaluation.ts';
import { type KeptnMetric, keptnMetricSchema } from '../../src/api/metrics/v1/keptn-metric.ts';
import type { EvaluationSnapshot } from '../../src/controllers/evaluation/observe.ts';
import { type MetricReading, metricNamespaces } from '../../src/domain/metric-reading.ts';
import { type Given, parsed } from './parsed.ts';
import { keptnEvaluationDefinition } from './task-objects.ts';

/** The evaluation `pre-check` of definition `check`, not begun: three attempts, ten seconds apart. */
export function keptnEvaluation(given: Given = {}): KeptnEvaluation {
  const metadata = { name: 'pre-check', uid: 'evaluation-1', generation: 1, resourceVersion: '7' };
  const spec = { evaluationDefinition: 'check', checkType: 'pre-eval', retries: 3, retryInterval: '10s' };
  return parsed(keptnEvaluationSchema, { metadata, spec }, given);
}

/** Metric `errors`, fetched every ten seconds, that has this value: fetched ten seconds into 2026, after evaluations of tests began. */
export function keptnMetric(value: string | undefined, given: Given = {}): KeptnMetric {
  const spec = { provider: { name: 'prometheus' }, query: 'errors', fetchIntervalSeconds: 10 };
  const status = value === undefined ? {} : { value, lastUpdated: '2026-01-01T00:00:10Z' };
  return parsed(keptnMetricSchema, { metadata: { name: 'errors' }, spec, status }, given);
}

/** An objective on a metric, written `errors <10` or `other/errors <10`. */
export function objective(text: string): RecordedObjective {
  const [metric = '', evaluationTarget = ''] = text.split(' ');
  const [name = '', namespace] = metric.split('/').toReversed();
  return {
    keptnMetricRef: { name, ...(namespace === undefined ? {} : { namespace }) },
    evaluationTarget,
  };
}

/** What was found of an objective's metric. */
export function reading(text: string, metric: KeptnMetric | undefined): MetricReading {
  const wanted = objective(text);
  const lookedIn = metricNamespaces(wanted, 'shop', 'sluice-system');
  return { objective: wanted, lookedIn, metric, unreadable: undefined };
}

/** The snapshot of that evaluation at a time, with these readings. */
export function evaluationSnapshot(given: Partial<EvaluationSnapshot> = {}): EvaluationSnapshot {
  const readings = given.readings;
  return {
    evaluation: keptnEvaluation(),
    definition: keptnEvaluationDefinition({
      metadata: { generation: 4 },
      spec: { objectives: (readings ?? []).map((one) => one.objective) },
    }),
    unreadableDefinition: undefined,
    readings: [],
    longestFetchMs: 25_000,
    now: new Date('2026-01-01T00:00:00Z'),
    ...given,
  };
}
