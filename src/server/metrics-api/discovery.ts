import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import {
  type CustomMetricsVersion,
  customMetricsGroup,
  customMetricsVersions,
  metricResource,
} from './paths.ts';

const versions = customMetricsVersions.map((version) => ({
  groupVersion: `${customMetricsGroup}/${version}`,
  version,
}));
const group = { name: customMetricsGroup, versions, preferredVersion: versions[0] };

/** meta/v1 APIGroupList: the one group. Pure. */
export function groupList(): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: [group] };
}

/** meta/v1 APIGroup. Pure. */
export function apiGroup(): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...group };
}

/** meta/v1 APIResourceList: one entry for each name that some metric has, in the order of names. Pure. */
export function resourceList(version: CustomMetricsVersion, metrics: readonly KeptnMetric[]): object {
  const names = [...new Set(metrics.map(({ metadata }) => metadata.name))].sort();
  const resources = names.map((name) => ({
    name: `${metricResource}/${name}`,
    singularName: '',
    namespaced: true,
    kind: 'MetricValueList',
    verbs: ['get'],
  }));
  const groupVersion = `${customMetricsGroup}/${version}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}
