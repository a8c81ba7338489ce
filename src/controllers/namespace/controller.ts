import { ok } from '../../kernel/result.ts';
import { type AnyController, controller, watch } from '../../runtime/controller.ts';
import { decideNamespace } from './decide.ts';

/** Turns Keptn's opt-in annotation of a namespace into the label that admission selects on. */
export function namespaceController(): AnyController {
  return controller({
    name: 'namespace',
    workers: 1,
    watches: [watch('namespaces', ({ metadata }) => [{ namespace: '', name: metadata.name }])],
    indexes: [],
    permissions: [
      { group: '', resource: 'namespaces', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: async ({ name }, reader) => ok(reader.get('namespaces', '', name)),
    decide: decideNamespace,
  });
}
