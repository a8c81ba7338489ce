import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import { decideEvaluationDefinition } from './decide.ts';
import { observeEvaluationDefinition } from './observe.ts';

/** Says of each KeptnEvaluationDefinition whether its metrics exist. */
export function evaluationDefinitionController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'evaluation-definition',
    workers: 2,
    watches: [
      watch('keptnevaluationdefinitions', (definition) => keysOf([definition])),
      watch(
        'keptnmetrics',
        ({ metadata }, reader) =>
          keysOf(reader.byIndex('keptnevaluationdefinitions', 'metric', metadata.name)),
        ({ name }, reader) => keysOf(reader.byIndex('keptnevaluationdefinitions', 'metric', name)),
      ),
    ],
    indexes: [
      index('keptnevaluationdefinitions', 'metric', ({ spec }) =>
        spec.objectives.map(({ keptnMetricRef }) => keptnMetricRef.name),
      ),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnevaluationdefinitions/status', verbs: ['patch'] },
    ],
    observe: observeEvaluationDefinition(settings),
    decide: decideEvaluationDefinition,
  });
}
