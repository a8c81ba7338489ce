import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import { metricNamespaces } from '../../domain/metric-reading.ts';
import { isCompleted } from '../../domain/state.ts';
import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { keysOf } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import { decideEvaluation } from './decide.ts';
import { observeEvaluation } from './observe.ts';

/** Compares metrics with the objectives of each KeptnEvaluation until they hold or its attempts are used up. */
export function evaluationController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'evaluation',
    workers: 4,
    watches: [
      watch('keptnevaluations', (evaluation) => keysOf([evaluation])),
      watch('keptnevaluationdefinitions', ({ metadata }, reader) =>
        keysOf(reader.byIndex('keptnevaluations', 'definition-awaited', metadata.name)),
      ),
      watch(
        'keptnmetrics',
        ({ metadata: { namespace = '', name } }, reader) => evaluationsOf({ namespace, name }, reader),
        evaluationsOf,
      ),
    ],
    indexes: [
      index('keptnevaluations', 'definition-awaited', ({ spec, status }) =>
        isCompleted(status?.overallStatus) || status?.objectives !== undefined
          ? []
          : [spec.evaluationDefinition],
      ),
      index('keptnevaluations', 'metric', (evaluation) => metricsOf(evaluation, settings.systemNamespace)),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnevaluations/status', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeEvaluation(settings),
    decide: decideEvaluation,
  });
}

/** The evaluations that a metric could decide. */
function evaluationsOf({ namespace, name }: ObjectKey, reader: Reader): readonly ObjectKey[] {
  return keysOf(reader.byIndex('keptnevaluations', 'metric', `${namespace}/${name}`));
}

/** Where the metrics of an evaluation that has begun and not ended are, or would be. */
function metricsOf({ metadata, status }: KeptnEvaluation, systemNamespace: string): string[] {
  if (isCompleted(status?.overallStatus)) return [];
  return (status?.objectives ?? []).flatMap((objective) =>
    metricNamespaces(objective, metadata.namespace ?? '', systemNamespace).map(
      (namespace) => `${namespace}/${objective.keptnMetricRef.name}`,
    ),
  );
}
