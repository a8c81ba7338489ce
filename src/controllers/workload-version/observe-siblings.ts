import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { WorkloadRef } from '../../api/lifecycle/v1/shared.ts';
import { memberName } from '../../domain/app-match.ts';
import { workloadName } from '../../domain/names.ts';
import { index } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { keysOf } from '../checks.ts';

/** Another workload of the same app version. */
export interface Sibling {
  readonly ref: WorkloadRef;
  /** As its KeptnWorkloadVersion says, else its KeptnWorkload; 0 for a workload that nobody has seen. */
  readonly wave: number;
  /** Its KeptnWorkloadVersion by name, and that object where it is there. */
  readonly versionName: string;
  readonly version: KeptnWorkloadVersion | undefined;
}

/** The workloads beside this one in its app version. Reads only. */
export function observeSiblings(
  reader: Reader,
  own: KeptnWorkloadVersion,
  appVersion: KeptnAppVersion | undefined,
): Sibling[] {
  if (appVersion === undefined || hasBegun(own)) return [];
  const namespace = own.metadata.namespace ?? '';
  const { appName, workloads = [] } = appVersion.spec;
  return workloads.flatMap((ref) => {
    const workload = workloadName(appName, ref.name);
    if (workload === own.spec.workloadName) return [];
    const versionName = memberName(appName, ref);
    const version = reader.get('keptnworkloadversions', namespace, versionName);
    const { spec } = version ?? reader.get('keptnworkloads', namespace, workload) ?? {};
    return [{ ref, wave: spec?.wave ?? 0, versionName, version }];
  });
}

/** A superseded version that is wanted again begins anew, whichever phase it had come to. */
function hasBegun({ status }: Pick<KeptnWorkloadVersion, 'status'>): boolean {
  return Boolean(status?.currentPhase) && status?.status !== 'Deprecated';
}

/** Finds versions that have not begun, by `<namespace>/<app>`. */
export const notBegunByApp = index('keptnworkloadversions', 'not-begun', ({ metadata, spec, status }) =>
  hasBegun({ status }) ? [] : [`${metadata.namespace ?? ''}/${spec.app}`],
);

/** The versions of the same app that have not begun and are of a higher wave than this workload. Reads only. */
export function heldBehind(
  reader: Reader,
  workload: {
    readonly metadata: { readonly namespace?: string | undefined };
    readonly spec: { readonly app: string; readonly wave?: number | undefined };
  },
): ObjectKey[] {
  const { app, wave = 0 } = workload.spec;
  const inApp = reader.byIndex(
    'keptnworkloadversions',
    'not-begun',
    `${workload.metadata.namespace ?? ''}/${app}`,
  );
  return keysOf(inApp.filter(({ spec }) => (spec.wave ?? 0) > wave));
}
