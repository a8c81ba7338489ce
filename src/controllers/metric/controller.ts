import type { MetricSource } from '../../domain/metric-source.ts';
import { type AnyController, controller, index, type Watch, watch } from '../../runtime/controller.ts';
import { keysOf } from '../checks.ts';
import { metricOfEvaluation, metricsOf } from '../evaluation-metrics.ts';
import type { ControllerSettings } from '../settings.ts';
import { decideMetric } from './decide.ts';
import { observeMetric } from './observe.ts';

/**
 * Keeps the value of each KeptnMetric: fetches it when it is due, or when an evaluation asks for a newer one, and records
 * how that ended.
 */
export function metricController(settings: ControllerSettings, source: MetricSource): AnyController {
  return controller({
    name: 'metric',
    workers: 16,
    isRoutine: true,
    watches: [
      watch(
        'keptnmetrics',
        (metric) => keysOf([metric]),
        (key) => [key],
      ),
      watch(
        'keptnmetricsproviders',
        ({ metadata: { namespace = '', name } }, reader) =>
          keysOf(reader.byIndex('keptnmetrics', 'provider', `${namespace}/${name}`)),
        ({ namespace, name }, reader) =>
          keysOf(reader.byIndex('keptnmetrics', 'provider', `${namespace}/${name}`)),
      ),
      watch('keptnevaluations', (evaluation) => metricsOf(evaluation, settings.systemNamespace)),
      endsOfFetches(source),
    ],
    indexes: [
      index('keptnmetrics', 'provider', ({ metadata, spec }) => [
        `${metadata.namespace ?? ''}/${spec.provider.name}`,
      ]),
      metricOfEvaluation(settings.systemNamespace),
    ],
    permissions: [
      { group: 'metrics.keptn.sh', resource: 'keptnmetrics/status', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
      // The Secrets that providers name, each with a GET of its own: none is listed, watched or cached.
      { group: '', resource: 'secrets', verbs: ['get'] },
    ],
    observe: observeMetric(source),
    decide: decideMetric,
  });
}

function endsOfFetches(source: MetricSource): Watch {
  return { resource: 'keptnmetrics', subscribe: (_changes, wake) => source.onEnd('keptnmetrics', wake) };
}
