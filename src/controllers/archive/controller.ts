import type { Archive } from '../../domain/dora/archive.ts';
import { isCompleted } from '../../domain/state.ts';
import { type AnyController, controller, watchExistence } from '../../runtime/controller.ts';
import { versionsByApp } from '../app-objects.ts';
import { watchVersions } from '../version-watch.ts';
import { decideArchive } from './decide.ts';
import { observeArchive } from './observe.ts';

/**
 * Keeps a record of each app version that has ended. A start looks at all that are stored, so that an end which nobody
 * recorded is recorded then. Never in the way of a release: trouble of the archive is this controller's alone.
 */
export function archiveController(archive: Archive): AnyController {
  return controller({
    name: 'archive',
    workers: 4,
    isRoutine: true,
    watches: [
      watchVersions('keptnappversions', ({ metadata, spec, status }) =>
        isCompleted(status?.status) ? [{ namespace: metadata.namespace ?? '', name: spec.appName }] : [],
      ),
      // Its labels may say the environment; a release that ended keeps what was said then.
      watchExistence('namespaces', () => []),
    ],
    indexes: versionsByApp,
    permissions: [],
    observe: observeArchive(archive),
    decide: decideArchive,
  });
}
