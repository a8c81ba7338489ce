import type { AppObjects } from '../domain/dora/releases.ts';
import { type Index, index } from '../runtime/controller.ts';
import type { ObjectKey, Reader } from '../runtime/reader.ts';

/** Finds the versions of an app and of its workloads by `namespace/app`. */
export const versionsByApp: readonly Index[] = [
  index('keptnappversions', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.appName}`]),
  index('keptnworkloadversions', 'app', ({ metadata, spec }) => [`${metadata.namespace ?? ''}/${spec.app}`]),
];

/** All that records of an app's releases are made of, from the cache; needs `versionsByApp`. */
export function appObjects({ namespace, name }: ObjectKey, reader: Reader): AppObjects {
  const app = `${namespace}/${name}`;
  return {
    versions: reader.byIndex('keptnappversions', 'app', app),
    workloads: reader.byIndex('keptnworkloadversions', 'app', app),
    namespace: reader.get('namespaces', '', namespace)?.metadata,
  };
}
