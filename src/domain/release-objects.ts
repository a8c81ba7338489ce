import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnEvaluation } from '../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnTask } from '../api/lifecycle/v1/keptn-task.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';

/** A version object and the children that its checks made; what is deleted since is missing. */
export interface VersionRecord<V extends KeptnAppVersion | KeptnWorkloadVersion> {
  readonly version: V;
  readonly tasks: readonly KeptnTask[];
  readonly evaluations: readonly KeptnEvaluation[];
}

/** All that is stored of one release: what is told of it to people and tools is derived from this alone. */
export interface ReleaseObjects {
  /** Undefined while a workload waits for its app, and when the app version was deleted. */
  readonly app: VersionRecord<KeptnAppVersion> | undefined;
  /** The workload versions that the app version lists and that exist, in the order of its spec. */
  readonly workloads: readonly VersionRecord<KeptnWorkloadVersion>[];
}
