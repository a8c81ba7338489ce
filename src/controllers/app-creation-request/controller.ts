import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import { decideAppCreationRequest } from './decide.ts';
import { observeAppCreationRequest } from './observe.ts';

/** Writes the KeptnApp of workloads whose app nobody wrote, and removes it when they are gone. */
export function appCreationRequestController(settings: ControllerSettings): AnyController {
  return controller({
    name: 'app-creation-request',
    workers: 4,
    watches: [
      watch('keptnappcreationrequests', (request) => keysOf([request])),
      watch('keptnworkloads', ({ metadata, spec }, reader) => {
        const request = reader.get('keptnappcreationrequests', metadata.namespace ?? '', spec.app);
        return request === undefined ? [] : keysOf([request]);
      }),
      watch('keptnapps', ({ metadata }, reader) => {
        const request = reader.get('keptnappcreationrequests', metadata.namespace ?? '', metadata.name);
        return request === undefined ? [] : keysOf([request]);
      }),
    ],
    indexes: [
      index('keptnworkloads', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
    ],
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnappcreationrequests', verbs: ['patch', 'delete'] },
      {
        group: 'lifecycle.keptn.sh',
        resource: 'keptnapps',
        verbs: ['create', 'patch', 'get', 'list', 'watch', 'delete'],
      },
    ],
    observe: observeAppCreationRequest(settings),
    decide: decideAppCreationRequest,
  });
}
