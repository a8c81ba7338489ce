import { gatedLabel, taskLabel } from './constants.ts';
import { type Rollout, rolloutSchema } from './core/argo-rollout.ts';
import * as cluster from './core/cluster.ts';
import { type Job, jobSchema } from './core/job.ts';
import { type Pod, podSchema } from './core/pod.ts';
import { type ReleasePod, releasePodSchema } from './core/release-pod.ts';
import { type TaskPod, taskPodSchema } from './core/task-pod.ts';
import * as workload from './core/workload.ts';
import { customResource, type ResourceDef } from './kind.ts';
import * as app from './lifecycle/v1/keptn-app.ts';
import * as appContext from './lifecycle/v1/keptn-app-context.ts';
import * as appCreationRequest from './lifecycle/v1/keptn-app-creation-request.ts';
import * as appVersion from './lifecycle/v1/keptn-app-version.ts';
import * as evaluation from './lifecycle/v1/keptn-evaluation.ts';
import * as evaluationDefinition from './lifecycle/v1/keptn-evaluation-definition.ts';
import * as task from './lifecycle/v1/keptn-task.ts';
import * as taskDefinition from './lifecycle/v1/keptn-task-definition.ts';
import * as workloadKind from './lifecycle/v1/keptn-workload.ts';
import * as workloadVersion from './lifecycle/v1/keptn-workload-version.ts';
import * as analysis from './metrics/v1/analysis.ts';
import * as analysisDefinition from './metrics/v1/analysis-definition.ts';
import * as valueTemplate from './metrics/v1/analysis-value-template.ts';
import * as metric from './metrics/v1/keptn-metric.ts';
import * as metricsProvider from './metrics/v1/keptn-metrics-provider.ts';
import * as config from './options/v1alpha1/keptn-config.ts';
import { parseWith, type z } from './schema.ts';

export type { ResourceDef } from './kind.ts';

/** Every resource that is read or written, by its plural. */
export interface ResourceMap {
  /** Pods without a node: those that a gate holds are among them, the running crowd is not. */
  pods: Pod;
  /** Pods that admission knows, also once they run: the least that tells how they fare. */
  releasepods: ReleasePod;
  /** Pods of tasks' Jobs. */
  taskpods: TaskPod;
  replicasets: workload.ReplicaSet;
  deployments: workload.Deployment;
  statefulsets: workload.StatefulSet;
  daemonsets: workload.DaemonSet;
  /** Of Argo Rollouts, where it is installed. */
  rollouts: Rollout;
  jobs: Job;
  namespaces: cluster.Namespace;
  configmaps: cluster.ConfigMap;
  /** That a ConfigMap is there and when it changes, without what it holds. */
  configmapnames: cluster.ConfigMapName;
  secrets: cluster.Secret;
  events: cluster.Event;
  /** Events that say why a Job cannot make its pod. */
  jobevents: cluster.Event;
  leases: cluster.Lease;
  mutatingwebhookconfigurations: cluster.MutatingWebhookConfiguration;
  validatingwebhookconfigurations: cluster.ValidatingWebhookConfiguration;
  apiservices: cluster.ApiService;
  analyses: analysis.Analysis;
  analysisdefinitions: analysisDefinition.AnalysisDefinition;
  analysisvaluetemplates: valueTemplate.AnalysisValueTemplate;
  keptnapps: app.KeptnApp;
  keptnappcontexts: appContext.KeptnAppContext;
  keptnappcreationrequests: appCreationRequest.KeptnAppCreationRequest;
  keptnappversions: appVersion.KeptnAppVersion;
  keptnevaluations: evaluation.KeptnEvaluation;
  keptnevaluationdefinitions: evaluationDefinition.KeptnEvaluationDefinition;
  keptnmetrics: metric.KeptnMetric;
  keptnmetricsproviders: metricsProvider.KeptnMetricsProvider;
  keptntasks: task.KeptnTask;
  keptntaskdefinitions: taskDefinition.KeptnTaskDefinition;
  keptnworkloads: workloadKind.KeptnWorkload;
  keptnworkloadversions: workloadVersion.KeptnWorkloadVersion;
  keptnconfigs: config.KeptnConfig;
}

/** The plural of a resource, or the name of a selection of it. */
export type ResourceName = keyof ResourceMap;

interface CoreNames {
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced?: boolean;
  readonly selector?: { readonly field?: string; readonly label?: string };
  readonly metadataOnly?: boolean;
  readonly optional?: boolean;
}

function core<T>(names: CoreNames, schema: z.ZodType<T>): ResourceDef<T> {
  const [group, version] = names.apiVersion.includes('/')
    ? names.apiVersion.split('/')
    : ['', names.apiVersion];
  return {
    name: names.name,
    group: group ?? '',
    version: version ?? '',
    kind: names.kind,
    namespaced: names.namespaced ?? true,
    ...(names.selector === undefined ? {} : { selector: names.selector }),
    ...(names.metadataOnly === undefined ? {} : { metadataOnly: names.metadataOnly }),
    ...(names.optional === undefined ? {} : { optional: names.optional }),
    parse: (raw) => parseWith(schema, raw),
  };
}

