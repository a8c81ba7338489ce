import type { EventReceiver } from '../api/options/v1alpha1/event-receiver.ts';
import type { Fact } from '../domain/fact.ts';

export type EventFilter = EventReceiver['filter'];

/** True when a receiver wants to be told of that version: namespaces, apps and levels. Pure. */
export function wantsVersion({ namespaces, apps, levels }: EventFilter, { level, version }: Fact): boolean {
  const app = 'appName' in version.spec ? version.spec.appName : version.spec.app;
  return (
    isAmong(namespaces, version.metadata.namespace ?? '') && isAmong(apps, app) && isAmong(levels, level)
  );
}

/**
 * True when a receiver wants events of that type. A type may end with `*`; of a CDEvent, `dev.cdevents.` in front and
 * the version at the end may be left out. Pure.
 */
export function wantsType({ types }: EventFilter, type: string): boolean {
  if (types === undefined || types.length === 0) return true;
  const short = type.replace(/^dev\.cdevents\./, '').replace(/\.\d+\.\d+\.\d+$/, '');
  return types.some((wanted) =>
    wanted.endsWith('*')
      ? [type, short].some((one) => one.startsWith(wanted.slice(0, -1)))
      : [type, short].includes(wanted),
  );
}

/** An empty list is none, as an absent one: nobody configures a receiver to tell it nothing. */
function isAmong<T>(list: readonly T[] | undefined, one: T): boolean {
  return list === undefined || list.length === 0 || list.includes(one);
}
