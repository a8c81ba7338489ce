import type { Lane, Outbox } from '../../domain/outbox.ts';
import { type AnyController, controller, type Watch, watch } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { releaseIndexes } from '../release-objects.ts';
import { decideHerald } from './decide.ts';
import { observeHerald } from './observe.ts';

/**
 * Tells what happened in the releases of an app: by Kubernetes Events, and through the outbox to every receiver there is.
 * Its key is an app. What was told is noted on the version objects.
 */
export function heraldController(outbox: Outbox): AnyController {
  return controller({
    name: 'herald',
    // Each waits for Events to be written; none of them is waited for.
    workers: 8,
    isRoutine: true,
    watches: [
      watch('keptnappversions', ({ metadata, spec }) => [
        { namespace: metadata.namespace ?? '', name: spec.appName },
      ]),
      watch('keptnworkloadversions', ({ metadata, spec }) => [
        { namespace: metadata.namespace ?? '', name: spec.app },
      ]),
      newsOf(outbox),
    ],
    indexes: releaseIndexes,
    permissions: [
      { group: 'lifecycle.keptn.sh', resource: 'keptnappversions', verbs: ['patch'] },
      { group: 'lifecycle.keptn.sh', resource: 'keptnworkloadversions', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeHerald(outbox),
    decide: decideHerald,
  });
}

function newsOf(outbox: Outbox): Watch {
  return {
    resource: 'keptnappversions',
    subscribe: ({ reader }, wake) =>
      outbox.onNews((lane) => {
        for (const key of lane === undefined ? everyApp(reader) : [keyOf(lane)]) wake(key);
      }),
  };
}

function keyOf({ namespace, app }: Lane): ObjectKey {
  return { namespace, name: app };
}

/** Every app that has a version; the queue takes each once. */
function everyApp(reader: Reader): ObjectKey[] {
  return [
    ...reader
      .list('keptnappversions')
      .map(({ metadata, spec }) => keyOf({ namespace: metadata.namespace ?? '', app: spec.appName })),
    ...reader
      .list('keptnworkloadversions')
      .map(({ metadata, spec }) => keyOf({ namespace: metadata.namespace ?? '', app: spec.app })),
  ];
}
