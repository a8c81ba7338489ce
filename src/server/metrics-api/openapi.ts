import {
  type CustomMetricsVersion,
  customMetricsGroup,
  customMetricsVersions,
  metricResource,
} from './paths.ts';

const info = { title: 'Custom metrics of KeptnMetrics', version: 'v1' };

/** OpenAPI 2: nothing to merge, but an answer. Without one the API server logs an error for each version, again and again. Pure. */
export function openApiV2(): object {
  return { swagger: '2.0', info, paths: {} };
}

/** The index of OpenAPI 3 documents, one a version. Pure. */
export function openApiV3Index(): object {
  const entries = customMetricsVersions.map((version) => {
    const path = `apis/${customMetricsGroup}/${version}`;
    return [path, { serverRelativeURL: `/openapi/v3/${path}` }] as const;
  });
  return { paths: Object.fromEntries(entries) };
}

const text = { type: 'string' };
const inPath = (name: string, description: string): object => ({
  name,
  in: 'path',
  required: true,
  schema: text,
  description,
});
const inQuery = (name: string, description: string): object => ({
  name,
  in: 'query',
  schema: text,
  description,
});

/** The OpenAPI 3 document of a version: its one path. Pure. */
export function openApiV3(version: CustomMetricsVersion): object {
  const path = `/apis/${customMetricsGroup}/${version}/namespaces/{namespace}/${metricResource}/{object}/{metric}`;
  const get = {
    summary: 'The value that was measured last, as a MetricValueList',
    parameters: [
      inPath('namespace', 'Namespace of the KeptnMetric.'),
      inPath('object', 'Name of the KeptnMetric, or * for those that labelSelector matches.'),
      inPath('metric', 'Name of the metric: that of the KeptnMetric, or *.'),
      inQuery('labelSelector', 'Labels of the KeptnMetric.'),
      inQuery('metricLabelSelector', 'Labels of the metric: those of the KeptnMetric.'),
    ],
    responses: { 200: { description: 'MetricValueList' }, 404: { description: 'Status that says why' } },
  };
  return { openapi: '3.0.0', info, paths: { [path]: { get } } };
}
