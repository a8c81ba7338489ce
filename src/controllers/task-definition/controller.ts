import { functionRefsOf } from '../../domain/task-runtime.ts';
import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import { decideTaskDefinition } from './decide.ts';
import { observeTaskDefinition } from './observe.ts';

/** Says of each KeptnTaskDefinition whether tasks can run from it. */
export function taskDefinitionController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'task-definition',
    workers: 2,
    watches: [
      watch('keptntaskdefinitions', (definition, reader) => [
        ...keysOf([definition]),
        ...keysOf(reader.byIndex('keptntaskdefinitions', 'function-ref', definition.metadata.name)),
      ]),
    ],
    indexes: [index('keptntaskdefinitions', 'function-ref', functionRefsOf)],
    permissions: [{ group: 'lifecycle.keptn.sh', resource: 'keptntaskdefinitions/status', verbs: ['patch'] }],
    observe: observeTaskDefinition(settings),
    decide: decideTaskDefinition,
  });
}
