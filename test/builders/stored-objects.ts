import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnTask } from '../../src/api/lifecycle/v1/keptn-task.ts';
import type { KeptnWorkloadVersion } from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import {
  type ReleaseSeriesOptions,
  releaseSeriesText,
} from '../../src/server/release-series/release-series.ts';
import type { StoredObjects } from '../../src/server/release-series/stored-objects.ts';
import { keptnTask } from './task-objects.ts';
import { keptnAppVersion, keptnWorkloadVersion } from './version-objects.ts';

/** What there is, nothing unless the test says so. */
export function storedObjects(given: Partial<StoredObjects>): StoredObjects {
  return { appVersions: [], workloadVersions: [], tasks: [], evaluations: [], pods: [], ...given };
}

/** The whole text. */
export async function renderReleaseSeries(options: ReleaseSeriesOptions): Promise<string> {
  let text = '';
  for await (const piece of releaseSeriesText(options)) text += piece;
  return text;
}

/** Lines of /metrics that begin with one of these names, without comments. */
export async function seriesOf(
  given: Partial<StoredObjects>,
  names: readonly string[],
  mostObjects = 500,
): Promise<string[]> {
  const text = await renderReleaseSeries({ stored: () => storedObjects(given), mostObjects });
  return text.split('\n').filter((line) => names.some((name) => line.startsWith(name)));
}

const day = '2026-03-01T';

/** What a test says of a version: times of 2026-03-01. */
export interface VersionGiven {
  readonly namespace?: string;
  readonly name?: string;
  readonly version?: string;
  readonly previousVersion?: string;
  readonly status?: string;
  readonly start?: string;
  readonly end?: string;
}

function parts(given: VersionGiven) {
  const { namespace = 'prod', name, version = '1.0.0', previousVersion = '', status, start, end } = given;
  return {
    metadata: {
      namespace,
      creationTimestamp: `${day}${start ?? '00:00:00'}Z`,
      ...(name === undefined ? {} : { name }),
    },
    spec: { version, previousVersion },
    status: {
      status: status ?? (end === undefined ? 'Progressing' : 'Succeeded'),
      startTime: `${day}${start ?? '00:00:00'}Z`,
      ...(end === undefined ? {} : { endTime: `${day}${end}Z` }),
    },
  };
}

/** A version of app `shop`. */
export function storedAppVersion(given: VersionGiven, status: object = {}): KeptnAppVersion {
  const made = parts({ ...given, name: given.name ?? `shop-${given.version ?? '1.0.0'}` });
  return keptnAppVersion({ ...made, status: { ...made.status, ...status } });
}

/** A version of workload `shop-cart`. */
export function storedWorkloadVersion(given: VersionGiven): KeptnWorkloadVersion {
  return keptnWorkloadVersion(parts(given));
}

/** A task of workload `shop-cart`. */
export function storedTask(given: VersionGiven): KeptnTask {
  const { metadata, status } = parts(given);
  return keptnTask({ metadata, status });
}
