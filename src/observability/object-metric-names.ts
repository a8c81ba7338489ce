import type { MetricDefinition } from './metric-names.ts';

/** What is derived from stored objects, and how many series that is. */
export interface ObjectMetricDefinition extends MetricDefinition {
  /** What there is one series for (of a histogram: one set of buckets). */
  readonly one: string;
}

/** Default buckets of the library that Keptn measured with; its dashboards draw heat maps of them. */
const keptnSeconds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000] as const;

const prefix = 'keptn_deployment_';

const labels = {
  appName: `${prefix}app_name`,
  appNamespace: `${prefix}app_namespace`,
  appVersion: `${prefix}app_version`,
  appVersionName: `${prefix}app_version_name`,
  appPreviousVersion: `${prefix}app_previousversion`,
  appStatus: `${prefix}app_status`,
  workloadName: `${prefix}workload_name`,
  workloadNamespace: `${prefix}workload_namespace`,
  workloadVersion: `${prefix}workload_version`,
  workloadVersionName: `${prefix}workload_version_name`,
  workloadPreviousVersion: `${prefix}workload_previousversion`,
  workloadStatus: `${prefix}workload_status`,
  taskName: `${prefix}task_name`,
  taskNamespace: `${prefix}task_namespace`,
  taskType: `${prefix}task_type`,
  taskStatus: `${prefix}task_status`,
  evaluationName: `${prefix}evaluation_name`,
  evaluationNamespace: `${prefix}evaluation_namespace`,
  evaluationType: `${prefix}evaluation_type`,
  evaluationStatus: `${prefix}evaluation_status`,
} as const;

const app = [labels.appName, labels.appVersion, labels.appNamespace, labels.appVersionName] as const;
const ofApp = [...app, labels.appStatus] as const;
const appTimes = [
  labels.appName,
  labels.appNamespace,
  labels.appVersion,
  labels.appPreviousVersion,
  labels.appVersionName,
] as const;
const workload = [
  labels.appName,
  labels.workloadName,
  labels.workloadVersion,
  labels.workloadNamespace,
  labels.workloadVersionName,
] as const;
const ofWorkload = [...workload, labels.workloadStatus] as const;
const workloadTimes = [
  labels.appName,
  labels.workloadName,
  labels.workloadNamespace,
  labels.workloadVersion,
  labels.workloadPreviousVersion,
  labels.workloadVersionName,
] as const;
const checked = [labels.appName, labels.appVersion, labels.workloadName, labels.workloadVersion] as const;
const task = [...checked, labels.taskName, labels.taskType, labels.taskNamespace] as const;
const ofTask = [...task, labels.taskStatus] as const;
const evaluation = [
  ...checked,
  labels.evaluationName,
  labels.evaluationType,
  labels.evaluationNamespace,
] as const;
const ofEvaluation = [...evaluation, labels.evaluationStatus] as const;

const oneVersion = 'version of an app that is shown';
const oneWorkloadVersion = 'version of a workload that is shown';

/**
 * Every metric that is derived from stored objects when it is asked for. Names and labels with `keptn_` are Keptn's;
 * added to them are `…_version_name`, `…_task_namespace` and `…_evaluation_namespace`, without which two objects would
 * share a series. Source: the metrics of Keptn's operator 2.0, as measured.
 */
