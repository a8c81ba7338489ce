import type { Settings } from '../config/settings.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { releaseSeriesText } from '../server/release-series/release-series.ts';
import type { StoredObjects } from '../server/release-series/stored-objects.ts';
import type { History } from './history.ts';

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

/** All that a controller's page of metrics derives when it is asked for: series of stored objects, and of the archive. */
export function derivedSeries(
  { metricsObjects: mostObjects }: Settings,
  runtime: Runtime,
  history: Pick<History, 'moreMetrics'>,
): () => AsyncIterable<string> {
  return async function* pieces() {
    yield* releaseSeriesText({ stored: () => storedObjects(runtime), mostObjects });
    yield await history.moreMetrics();
  };
}
