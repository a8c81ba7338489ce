import { annotations as keys } from '../api/constants.ts';
import type { KeptnAppContext } from '../api/lifecycle/v1/keptn-app-context.ts';
import type { ObjectMeta } from '../api/meta.ts';
import { firstByName } from './first-by-name.ts';

/** True for a KeptnAppContext that says it is the default of its namespace. Pure. */
export function isDefaultContext({ metadata }: { readonly metadata: ObjectMeta }): boolean {
  return metadata.annotations?.[keys.defaultContext] === 'true' && metadata.deletionTimestamp === undefined;
}

/** The default among the KeptnAppContexts of a namespace, the first by name of several. Pure. */
export function defaultContextOf<T extends { readonly metadata: ObjectMeta }>(
  contexts: readonly T[],
): T | undefined {
  return firstByName(contexts.filter((context) => isDefaultContext(context)));
}

/**
 * What counts for an app: each field of its own context, else the list that the KeptnApp itself carries, else the
 * default's. A list of an app that is empty is said, and so leaves nothing out. Pure.
 */
export function contextFor(
  own: KeptnAppContext['spec'] | undefined,
  ofApp: Partial<KeptnAppContext['spec']>,
  fallback: KeptnAppContext['spec'] | undefined,
): KeptnAppContext['spec'] {
  return { ...fallback, ...ofApp, ...own };
}
