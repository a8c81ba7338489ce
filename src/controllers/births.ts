import { annotations } from '../api/constants.ts';
import type { Action } from '../domain/action.ts';
import { announcedAtBirth } from '../domain/announced.ts';
import type { Outbox } from '../domain/outbox.ts';
import type { AnyController } from '../runtime/controller.ts';

const versionKinds: ReadonlySet<string> = new Set(['KeptnAppVersion', 'KeptnWorkloadVersion']);

/**
 * The same controller, whose versions are made with a mark that names whoever is to be told of them. So one that ends at
 * once is told apart from one that ended long ago, and the mark costs no write of its own. Pure but for the sinks.
 */
export function markBirths(controller: AnyController, { sinks }: Pick<Outbox, 'sinks'>): AnyController {
  return {
    ...controller,
    evaluate: async (...asked) => {
      const evaluated = await controller.evaluate(...asked);
      if (!evaluated.ok || evaluated.value === undefined) return evaluated;
      const { actions, outcome } = evaluated.value;
      const mark = announcedAtBirth(sinks().map(({ name }) => name));
      return { ok: true, value: { actions: actions.map((action) => marked(action, mark)), outcome } };
    },
  };
}

function marked(action: Action, mark: string): Action {
  if (action.kind !== 'createIfAbsent' || !versionKinds.has(action.object.kind)) return action;
  const { metadata } = action.object;
  const all = { ...metadata.annotations, [annotations.announced]: mark };
  return { ...action, object: { ...action.object, metadata: { ...metadata, annotations: all } } };
}
