import { type ResourceMap, type ResourceName, resources } from '../../src/api/resources.ts';
import { ok } from '../../src/kernel/result.ts';
import type { Index } from '../../src/runtime/controller.ts';
import type { Reader } from '../../src/runtime/reader.ts';

type Objects = { readonly [K in ResourceName]?: readonly object[] };

/**
 * Reads of plain objects, read with the schemas of their kinds and found by the controllers' own indexes: for what
 * gathers a snapshot, selections of a kind included. `live` is what a read past the cache finds beyond that.
 */
export function plainReader(cached: Objects, indexes: readonly Index[], live: Objects = {}): Reader {
  const all = <K extends ResourceName>(resource: K, objects: Objects = cached): ResourceMap[K][] =>
    (objects[resource] ?? []).map((raw) => {
      const parsed = resources[resource].parse(resources[resource].namespaced ? inShop(raw) : raw);
      if (!parsed.ok) throw new Error(parsed.error.message);
      return parsed.value;
    });
  const find = <K extends ResourceName>(
    resource: K,
    key: string,
    objects?: Objects,
  ): ResourceMap[K] | undefined =>
    all(resource, objects).find(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}` === key);
  return {
    get: (resource, namespace, name) => find(resource, `${namespace}/${name}`),
    list: (resource, namespace) =>
      all(resource).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    byIndex: (resource, name, value) => {
      const wanted: string = resource;
      const objects = all(resource);
      const found: typeof objects = [];
      for (const { declare } of indexes) {
        declare({
          addIndex: (indexed, index, values) => {
            if (wanted !== indexed || index !== name) return;
            all(indexed).forEach((object, i) => {
              const same = objects[i];
              if (same !== undefined && values(object).includes(value)) found.push(same);
            });
          },
        });
      }
      return found;
    },
    unreadables: () => [],
    unreadable: () => undefined,
    fetchList: async (resource, namespace) =>
      ok({
        objects: all(resource, live[resource] === undefined ? cached : live).filter(
          ({ metadata }) => metadata.namespace === namespace,
        ),
        unreadables: [],
      }),
    fetch: async (resource, namespace, name) =>
      ok(find(resource, `${namespace}/${name}`, live) ?? find(resource, `${namespace}/${name}`)),
  };
}

/** The object in namespace `shop` unless it says otherwise. */
function inShop(raw: object): object {
  const metadata = 'metadata' in raw && typeof raw.metadata === 'object' ? raw.metadata : {};
  return { ...raw, metadata: { namespace: 'shop', ...metadata } };
}
