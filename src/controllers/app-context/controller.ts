import { isDefaultContext } from '../../domain/default-context.ts';
import { type AnyController, controller, watch } from '../../runtime/controller.ts';
import { keysOf } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import { settingsWatches } from '../settings-watches.ts';
import { decideAppContext } from './decide.ts';
import { observeAppContext } from './observe.ts';

/** Says of each KeptnAppContext for whom it counts. */
export function appContextController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'app-context',
    workers: 1,
    watches: [
      watch('keptnappcontexts', (context, reader) => [
        ...keysOf([context]),
        ...keysOf(
          isDefaultContext(context)
            ? reader
                .list('keptnappcontexts', context.metadata.namespace)
                .filter((other) => isDefaultContext(other))
            : [],
        ),
      ]),
      ...settingsWatches(settings.systemNamespace, (reader, namespace, app) =>
        keysOf(
          reader
            .list('keptnappcontexts', namespace)
            .filter(({ metadata }) => app === undefined || metadata.name === app),
        ),
      ),
    ],
    indexes: [],
    permissions: [{ group: 'lifecycle.keptn.sh', resource: 'keptnappcontexts/status', verbs: ['patch'] }],
    observe: observeAppContext(settings),
    decide: decideAppContext,
  });
}
