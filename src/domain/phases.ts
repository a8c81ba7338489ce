import type { CheckType } from '../api/lifecycle/v1/shared.ts';

/** Fields of a version's status that hold the state of one phase. */
export type PhaseField =
  | 'preDeploymentStatus'
  | 'preDeploymentEvaluationStatus'
  | 'deploymentStatus'
  | 'workloadOverallStatus'
  | 'postDeploymentStatus'
  | 'postDeploymentEvaluationStatus'
  | 'promotionStatus'
  | 'onFailureStatus';

/** Fields of a version's status that list a phase's checks. */
export type ItemsField =
  | 'preDeploymentTaskStatus'
  | 'preDeploymentEvaluationTaskStatus'
  | 'postDeploymentTaskStatus'
  | 'postDeploymentEvaluationTaskStatus'
  | 'promotionTaskStatus'
  | 'onFailureTaskStatus';

/** Fields of a version's spec that name a phase's checks. */
export const checksFields = [
  'preDeploymentTasks',
  'preDeploymentEvaluations',
  'postDeploymentTasks',
  'postDeploymentEvaluations',
  'promotionTasks',
  'onFailureTasks',
] as const;
export type ChecksField = (typeof checksFields)[number];

/** The phase in which the workload itself is deployed, or those of an app are. */
export interface DeployPhase {
  readonly kind: 'deploy';
  readonly name: string;
  readonly longName: string;
  readonly field: PhaseField;
  /** True when a failure is not the end: what failed may be asked for again on its own. */
  readonly reopens: boolean;
}

/** A phase made of checks of one kind. */
export interface CheckPhase {
  readonly kind: 'tasks' | 'evaluations';
  readonly name: string;
  readonly longName: string;
  readonly field: PhaseField;
  readonly items: ItemsField;
  readonly checks: ChecksField;
  readonly checkType: CheckType;
}

export type Phase = DeployPhase | CheckPhase;

function checkPhases(level: 'App' | 'Workload'): Record<'pre' | 'preEval' | 'post' | 'postEval', CheckPhase> {
  return {
    pre: {
      kind: 'tasks',
      name: `${level}PreDeployTasks`,
      longName: `${level} Pre-Deployment Tasks`,
      field: 'preDeploymentStatus',
      items: 'preDeploymentTaskStatus',
      checks: 'preDeploymentTasks',
      checkType: 'pre',
    },
    preEval: {
      kind: 'evaluations',
      name: `${level}PreDeployEvaluations`,
      longName: `${level} Pre-Deployment Evaluations`,
      field: 'preDeploymentEvaluationStatus',
      items: 'preDeploymentEvaluationTaskStatus',
      checks: 'preDeploymentEvaluations',
      checkType: 'pre-eval',
    },
    post: {
      kind: 'tasks',
      name: `${level}PostDeployTasks`,
      longName: `${level} Post-Deployment Tasks`,
      field: 'postDeploymentStatus',
      items: 'postDeploymentTaskStatus',
      checks: 'postDeploymentTasks',
      checkType: 'post',
    },
    postEval: {
      kind: 'evaluations',
      name: `${level}PostDeployEvaluations`,
      longName: `${level} Post-Deployment Evaluations`,
      field: 'postDeploymentEvaluationStatus',
      items: 'postDeploymentEvaluationTaskStatus',
      checks: 'postDeploymentEvaluations',
      checkType: 'post-eval',
    },
  };
}

const workload = checkPhases('Workload');
const app = checkPhases('App');

/** The phases of a KeptnWorkloadVersion, in order. */
export const workloadPhases: readonly Phase[] = [
  workload.pre,
  workload.preEval,
  {
    kind: 'deploy',
    name: 'WorkloadDeploy',
    longName: 'Workload Deployment',
    field: 'deploymentStatus',
    reopens: false,
  },
  workload.post,
  workload.postEval,
];

/** The phases of a KeptnAppVersion, in order; promotion is asked for in the settings. */
export function appPhases(settings: { readonly promotion: boolean }): readonly Phase[] {
  const promotion: CheckPhase = {
    kind: 'tasks',
    name: 'PromotionTasks',
    longName: 'Promotion Tasks',
    field: 'promotionStatus',
    items: 'promotionTaskStatus',
    checks: 'promotionTasks',
    checkType: 'promotion',
  };
  return [
    app.pre,
    app.preEval,
    {
      kind: 'deploy',
      name: 'AppDeploy',
      longName: 'App Deployment',
      field: 'workloadOverallStatus',
      reopens: true,
    },
    app.post,
    app.postEval,
    ...(settings.promotion ? [promotion] : []),
  ];
}

/** What runs once when a version failed, at whichever phase; how it ends changes nothing about the version. */
export function failurePhase(level: 'App' | 'Workload'): CheckPhase {
  return {
    kind: 'tasks',
    name: `${level}OnFailureTasks`,
    longName: `${level} On-Failure Tasks`,
    field: 'onFailureStatus',
    items: 'onFailureTaskStatus',
    checks: 'onFailureTasks',
    checkType: 'on-failure',
  };
}

/** Value of status.currentPhase once every phase is through. */
export const completedPhase = 'Completed';
