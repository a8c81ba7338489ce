import type { ResourceAttributes, Wish } from '../../domain/caller.ts';

/** API group of the custom metrics API. */
export const customMetricsGroup = 'custom.metrics.k8s.io';
/** Versions that are served, the preferred one first. HPA's controller takes v1beta2, older clients v1beta1. */
export const customMetricsVersions = ['v1beta2', 'v1beta1'] as const;
export type CustomMetricsVersion = (typeof customMetricsVersions)[number];

/** The registrations of the group, one a version. */
export const customMetricsApiServices = customMetricsVersions.map(
  (version) => `${version}.${customMetricsGroup}`,
);
/** The Service that leads to it, in Sluice's namespace. */
export const metricsApiServiceName = 'sluice-metrics-api';

/** The resource of which all metrics are, with its group, as the paths have it. */
export const metricResource = 'keptnmetrics.metrics.keptn.sh';
/** In place of an object's name: every object that the label selector matches. */
export const everyObject = '*';
/** In place of a metric's name: whatever its name is. */
export const everyMetric = '*';

/** What a path asks for. */
export type Target =
  | { readonly kind: 'health' }
  | { readonly kind: 'openapi-v2' }
  | { readonly kind: 'openapi-v3-index' }
  | { readonly kind: 'openapi-v3'; readonly version: CustomMetricsVersion }
  | { readonly kind: 'groups' }
  | { readonly kind: 'group' }
  | { readonly kind: 'resources'; readonly version: CustomMetricsVersion }
  | {
      readonly kind: 'values';
      readonly version: CustomMetricsVersion;
      readonly namespace: string;
      readonly object: string;
      readonly metric: string;
    }
  /** Well-formed, but of nothing that has metrics here; authorized like a value. */
  | { readonly kind: 'foreign'; readonly attributes: ResourceAttributes }
  | { readonly kind: 'unknown' };

const healthPaths = ['/healthz', '/livez', '/readyz'];

/** Reads a path as it came, percent-encoded. What cannot be decoded is unknown. Pure. */
export function parseTarget(path: string): Target {
  if (healthPaths.includes(path)) return { kind: 'health' };
  const segments = decoded(path.split('/').slice(1));
  if (segments?.[0] === 'openapi') return openApiTarget(path);
  if (segments === undefined || segments[0] !== 'apis') return { kind: 'unknown' };
  const [, group, versionText, ...rest] = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  if (group === undefined) return { kind: 'groups' };
  if (group !== customMetricsGroup) return { kind: 'unknown' };
  if (versionText === undefined) return { kind: 'group' };
  const version = customMetricsVersions.find((known) => known === versionText);
  if (version === undefined) return { kind: 'unknown' };
  return rest.length === 0 ? { kind: 'resources', version } : valuesTarget(version, rest);
}

function openApiTarget(path: string): Target {
  if (path === '/openapi/v2') return { kind: 'openapi-v2' };
  if (path === '/openapi/v3') return { kind: 'openapi-v3-index' };
  const root = `/openapi/v3/apis/${customMetricsGroup}/`;
  const version = customMetricsVersions.find((known) => path === `${root}${known}`);
  return version === undefined ? { kind: 'unknown' } : { kind: 'openapi-v3', version };
}

function decoded(segments: readonly string[]): string[] | undefined {
  try {
    return segments.map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined; // a lone percent sign
  }
}

function valuesTarget(version: CustomMetricsVersion, rest: readonly string[]): Target {
  const [scope = '', namespace = '', resource, object, metric, ...more] = rest;
  if (rest.some((segment) => segment === '') || more.length > 0) return { kind: 'unknown' };
  if (scope === 'namespaces' && resource === metricResource && metric !== undefined) {
    return { kind: 'values', version, namespace, object: object ?? '', metric };
  }
  return { kind: 'foreign', attributes: foreignAttributes(version, rest) };
}

/** As the API server splits a path of four parts and more. Source: apiserver, endpoints/request/requestinfo.go. */
function foreignAttributes(version: CustomMetricsVersion, rest: readonly string[]): ResourceAttributes {
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name, subresource] = isNamespaced ? rest.slice(2) : rest;
  return {
    verb: name === undefined ? 'list' : 'get',
    group: customMetricsGroup,
    version,
    ...(isNamespaced ? { namespace: rest[1] ?? '' } : {}),
    resource,
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** What must be allowed for a target: reading a resource, or a path, or nothing. Pure. */
export function wishOf(target: Target, path: string): Wish | undefined {
  switch (target.kind) {
    case 'health':
      return undefined;
    case 'foreign':
      return { resource: target.attributes };
    case 'values': {
      const { version, namespace, object, metric } = target;
      return {
        resource: {
          verb: 'get',
          group: customMetricsGroup,
          version,
          namespace,
          resource: metricResource,
          name: object,
          subresource: metric,
        },
      };
    }
    default:
      return { path };
  }
}
