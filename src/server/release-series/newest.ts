import type { ObjectMeta } from '../../api/meta.ts';

/** Objects with their times and names. */
interface Dated {
  readonly metadata: ObjectMeta;
}

/** At most so many objects, the newest first; of one second by namespace and name, so that no scrape differs. Pure. */
export function newest<T extends Dated>(objects: readonly T[], most: number): readonly T[] {
  return objects.length <= most ? objects : objects.toSorted(newestFirst).slice(0, most);
}

function newestFirst({ metadata: a }: Dated, { metadata: b }: Dated): number {
  return (
    compare(b.creationTimestamp, a.creationTimestamp) ||
    compare(a.namespace, b.namespace) ||
    compare(a.name, b.name)
  );
}

/** By code unit: far quicker than by the rules of a language, and times in UTC sort by it. */
function compare(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}
