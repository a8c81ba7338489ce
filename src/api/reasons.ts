/** Short names of the phases of a KeptnAppVersion and a KeptnWorkloadVersion, as stored in status.currentPhase. */
export const phaseNames = [
  'AppPreDeployTasks',
  'AppPreDeployEvaluations',
  'AppDeploy',
  'AppPostDeployTasks',
  'AppPostDeployEvaluations',
  'PromotionTasks',
  'WorkloadPreDeployTasks',
  'WorkloadPreDeployEvaluations',
  'WorkloadDeploy',
  'WorkloadPostDeployTasks',
  'WorkloadPostDeployEvaluations',
] as const;
export type PhaseName = (typeof phaseNames)[number];

/** What a phase reports in its event reason. */
export type PhaseState = 'Started' | 'Finished' | 'Failed' | 'ReconcileError';

/** The reason of a phase's event, such as AppDeployStarted. Pure. */
export function phaseReason(
  phase: PhaseName | 'AppCompleted' | 'WorkloadCompleted',
  state: PhaseState,
): string {
  return `${phase}${state}`;
}

/** Event reasons besides those of the phases. The first block is Keptn's, kept because alerts match on them. */
export const reasons = {
  appVersionNotFound: 'AppPreDeployEvaluationsAppVersionNotFound',
  getAppVersionFailed: 'AppPreDeployEvaluationsGetAppVersionFailed',
  workloadVersionNotFound: 'ReconcileWorkloadNotFound',
  taskStatusChanged: 'ReconcileTaskStatusChanged',
  evaluationStatusChanged: 'ReconcileEvaluationStatusChanged',
  createTaskFailed: 'CreateTaskFailed',
  createTaskNotFound: 'CreateTaskNotFound',
  createEvaluationFailed: 'CreateEvaluationFailed',
  evaluationTimeout: 'ReconcileEvaluationReconcileTimeout',
  evaluationError: 'ReconcileEvaluationReconcileError',
  evaluationFailed: 'ReconcileEvaluationFailed',
  createAppVersionFailed: 'CreateAppVersionFailed',
  deprecateAppVersionFailed: 'DeprecateAppVersionFailed',
  createWorkloadVersionFailed: 'CreateWorkloadVersionFailed',
  createWorkloadFailed: 'CreateWorkloadFailed',
  updateWorkloadFailed: 'UpdateWorkloadFailed',
  createAppCreationRequestFailed: 'CreateAppCreationRequestFailed',
  taskCodeFailed: 'ReconcileTaskFailed',

  gated: 'Gated',
  gateLifted: 'GateLifted',
  waitingForApp: 'WaitingForApp',
  waitingForWorkload: 'WaitingForWorkload',
  waitingForTask: 'WaitingForTask',
  waitingForEvaluation: 'WaitingForEvaluation',
  waitingForRollout: 'WaitingForRollout',
  missingDefinition: 'MissingDefinition',
  invalidDefinition: 'InvalidDefinition',
  checkFailed: 'CheckFailed',
  rolloutFailed: 'RolloutFailed',
  jobDeleted: 'JobDeleted',
  jobRefused: 'JobRefused',
  appFailed: 'AppFailed',
  labelled: 'NamespaceLabelled',
  running: 'Running',
  podWaits: 'PodWaits',
  valid: 'Valid',
  userOwned: 'UserOwned',
  superseded: 'Superseded',
  completed: 'Completed',
} as const;

/** Types of the conditions in a status. */
export const conditionTypes = {
  ready: 'Ready',
  gated: 'Gated',
  progressing: 'Progressing',
  stalled: 'Stalled',
} as const;
