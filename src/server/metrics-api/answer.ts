import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import { type LabelSelector, matchesLabels, parseLabelSelector } from '../../domain/label-selector.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { HttpResponse } from '../route.ts';
import { apiGroup, groupList, resourceList } from './discovery.ts';
import { type Measured, measuredValue } from './measured.ts';
import { openApiV2, openApiV3, openApiV3Index } from './openapi.ts';
import {
  type CustomMetricsVersion,
  customMetricsGroup,
  everyMetric,
  everyObject,
  metricResource,
  type Target,
} from './paths.ts';
import { statusAnswer } from './status.ts';

/** The metrics that are known, as the cache has them. */
export interface MetricsView {
  readonly get: (namespace: string, name: string) => KeptnMetric | undefined;
  /** Of all namespaces when none is given. */
  readonly list: (namespace?: string) => readonly KeptnMetric[];
  /** Why a stored metric cannot be read, or undefined. */
  readonly unreadable: (namespace: string, name: string) => string | undefined;
}

type ValuesTarget = Extract<Target, { kind: 'values' }>;

interface Selectors {
  readonly object: LabelSelector;
  readonly metric: LabelSelector;
}

interface Found {
  readonly metric: KeptnMetric;
  readonly measured: Measured;
}

/** Answers what an authorized caller asks for. Pure. */
export function answer(
  target: Target,
  query: Readonly<Record<string, string>>,
  view: MetricsView,
  now: Date,
): HttpResponse {
  switch (target.kind) {
    case 'health':
      return { status: 200, body: 'ok' };
    case 'openapi-v2':
      return { status: 200, body: openApiV2() };
    case 'openapi-v3-index':
      return { status: 200, body: openApiV3Index() };
    case 'openapi-v3':
      return { status: 200, body: openApiV3(target.version) };
    case 'groups':
      return { status: 200, body: groupList() };
    case 'group':
      return { status: 200, body: apiGroup() };
    case 'resources':
      return { status: 200, body: resourceList(target.version, view.list()) };
    case 'unknown':
      return statusAnswer('not-found', 'the server could not find the requested resource');
    case 'foreign':
      return statusAnswer(
        'not-found',
        `metrics are served of ${metricResource} in a namespace, and of nothing else`,
      );
    case 'values':
      return values(target, query, view, now);
  }
}

function values(
  target: ValuesTarget,
  query: Readonly<Record<string, string>>,
  view: MetricsView,
  now: Date,
): HttpResponse {
  const selectors = readSelectors(query);
  if (!selectors.ok) return statusAnswer(selectors.error.tag, selectors.error.message);
  if (target.object === everyObject) return everyValue(target, selectors.value, view, now);
  const found = oneValue(target, selectors.value, view, now);
  return found.ok ? valueList(target.version, [found.value]) : notFound(target, found.error.message);
}

function readSelectors(query: Readonly<Record<string, string>>): Result<Selectors, SluiceError> {
  const object = parseLabelSelector(query['labelSelector'] ?? '');
  if (!object.ok) return object;
  const metric = parseLabelSelector(query['metricLabelSelector'] ?? '');
  return metric.ok ? ok({ object: object.value, metric: metric.value }) : metric;
}

/** A metric's own labels are those of its object. */
function isSelected({ metadata }: KeptnMetric, { object, metric }: Selectors): boolean {
  const labels = metadata.labels ?? {};
  return matchesLabels(object, labels) && matchesLabels(metric, labels);
}

/** The metrics of a namespace that the name and the selectors match, in the order of names; those without a value left out. */
function everyValue(
  { version, namespace, metric: name }: ValuesTarget,
  selectors: Selectors,
  view: MetricsView,
  now: Date,
): HttpResponse {
  const named = [view.get(namespace, name)].filter((metric) => metric !== undefined);
  const candidates = name === everyMetric ? view.list(namespace).toSorted(byName) : named;
  const found = candidates.flatMap((metric) => {
    const measured = isSelected(metric, selectors) ? measuredValue(metric, now) : undefined;
    return measured?.ok === true ? [{ metric, measured: measured.value }] : [];
  });
  return valueList(version, found);
}

/** Names are compared by their bytes, whatever the locale. */
function byName({ metadata: a }: KeptnMetric, { metadata: b }: KeptnMetric): number {
  return a.name < b.name ? -1 : 1;
}

function oneValue(
  { namespace, object, metric: name }: ValuesTarget,
  selectors: Selectors,
  view: MetricsView,
  now: Date,
): Result<Found, { readonly message: string }> {
  const metric = view.get(namespace, object);
  const fault = (message: string) => ({ ok: false, error: { message } }) as const;
  if (metric === undefined) {
    const unreadable = view.unreadable(namespace, object);
    return fault(unreadable === undefined ? 'there is no such object' : 'it cannot be read; correct it');
  }
  if (name !== object && name !== everyMetric)
    return fault(`a KeptnMetric has one metric, of its own name; ask for "${object}"`);
  if (!isSelected(metric, selectors)) return fault('its labels do not match the selector');
  const measured = measuredValue(metric, now);
  return measured.ok ? ok({ metric, measured: measured.value }) : fault(measured.error.message);
}

/** As the custom metrics adapters word it, and why. */
function notFound({ namespace, object, metric }: ValuesTarget, why: string): HttpResponse {
  const what = `the server could not find the metric ${metric} for ${metricResource} ${object}`;
  return statusAnswer('not-found', `${what}: KeptnMetric "${object}" in namespace "${namespace}": ${why}`);
}

function valueList(version: CustomMetricsVersion, found: readonly Found[]): HttpResponse {
  const body = {
    kind: 'MetricValueList',
    apiVersion: `${customMetricsGroup}/${version}`,
    metadata: {},
    items: found.map((one) => valueItem(version, one)),
  };
  return { status: 200, body };
}

function valueItem(version: CustomMetricsVersion, { metric, measured }: Found): object {
  const { name, namespace, labels } = metric.metadata;
  const describedObject = { kind: 'KeptnMetric', namespace, name, apiVersion: 'metrics.keptn.sh/v1' };
  const selector = labels === undefined ? {} : { matchLabels: labels };
  const { timestamp, value } = measured;
  return version === 'v1beta2'
    ? { describedObject, metric: { name, selector }, timestamp, value }
    : { describedObject, metricName: name, timestamp, value, selector };
}
