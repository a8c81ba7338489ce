import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import { isCompleted } from '../../domain/state.ts';
import { type Ends, endsOf, secondsSincePrevious } from './predecessors.ts';
import { ends, type ObjectTable, secondsBetween } from './stored-objects.ts';

/** Writes the series of the versions that are shown; predecessors are found among all. One turn a version. */
export function* appVersionSeries(
  table: ObjectTable,
  shown: readonly KeptnAppVersion[],
  all: readonly KeptnAppVersion[],
): Generator<void> {
  const ended = endsOf(all.filter(wasReleased).map(endOf));
  for (const version of shown) {
    countVersion(table, version);
    if (wasReleased(version)) timeVersion(table, version, ended);
    yield;
  }
}

/** It went through, well or badly; one that was superseded never was released as a whole. */
function wasReleased({ status }: KeptnAppVersion): boolean {
  return status?.endTime !== undefined && status.status !== 'Deprecated';
}

function endOf({ metadata, spec, status }: KeptnAppVersion) {
  const { namespace = '' } = metadata;
  return { namespace, of: spec.appName, version: spec.version, endTime: status?.endTime };
}

function labelsOf({ metadata, spec }: KeptnAppVersion) {
  return {
    keptn_deployment_app_name: spec.appName,
    keptn_deployment_app_version: spec.version,
    keptn_deployment_app_namespace: metadata.namespace ?? '',
    keptn_deployment_app_version_name: metadata.name,
  };
}

function countVersion(table: ObjectTable, version: KeptnAppVersion): void {
  const { status: { endTime, status = 'Pending', promotionStatus, promotionTaskStatus = [] } = {} } = version;
  const labels = labelsOf(version);
  const isActive = endTime === undefined;
  table.add('keptn_app_active', labels, Number(isActive));
  if (isActive) {
    for (const end of ends)
      table.add('keptn_app_count_total', { ...labels, keptn_deployment_app_status: end }, 0);
    return;
  }
  const ended = { ...labels, keptn_deployment_app_status: status };
  table.add('keptn_app_count_total', ended);
  if (promotionTaskStatus.length > 0 && isCompleted(promotionStatus))
    table.add('keptn_promotion_count_total', ended);
}

function timeVersion(table: ObjectTable, version: KeptnAppVersion, ended: Ends): void {
  const { spec, status } = version;
  const seconds = secondsBetween(status?.startTime, status?.endTime);
  const { previousVersion = '' } = spec;
  const labels = { ...labelsOf(version), keptn_deployment_app_previousversion: previousVersion };
  if (seconds !== undefined) {
    table.set('keptn_app_deploymentduration', labels, seconds);
    if (status?.status === 'Succeeded')
      table.observe(
        'keptn_app_duration_seconds',
        { ...labels, keptn_deployment_app_status: status.status },
        seconds,
      );
  }
  const interval = secondsSincePrevious(ended, { ...endOf(version), previousVersion });
  if (interval !== undefined) table.set('keptn_app_deploymentinterval', labels, interval);
}