/** How each resource is found and read. */
export const resources: { readonly [K in ResourceName]: ResourceDef<ResourceMap[K]> } = {
  pods: core(
    { name: 'pods', apiVersion: 'v1', kind: 'Pod', selector: { field: 'spec.nodeName=' } },
    podSchema,
  ),
  releasepods: core(
    { name: 'pods', apiVersion: 'v1', kind: 'Pod', selector: { label: gatedLabel } },
    releasePodSchema,
  ),
  taskpods: core(
    { name: 'pods', apiVersion: 'v1', kind: 'Pod', selector: { label: taskLabel } },
    taskPodSchema,
  ),
  replicasets: core(
    { name: 'replicasets', apiVersion: 'apps/v1', kind: 'ReplicaSet' },
    workload.replicaSetSchema,
  ),
  deployments: core(
    { name: 'deployments', apiVersion: 'apps/v1', kind: 'Deployment' },
    workload.deploymentSchema,
  ),
  statefulsets: core(
    { name: 'statefulsets', apiVersion: 'apps/v1', kind: 'StatefulSet' },
    workload.statefulSetSchema,
  ),
  daemonsets: core(
    { name: 'daemonsets', apiVersion: 'apps/v1', kind: 'DaemonSet' },
    workload.daemonSetSchema,
  ),
  rollouts: core(
    { name: 'rollouts', apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', optional: true },
    rolloutSchema,
  ),
  jobs: core({ name: 'jobs', apiVersion: 'batch/v1', kind: 'Job' }, jobSchema),
  namespaces: core(
    { name: 'namespaces', apiVersion: 'v1', kind: 'Namespace', namespaced: false },
    cluster.namespaceSchema,
  ),
  configmaps: core({ name: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap' }, cluster.configMapSchema),
  configmapnames: core(
    { name: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap', metadataOnly: true },
    cluster.configMapNameSchema,
  ),
  secrets: core({ name: 'secrets', apiVersion: 'v1', kind: 'Secret' }, cluster.secretSchema),
  events: core({ name: 'events', apiVersion: 'events.k8s.io/v1', kind: 'Event' }, cluster.eventSchema),
  jobevents: core(
    {
      name: 'events',
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      selector: { field: 'regarding.kind=Job,reason=FailedCreate' },
    },
    cluster.eventSchema,
  ),
  leases: core({ name: 'leases', apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }, cluster.leaseSchema),
  mutatingwebhookconfigurations: core(
    {
      name: 'mutatingwebhookconfigurations',
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      namespaced: false,
    },
    cluster.mutatingWebhookConfigurationSchema,
  ),
  validatingwebhookconfigurations: core(
    {
      name: 'validatingwebhookconfigurations',
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      namespaced: false,
    },
    cluster.validatingWebhookConfigurationSchema,
  ),
  apiservices: core(
    {
      name: 'apiservices',
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      namespaced: false,
    },
    cluster.apiServiceSchema,
  ),
  analyses: customResource(analysis.analysisKind, analysis.analysisSchema),
  analysisdefinitions: customResource(
    analysisDefinition.analysisDefinitionKind,
    analysisDefinition.analysisDefinitionSchema,
  ),
  analysisvaluetemplates: customResource(
    valueTemplate.analysisValueTemplateKind,
    valueTemplate.analysisValueTemplateSchema,
  ),
  keptnapps: customResource(app.keptnAppKind, app.keptnAppSchema),
  keptnappcontexts: customResource(appContext.keptnAppContextKind, appContext.keptnAppContextSchema),
  keptnappcreationrequests: customResource(
    appCreationRequest.keptnAppCreationRequestKind,
    appCreationRequest.keptnAppCreationRequestSchema,
  ),
  keptnappversions: customResource(appVersion.keptnAppVersionKind, appVersion.keptnAppVersionSchema),
  keptnevaluations: customResource(evaluation.keptnEvaluationKind, evaluation.keptnEvaluationSchema),
  keptnevaluationdefinitions: customResource(
    evaluationDefinition.keptnEvaluationDefinitionKind,
    evaluationDefinition.keptnEvaluationDefinitionSchema,
  ),
  keptnmetrics: customResource(metric.keptnMetricKind, metric.keptnMetricSchema),
  keptnmetricsproviders: customResource(
    metricsProvider.keptnMetricsProviderKind,
    metricsProvider.keptnMetricsProviderSchema,
  ),
  keptntasks: customResource(task.keptnTaskKind, task.keptnTaskSchema),
  keptntaskdefinitions: customResource(
    taskDefinition.keptnTaskDefinitionKind,
    taskDefinition.keptnTaskDefinitionSchema,
  ),
  keptnworkloads: customResource(workloadKind.keptnWorkloadKind, workloadKind.keptnWorkloadSchema),
  keptnworkloadversions: customResource(
    workloadVersion.keptnWorkloadVersionKind,
    workloadVersion.keptnWorkloadVersionSchema,
  ),
  keptnconfigs: customResource(config.keptnConfigKind, config.keptnConfigSchema),
};

/**
 * The path of a resource on the API server: its collection, one namespace of it, one object or a subresource. A
 * namespace given for a cluster-wide resource is left out. Names are escaped. Pure.
 */
export function apiPath(
  def: Pick<ResourceDef<unknown>, 'group' | 'version' | 'name' | 'namespaced'>,
  namespace?: string,
  name?: string,
  subresource?: string,
): string {
  const root = def.group === '' ? `/api/${def.version}` : `/apis/${def.group}/${def.version}`;
  const scope = def.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${def.name}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}
