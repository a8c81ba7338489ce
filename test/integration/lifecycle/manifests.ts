import type { KubeObject, ObjectMeta, OwnerReference } from '../../../src/api/meta.ts';
import { z } from '../../../src/api/schema.ts';
import { hollowNode, stuckLabel } from './setup/hollow-node.ts';

/** What matters to a test about a workload; the rest is the least that the API server takes. */
export interface WorkloadOptions {
  readonly name?: string;
  /** Written to keptn.sh/version, and changes the template as a release does. */
  readonly version?: string;
  readonly app?: string;
  readonly preTasks?: string;
  readonly postTasks?: string;
  readonly preEvaluations?: string;
  readonly replicas?: number;
  /** On the pod template beside Keptn's. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly gates?: readonly string[];
  /** True: the pods never become ready. */
  readonly stuck?: boolean;
}

/** Annotations that name a workload and its checks. */
function checkAnnotations(options: WorkloadOptions): Record<string, string> {
  const { name = 'shop', version = '1.0.0', app, preTasks, postTasks, preEvaluations } = options;
  const given = {
    'keptn.sh/workload': name,
    'keptn.sh/version': version,
    'keptn.sh/app': app,
    'keptn.sh/pre-deployment-tasks': preTasks,
    'keptn.sh/post-deployment-tasks': postTasks,
    'keptn.sh/pre-deployment-evaluations': preEvaluations,
    ...options.annotations,
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** The pod template of a workload. */
function template(options: WorkloadOptions): { metadata: Omit<ObjectMeta, 'name'>; spec: object } {
  const { name = 'shop', labels = {}, gates, stuck } = options;
  return {
    metadata: {
      labels: { run: name, ...labels, ...(stuck === true ? { [stuckLabel]: 'yes' } : {}) },
      annotations: checkAnnotations(options),
    },
    spec: {
      terminationGracePeriodSeconds: 0,
      nodeSelector: { 'kubernetes.io/hostname': hollowNode },
      ...(gates === undefined ? {} : { schedulingGates: gates.map((gate) => ({ name: gate })) }),
      containers: [{ name: 'main', image: 'registry.example/shop:1' }],
    },
  };
}

/** A Deployment, StatefulSet, DaemonSet or ReplicaSet of that workload. */
export function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet',
  options: WorkloadOptions = {},
): KubeObject {
  const { name = 'shop', replicas = 1 } = options;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: { run: name } },
      template: template(options),
    },
  };
}

/** A pod of that workload as its owner would make it. */
export function ownedPod(options: WorkloadOptions, podName: string, owner: OwnerReference): KubeObject {
  const { metadata, spec } = template(options);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: podName, ownerReferences: [{ ...owner, controller: true }] },
    spec,
  };
}

/** A definition whose task runs a container, once. */
export function taskDefinition(name: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTaskDefinition',
    metadata: { name },
    spec: { container: { name: 'check', image: 'registry.example/check:1' }, retries: 0, ...spec },
  };
}

/** A pod of that workload that nobody owns, named after it. */
export function barePod(options: WorkloadOptions = {}): KubeObject {
  const { metadata, spec } = template(options);
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: options.name ?? 'shop' }, spec };
}

/** A StatefulSet of that workload with further fields of its spec, checked by `lint`. */
export function statefulSet(
  options: WorkloadOptions = {},
  fields: Readonly<Record<string, unknown>> = {},
): KubeObject & { readonly spec: object } {
  const set = workload('StatefulSet', { preTasks: 'lint', ...options });
  return { ...set, spec: { ...z.looseObject({}).parse(set['spec']), ...fields } };
}

/** A metric that asks the provider `gauges` for the gauge of its name, seldom unless told otherwise. */
export function metric(name: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: 'metrics.keptn.sh/v1',
    kind: 'KeptnMetric',
    metadata: { name },
    spec: { provider: { name: 'gauges' }, query: name, fetchIntervalSeconds: 60, ...spec },
  };
}

/** A provider that speaks the protocol of Prometheus at this address. */
export function metricsProvider(
  name: string,
  targetServer: string,
  spec: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: 'metrics.keptn.sh/v1',
    kind: 'KeptnMetricsProvider',
    metadata: { name },
    spec: { type: 'prometheus', targetServer, ...spec },
  };
}

/** A definition of objectives, each written `metric <10` or `namespace/metric <10`; one attempt, unless told otherwise. */
export function evaluationDefinition(
  name: string,
  objectives: readonly string[],
  spec: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnEvaluationDefinition',
    metadata: { name },
    spec: {
      objectives: objectives.map((text) => {
        const [ref = '', evaluationTarget] = text.split(' ');
        const [metricName, namespace] = ref.split('/').toReversed();
        return { keptnMetricRef: { name: metricName, namespace }, evaluationTarget };
      }),
      retries: 1,
      ...spec,
    },
  };
}