export const objectMetricNames = {
  keptn_lifecycle_active_total: {
    type: 'counter',
    help: '1 while a leader is at work.',
    labels: [],
    one: 'cluster',
  },
  keptn_app_count_total: {
    type: 'counter',
    help: 'Versions of apps that have ended, by how; 0 for each way in which one that runs may end.',
    labels: ofApp,
    one: `${oneVersion}, two while it runs`,
  },
  keptn_app_duration_seconds: {
    type: 'histogram',
    help: 'Time from the start to the end of versions of apps that succeeded.',
    labels: ofApp,
    buckets: keptnSeconds,
    one: `${oneVersion} and succeeded`,
  },
  keptn_app_active: {
    type: 'gauge',
    help: 'Versions of apps that have not ended.',
    labels: app,
    one: oneVersion,
  },
  keptn_app_deploymentduration: {
    type: 'gauge',
    help: 'Seconds from the start to the end of a version of an app.',
    labels: appTimes,
    one: `${oneVersion} and has ended, superseded ones aside`,
  },
  keptn_app_deploymentinterval: {
    type: 'gauge',
    help: 'Seconds from the end of the version before to the end of a version of an app.',
    labels: appTimes,
    one: `${oneVersion}, has ended and has a predecessor that is stored`,
  },
  keptn_promotion_count_total: {
    type: 'counter',
    help: 'Versions of apps that have ended after promotion tasks ran for them.',
    labels: ofApp,
    one: `${oneVersion} and had promotion tasks`,
  },
  keptn_deployment_count_total: {
    type: 'counter',
    help: 'Versions of workloads that have ended, by how; 0 for each way in which one that runs may end.',
    labels: ofWorkload,
    one: `${oneWorkloadVersion}, two while it runs`,
  },
  keptn_deployment_duration_seconds: {
    type: 'histogram',
    help: 'Time from the start to the end of versions of workloads that succeeded.',
    labels: ofWorkload,
    buckets: keptnSeconds,
    one: `${oneWorkloadVersion} and succeeded`,
  },
  keptn_deployment_active: {
    type: 'gauge',
    help: 'Versions of workloads that have not ended.',
    labels: workload,
    one: oneWorkloadVersion,
  },
  keptn_deployment_deploymentduration: {
    type: 'gauge',
    help: 'Seconds from the start to the end of a version of a workload.',
    labels: workloadTimes,
    one: `${oneWorkloadVersion} and has ended, superseded ones aside`,
  },
  keptn_deployment_deploymentinterval: {
    type: 'gauge',
    help: 'Seconds from the end of the version before to the end of a version of a workload.',
    labels: workloadTimes,
    one: `${oneWorkloadVersion}, has ended and has a predecessor that is stored`,
  },
  keptn_task_count_total: {
    type: 'counter',
    help: 'Tasks that have ended, by how; 0 for each way in which one that runs may end.',
    labels: ofTask,
    one: 'KeptnTask that is shown, two while it runs',
  },
  keptn_task_duration_seconds: {
    type: 'histogram',
    help: 'Time from the start to the end of tasks.',
    labels: ofTask,
    buckets: keptnSeconds,
    one: 'KeptnTask that is shown and has ended',
  },
  keptn_task_active: {
    type: 'gauge',
    help: 'Tasks that have not ended.',
    labels: task,
    one: 'KeptnTask that is shown',
  },
  keptn_evaluation_count_total: {
    type: 'counter',
    help: 'Evaluations that have ended, by how; 0 for each way in which one that runs may end.',
    labels: ofEvaluation,
    one: 'KeptnEvaluation that is shown, two while it runs',
  },
  keptn_evaluation_duration_seconds: {
    type: 'histogram',
    help: 'Time from the start to the end of evaluations.',
    labels: ofEvaluation,
    buckets: keptnSeconds,
    one: 'KeptnEvaluation that is shown and has ended',
  },
  keptn_evaluation_active: {
    type: 'gauge',
    help: 'Evaluations that have not ended.',
    labels: evaluation,
    one: 'KeptnEvaluation that is shown',
  },
  sluice_app_versions: {
    type: 'gauge',
    help: 'KeptnAppVersions that are stored, by state.',
    labels: ['namespace', 'app', 'state'],
    open: ['namespace', 'app'],
    one: 'app and state',
  },
  sluice_workload_versions: {
    type: 'gauge',
    help: 'KeptnWorkloadVersions that are stored, by state.',
    labels: ['namespace', 'app', 'workload', 'state'],
    open: ['namespace', 'app', 'workload'],
    one: 'workload and state',
  },
  sluice_tasks: {
    type: 'gauge',
    help: 'KeptnTasks that are stored, by state.',
    labels: ['namespace', 'definition', 'type', 'state'],
    open: ['namespace', 'definition', 'type'],
    one: 'definition in use, type of check and state',
  },
  sluice_evaluations: {
    type: 'gauge',
    help: 'KeptnEvaluations that are stored, by state.',
    labels: ['namespace', 'definition', 'type', 'state'],
    open: ['namespace', 'definition', 'type'],
    one: 'definition in use, type of check and state',
  },
  sluice_gated_pods: {
    type: 'gauge',
    help: 'Pods that the gate holds now.',
    labels: ['namespace'],
    open: ['namespace'],
    one: 'namespace with such pods',
  },
  sluice_gated_pod_oldest_timestamp_seconds: {
    type: 'gauge',
    help: 'When the pod that the gate holds longest was created, in seconds since 1970.',
    labels: ['namespace'],
    open: ['namespace'],
    one: 'namespace with such pods',
  },
  sluice_objects_without_series: {
    type: 'gauge',
    help: 'Older objects that have no series of their own, since there are more than SLUICE_METRICS_OBJECTS of their kind.',
    labels: ['kind'],
    one: 'kind',
  },
} as const satisfies Readonly<Record<string, ObjectMetricDefinition>>;
