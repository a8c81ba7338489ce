/** The scheduling gate that holds a pod. Kept from Keptn, so that pods gated by it are lifted after a switch. */
export const prechecksGate = 'keptn-prechecks-gate';

/** Annotation and label keys that are read or written. Kept from Keptn; the k8s ones are Kubernetes' recommended labels. */
export const annotations = {
  workload: 'keptn.sh/workload',
  app: 'keptn.sh/app',
  version: 'keptn.sh/version',
  container: 'keptn.sh/container',
  preTasks: 'keptn.sh/pre-deployment-tasks',
  postTasks: 'keptn.sh/post-deployment-tasks',
  preEvaluations: 'keptn.sh/pre-deployment-evaluations',
  postEvaluations: 'keptn.sh/post-deployment-evaluations',
  onFailureTasks: 'keptn.sh/on-failure-tasks',
  metadata: 'keptn.sh/metadata',
  /** Whole number: within a version of its app a workload waits for those of lower waves. */
  wave: 'keptn.sh/wave',
  gateRemoved: 'keptn.sh/scheduling-gate-removed',
  /** On a pod that somebody chose to release before its checks had passed: at what occasion. A record that nothing reads. */
  releasedUnchecked: 'keptn.sh/released-unchecked',
  appType: 'keptn.sh/app-type',
  taskName: 'keptn.sh/task-name',
  /** On the Job of a task: what it was made from, as JSON, see domain/job-record.ts. */
  jobRecord: 'keptn.sh/job-record',
  /** On a KeptnAppCreationRequest: hash of the set of workloads that was seen last. */
  workloadSet: 'keptn.sh/workload-set',
  /** On a KeptnAppCreationRequest: when that set was seen first, RFC 3339. */
  workloadSetSince: 'keptn.sh/workload-set-since',
  /** On a version: what of it was told to whom, so that nothing is told twice; see domain/announced.ts. */
  announced: 'keptn.sh/announced',
  /** On a KeptnWorkloadVersion: when it was made, to the millisecond; its creationTimestamp has whole seconds. */
  madeAt: 'keptn.sh/made-at',
  /** On a version: asks for failed checks to run again; see domain/retry.ts. */
  retry: 'keptn.sh/retry',
  /** On a KeptnAppVersion: the trace of the version of its app before it, as a traceparent. */
  follows: 'keptn.sh/follows',
  /** On a KeptnApp, or on its version: the trace that the trace of its releases continues. W3C's name. */
  traceparent: 'traceparent',
  optIn: 'keptn.sh/lifecycle-toolkit',
  /** On a Namespace, KeptnApp or KeptnAppContext, never on a pod: enforce, warn or audit. */
  enforcement: 'keptn.sh/enforcement',
  /** On a Namespace, KeptnApp or KeptnAppContext: how long a rollout may take. */
  observabilityTimeout: 'keptn.sh/observability-timeout',
  /** On a KeptnAppContext: its checks are those of every app of the namespace that says nothing else. */
  defaultContext: 'keptn.sh/default-context',
  managedBy: 'app.kubernetes.io/managed-by',
  k8sName: 'app.kubernetes.io/name',
  k8sPartOf: 'app.kubernetes.io/part-of',
  k8sVersion: 'app.kubernetes.io/version',
} as const;

/** The value of the opt-in annotation of a namespace; any other means no. */
export const optInValue = 'enabled';

/** The value of `annotations.managedBy` on a KeptnApp that was found and not written by a user. */
export const managedByDiscovery = 'keptn';

/** The value of `annotations.appType` for an app of one workload. */
export const singleService = 'single-service';

/**
 * Label of the pods that admission knows: "true" when it gated them, "false" when their version was released already.
 * It selects what is watched of them afterwards; no gate depends on it, since anybody may write it.
 */
export const gatedLabel = 'keptn.sh/gated';

/** Label of a StatefulSet's or DaemonSet's pods: which revision of the template they are of. */
export const revisionHashLabel = 'controller-revision-hash';

/** Label of a DaemonSet's pods: how often its template had been changed when they were made. */
export const templateGenerationLabel = 'pod-template-generation';

/** Annotation of a DaemonSet: how often its template was changed. Counted by the API server since DaemonSets exist. */
export const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

/** Annotations of a ReplicaSet: its place in the rollouts of its Deployment or of its Argo Rollout. */
export const replicaSetRevisions = [
  'deployment.kubernetes.io/revision',
  'rollout.argoproj.io/revision',
] as const;

/** Label of the pods of a task's Job; its value is the name of the Job. */
export const taskLabel = 'keptn.sh/task';

/**
 * Label of a ClusterRole, value "true": what it allows to list, a `kubernetes` provider may read for metrics. Kubernetes
 * adds its rules to the role that Sluice is bound to.
 */
export const aggregateToMetricsReader = 'rbac.keptn.sh/aggregate-to-metrics-reader';
