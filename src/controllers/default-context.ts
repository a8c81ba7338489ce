import type { KeptnAppContext } from '../api/lifecycle/v1/keptn-app-context.ts';
import { defaultContextOf, isDefaultContext } from '../domain/default-context.ts';
import type { ObjectKey, ObjectList, Reader, UnreadableObject } from '../runtime/reader.ts';
import { keysOf } from './checks.ts';

/** What a namespace gives to apps that say nothing of their own. */
export interface NamespaceDefault {
  readonly context: KeptnAppContext | undefined;
  /** A default that is there and could not be read: nobody knows which checks it asks for. */
  readonly unreadable: UnreadableObject | undefined;
}

/** Finds the default KeptnAppContext of a namespace; one that cannot be read and comes first hides the others. Pure. */
export function findDefaultContext({ objects, unreadables }: ObjectList<KeptnAppContext>): NamespaceDefault {
  const context = defaultContextOf(objects);
  const unreadable = defaultContextOf(unreadables);
  const isFirst = context === undefined || (unreadable?.metadata.name ?? '') < context.metadata.name;
  return unreadable !== undefined && isFirst
    ? { context: undefined, unreadable }
    : { context, unreadable: undefined };
}

/** The keys of the apps that may wait for a default that changed: those of its namespace. Reads only. */
export function appsUnder(context: Pick<KeptnAppContext, 'metadata'>, reader: Reader): ObjectKey[] {
  return isDefaultContext(context) ? keysOf(reader.list('keptnapps', context.metadata.namespace)) : [];
}
