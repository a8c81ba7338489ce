import type { Runtime } from '../runtime/runtime.ts';
import type { StoredObjects } from '../server/release-series/stored-objects.ts';

/**
 * What is stored, where this process leads and knows all of it. Standbys say nothing, so that a sum over replicas is
 * that of one.
 */
export function storedObjects(runtime: Runtime): StoredObjects | undefined {
  if (!runtime.isLeading() || !runtime.readiness().ready) return undefined;
  const { reader } = runtime;
  return {
    appVersions: reader.list('keptnappversions'),
    workloadVersions: reader.list('keptnworkloadversions'),
    tasks: reader.list('keptntasks'),
    evaluations: reader.list('keptnevaluations'),
    pods: reader.list('pods'),
  };
}
