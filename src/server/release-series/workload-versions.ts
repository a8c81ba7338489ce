import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { type Ends, endsOf, secondsSincePrevious } from './predecessors.ts';
import { ends, type ObjectTable, secondsBetween } from './stored-objects.ts';

/** Writes the series of the versions that are shown; predecessors are found among all. One turn a version. */
export function* workloadVersionSeries(
  table: ObjectTable,
  shown: readonly KeptnWorkloadVersion[],
  all: readonly KeptnWorkloadVersion[],
): Generator<void> {
  const ended = endsOf(all.filter(wasDeployed).map(endOf));
  for (const version of shown) {
    countVersion(table, version);
    if (wasDeployed(version)) timeVersion(table, version, ended);
    yield;
  }
}

/** It went through, well or badly; one that was superseded has an end as well. */
function wasDeployed({ status }: KeptnWorkloadVersion): boolean {
  return status?.endTime !== undefined && status.status !== 'Deprecated';
}

function endOf({ metadata, spec, status }: KeptnWorkloadVersion) {
  const { namespace = '' } = metadata;
  return { namespace, of: spec.workloadName, version: spec.version, endTime: status?.endTime };
}

function labelsOf({ metadata, spec }: KeptnWorkloadVersion) {
  return {
    keptn_deployment_app_name: spec.app,
    keptn_deployment_workload_name: spec.workloadName,
    keptn_deployment_workload_version: spec.version,
    keptn_deployment_workload_namespace: metadata.namespace ?? '',
    keptn_deployment_workload_version_name: metadata.name,
  };
}

function countVersion(table: ObjectTable, version: KeptnWorkloadVersion): void {
  const { endTime, status = 'Pending' } = version.status ?? {};
  const labels = labelsOf(version);
  const isActive = endTime === undefined;
  table.add('keptn_deployment_active', labels, Number(isActive));
  for (const end of isActive ? ends : [status])
    table.add(
      'keptn_deployment_count_total',
      { ...labels, keptn_deployment_workload_status: end },
      Number(!isActive),
    );
}

function timeVersion(table: ObjectTable, version: KeptnWorkloadVersion, ended: Ends): void {
  const { spec, status } = version;
  const seconds = secondsBetween(status?.startTime, status?.endTime);
  const { previousVersion = '' } = spec;
  const labels = { ...labelsOf(version), keptn_deployment_workload_previousversion: previousVersion };
  if (seconds !== undefined) {
    table.set('keptn_deployment_deploymentduration', labels, seconds);
    if (status?.status === 'Succeeded')
      table.observe(
        'keptn_deployment_duration_seconds',
        { ...labels, keptn_deployment_workload_status: status.status },
        seconds,
      );
  }
  const interval = secondsSincePrevious(ended, { ...endOf(version), previousVersion });
  if (interval !== undefined) table.set('keptn_deployment_deploymentinterval', labels, interval);
}
