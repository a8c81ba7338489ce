import { isCompleted } from '../../domain/state.ts';
import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf } from '../checks.ts';
import { evaluationsOf, metricOfEvaluation } from '../evaluation-metrics.ts';
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
        ({ metadata: { namespace = '', name } }, reader) =>
          keysOf(evaluationsOf({ namespace, name }, reader)),
        (key, reader) => keysOf(evaluationsOf(key, reader)),
      ),
      // They say how long a fetch may take; its metric tells when it has ended.
      watch('keptnmetricsproviders', () => []),
    ],
    indexes: [
      index('keptnevaluations', 'definition-awaited', ({ spec, status }) =>
        isCompleted(status?.overallStatus) || status?.objectives !== undefined
          ? []
          : [spec.evaluationDefinition],
      ),
      metricOfEvaluation(settings.systemNamespace),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnevaluations/status', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeEvaluation(settings),
    decide: decideEvaluation,
  });
}
