import { type ResourceMap, type ResourceName, resources } from '../../src/api/resources.ts';
import type { Index } from '../../src/runtime/controller.ts';
import type { Reader } from '../../src/runtime/reader.ts';

interface Raw {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
  readonly status?: object;
}
type Objects = { readonly [K in ResourceName]?: readonly Raw[] };

/** Reads objects as the API server would send them, by the schemas and indexes of the product; kinds of which the cache holds a selection too. */
export function plainReader(objects: Objects, declared: readonly Index[]): Reader {
  const indexes = new Map<string, (raw: Raw) => readonly string[]>();
  for (const { declare } of declared) {
    declare({
      addIndex: (resource, name, values) =>
        indexes.set(`${resource} ${name}`, (raw) => values(read(resource, raw))),
    });
  }
  const list = <K extends ResourceName>(resource: K, namespace = 'shop'): ResourceMap[K][] =>
    rawOf(objects, resource, namespace).map((raw) => read(resource, raw));
  return {
    list,
    get: (resource, namespace, name) => {
      const raw = rawOf(objects, resource, namespace).find(({ metadata }) => metadata.name === name);
      return raw && read(resource, raw);
    },
    byIndex: (resource, name, value) => {
      const values = indexes.get(`${resource} ${name}`);
      if (values === undefined) throw new Error(`no index ${name} of ${resource} was declared`);
      const found = (objects[resource] ?? []).filter((raw) => values(raw).includes(value));
      return found.map((raw) => read(resource, raw));
    },
    unreadable: () => undefined,
    fetch: () => Promise.reject(new Error('no API server is meant to be asked')),
  };
}

function rawOf(objects: Objects, resource: ResourceName, namespace: string): readonly Raw[] {
  return (objects[resource] ?? []).filter(({ metadata }) => (metadata.namespace ?? 'shop') === namespace);
}

function read<K extends ResourceName>(resource: K, raw: Raw): ResourceMap[K] {
  const metadata = { namespace: 'shop', ...raw.metadata };
  const parsed = resources[resource].parse({ ...raw, metadata });
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
