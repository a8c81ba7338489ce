import type { Runtime } from '../runtime/runtime.ts';
import type { StoredObjects } from '../server/release-series/stored-objects.ts';

/**
 * What is stored, where this process leads and knows all of it. Standbys say nothing, so that a sum over replicas is
 * that of one.
 */
export function storedObjects({ reader, isLeading, readiness }: Runtime): StoredObjects | undefined {
  if (!isLeading() || !readiness().ready) return undefined;
  return {
    appVersions: reader.list('keptnappversions'),
    workloadVersions: reader.list('keptnworkloadversions'),
    tasks: reader.list('keptntasks'),
    evaluations: reader.list('keptnevaluations'),
    pods: reader.list('pods'),
  };
}
