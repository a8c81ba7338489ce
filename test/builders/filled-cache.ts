import type { ResourceName } from '../../src/api/resources.ts';
import { Cache } from '../../src/runtime/cache.ts';
import { createClient } from '../../src/runtime/client.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import type { Index } from '../../src/runtime/controller.ts';
import type { Connector } from '../../src/runtime/kube.ts';

/**
 * The product's own cache, never started and filled by hand: for what reads the cache alone. A live read throws;
 * kinds of which the cache holds a selection, such as pods, stay empty.
 */
export function filledCache(
  objects: { readonly [K in ResourceName]?: readonly object[] },
  names: readonly ResourceName[],
  indexes: readonly Index[],
): Cache {
  const clock = new ManualClock();
  const nowhere: Connector = {
    connect: () => Promise.reject(new Error('no API server is meant to be asked')),
    forgetCredentials: () => undefined,
    namespace: undefined,
    close: () => undefined,
  };
  const cache = new Cache(names, { client: createClient(nowhere, { clock }), clock, random: () => 0 });
  for (const { declare } of indexes) declare(cache);
  let version = 0;
  for (const name of names) {
    for (const object of objects[name] ?? []) {
      version += 1;
      const metadata = 'metadata' in object && typeof object.metadata === 'object' ? object.metadata : {};
      cache.adopt(name, {
        ...object,
        metadata: { namespace: 'shop', resourceVersion: String(version), ...metadata },
      });
    }
  }
  return cache;
}
