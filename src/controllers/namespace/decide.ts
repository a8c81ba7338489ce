import { annotations, optInValue } from '../../api/constants.ts';
import type { Namespace } from '../../api/core/cluster.ts';
import { reasons } from '../../api/reasons.ts';
import type { Decision } from '../../domain/decision.ts';
import { done } from '../../kernel/outcome.ts';

/**
 * Decides whether a namespace that opted in by Keptn's annotation gets the label that admission selects on. A label
 * that is there, whatever its value, is the user's word and stays. Pure.
 */
export function decideNamespace(namespace: Namespace): Decision {
  const { name, uid, labels, annotations: given } = namespace.metadata;
  const isDue = given?.[annotations.optIn] === optInValue && labels?.[annotations.optIn] === undefined;
  if (!isDue) return { actions: [], outcome: done };
  const regarding = { apiVersion: 'v1', kind: 'Namespace', name, ...(uid === undefined ? {} : { uid }) };
  const note = `opted in by the annotation ${annotations.optIn}: the label of the same name was added, which is what admission selects on`;
  return {
    actions: [
      {
        kind: 'apply',
        object: {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, labels: { [annotations.optIn]: optInValue } },
        },
      },
      { kind: 'emitEvent', regarding, type: 'Normal', reason: reasons.labelled, action: 'Label', note },
    ],
    outcome: done,
  };
}
