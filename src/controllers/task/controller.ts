import { taskLabel } from '../../api/constants.ts';
import { type AnyController, controller, watch } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { keysOf, ownerKeys } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import { decideTask } from './decide.ts';
import { observeTask, taskIndexes } from './observe.ts';

/** Tasks that have no Job yet; what such a task lacks may have come. Few, however many have run. */
function waiting(reader: Reader): ObjectKey[] {
  return keysOf(reader.byIndex('keptntasks', 'waiting', 'yes'));
}

/** Runs each KeptnTask once, as a Job, and records how it ended. */
export function taskController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'task',
    workers: 8,
    watches: [
      watch('keptntasks', (task) => keysOf([task])),
      watch('jobs', (job) => ownerKeys(job, 'KeptnTask')),
      watch('taskpods', ({ metadata }, reader) => {
        const job = metadata.labels?.[taskLabel] ?? '';
        const owner = reader.get('jobs', metadata.namespace ?? '', job);
        return owner === undefined ? [] : ownerKeys(owner, 'KeptnTask');
      }),
      watch('jobevents', ({ metadata, regarding }, reader) => {
        const job = reader.get('jobs', metadata.namespace ?? '', regarding?.name ?? '');
        return job === undefined ? [] : ownerKeys(job, 'KeptnTask');
      }),
      // Read when a Job is made; nothing that happens to a namespace changes one that is there.
      watch('namespaces', () => []),
      watch('keptntaskdefinitions', (_definition, reader) => waiting(reader)),
      watch('configmapnames', (_configMap, reader) => waiting(reader)),
    ],
    indexes: taskIndexes,
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptntasks/status', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptntasks/finalizers', verbs: ['update'] },
      { group: 'batch', resource: 'jobs', verbs: ['get', 'create', 'patch'] },
      { group: '', resource: 'configmaps', verbs: ['get', 'create'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeTask(settings),
    decide: decideTask,
  });
}
