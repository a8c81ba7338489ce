import type { Receivers } from '../../domain/receivers.ts';
import { type AnyController, controller, type Watch, watch } from '../../runtime/controller.ts';
import type { Reader } from '../../runtime/reader.ts';
import { keysOf } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import { decideConfig } from './decide.ts';
import { observeConfig } from './observe.ts';

/** Says of each KeptnConfig whether it counts, what it sets, and whom it told in vain. */
export function configController(settings: ControllerSettings, receivers: Receivers): AnyController {
  // Which one counts depends on the others of its namespace, and an unreadable one names the one that does.
  const neighbours = (reader: Reader, namespace = ''): ReturnType<typeof keysOf> =>
    keysOf([...reader.list('keptnconfigs', namespace), ...reader.unreadables('keptnconfigs', namespace)]);
  return controller({
    name: 'config',
    workers: 1,
    watches: [
      watch(
        'keptnconfigs',
        ({ metadata }, reader) => neighbours(reader, metadata.namespace),
        ({ namespace }, reader) => neighbours(reader, namespace),
      ),
      healthWatch(settings, receivers),
    ],
    indexes: [],
    permissions: [
      { group: 'options.keptn.sh', resource: 'keptnconfigs/status', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeConfig(settings, receivers),
    decide: decideConfig,
  });
}

/** Wakes the KeptnConfigs that count when somebody can no longer be told, or can again. */
function healthWatch({ systemNamespace }: ControllerSettings, receivers: Receivers): Watch {
  return {
    resource: 'keptnconfigs',
    subscribe: ({ reader }, wake) =>
      receivers.onHealth(() => {
        keysOf(reader.list('keptnconfigs', systemNamespace)).forEach(wake);
      }),
  };
}
