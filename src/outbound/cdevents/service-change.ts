import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { workloadVersionName } from '../../domain/names.ts';
import { parseVersion } from '../../domain/version-range.ts';
import type { Past } from './incidents.ts';

/**
 * What a deployment did to a service: deployed for the first time; rolled back, when its version is lower than the one
 * before, or, where versions have no order, was there before it; upgraded otherwise. Reads only.
 */
export function serviceChange(
  version: KeptnWorkloadVersion,
  past: Past,
): 'deployed' | 'upgraded' | 'rolledback' {
  const { spec, metadata } = version;
  const { previousVersion = '' } = spec;
  if (previousVersion === '') return 'deployed';
  const [now, then] = [parseVersion(spec.version), parseVersion(previousVersion)];
  const order = now === undefined || then === undefined ? 0 : now.compare(then);
  if (order !== 0) return order < 0 ? 'rolledback' : 'upgraded';
  const name = workloadVersionName(spec.workloadName, previousVersion);
  const former = past.workloadVersion(metadata.namespace ?? '', name);
  const wasThereBefore = (metadata.creationTimestamp ?? '') < (former?.metadata.creationTimestamp ?? '');
  return wasThereBefore ? 'rolledback' : 'upgraded';
}
