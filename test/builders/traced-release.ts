import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import { factsOf } from '../../src/domain/facts.ts';
import type { Parcel } from '../../src/domain/outbox.ts';
import type { ReleaseObjects } from '../../src/domain/release-objects.ts';
import { formatTraceparent } from '../../src/domain/trace/ids.ts';
import { completedPart } from '../../src/domain/trace/parts.ts';
import { appTrace, phaseSpanId } from '../../src/domain/trace/version-trace.ts';
import { keptnEvaluation } from './evaluation-objects.ts';
import { keptnTask } from './task-objects.ts';
import { keptnAppVersion, keptnWorkloadVersion } from './version-objects.ts';

const precise = (n: number, ms = 0): string => new Date(Date.UTC(2026, 0, 1, 0, 0, n, ms)).toISOString();
const whole = (n: number): string => `${precise(n).slice(0, 19)}Z`;

const item = (
  definitionName: string,
  name: string,
  [from, to]: readonly [number, number],
  status: string,
) => ({
  definitionName,
  name,
  status,
  startTime: whole(from),
  endTime: whole(to),
});

/** What a test may say of the release. */
export interface TracedReleaseOptions {
  readonly uid?: string;
  /** How the evaluation after the deployment ended, and with it the release. */
  readonly state?: 'Succeeded' | 'Failed';
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spanLinks?: readonly string[];
}

/** A release of app `shop` that ended: a task of the app, and one workload with a task before and an evaluation after. */
export function tracedRelease(given: TracedReleaseOptions = {}): ReleaseObjects {
  const app = endedApp(given);
  const tasks = [keptnTask({ metadata: { name: 'pre-migrate-1', uid: 'task-migrate' } })];
  return {
    app: { version: app, tasks, evaluations: [] },
    workloads: [
      {
        version: endedWorkload(app, given),
        tasks: [keptnTask({ metadata: { name: 'pre-smoke-1', uid: 'task-smoke' } })],
        evaluations: [errorRate(given.state ?? 'Succeeded')],
      },
    ],
  };
}

function endedApp({
  uid = 'app-version-1',
  state = 'Succeeded',
  ...given
}: TracedReleaseOptions): KeptnAppVersion {
  const { annotations, spanLinks } = given;
  return keptnAppVersion({
    metadata: { uid, ...(annotations === undefined ? {} : { annotations }) },
    spec: { metadata: { stage: 'dev', commit: 'abc' }, ...(spanLinks === undefined ? {} : { spanLinks }) },
    status: {
      status: state,
      currentPhase: state === 'Succeeded' ? 'Completed' : 'AppDeploy',
      preDeploymentStatus: 'Succeeded',
      preDeploymentEvaluationStatus: 'Succeeded',
      workloadOverallStatus: state,
      preDeploymentTaskStatus: [item('migrate', 'pre-migrate-1', [1, 4], 'Succeeded')],
      phaseTimes: {
        AppPreDeployTasks: { startTime: precise(1, 100), endTime: precise(4, 300) },
        AppDeploy: { startTime: precise(4, 300), endTime: precise(26, 900) },
      },
      startTime: whole(1),
      endTime: whole(26),
    },
  });
}

function endedWorkload(
  app: KeptnAppVersion,
  { uid = '', state = 'Succeeded' }: TracedReleaseOptions,
): KeptnWorkloadVersion {
  const { traceId, uid: appUid } = appTrace(app);
  const traceparent = formatTraceparent({ traceId, spanId: phaseSpanId(appUid, 'AppDeploy', 0) });
  return keptnWorkloadVersion({
    metadata: { uid: `workload-version-1${uid}`, creationTimestamp: whole(0) },
    status: {
      status: state,
      currentPhase: state === 'Succeeded' ? 'Completed' : 'WorkloadPostDeployEvaluations',
      preDeploymentStatus: 'Succeeded',
      preDeploymentEvaluationStatus: 'Succeeded',
      deploymentStatus: 'Succeeded',
      postDeploymentStatus: 'Succeeded',
      postDeploymentEvaluationStatus: state,
      preDeploymentTaskStatus: [item('smoke', 'pre-smoke-1', [4, 9], 'Succeeded')],
      postDeploymentEvaluationTaskStatus: [item('error-rate', 'post-eval-error-rate-1', [20, 26], state)],
      phaseTimes: {
        WorkloadPreDeployTasks: { startTime: precise(4, 400), endTime: precise(9, 250) },
        WorkloadDeploy: { startTime: precise(9, 250), endTime: precise(20, 500) },
        WorkloadPostDeployEvaluations: { startTime: precise(20, 500), endTime: precise(26, 800) },
      },
      phaseTraceIDs: { AppDeploy: { traceparent } },
      startTime: whole(4),
      endTime: whole(26),
      conditions: [
        {
          type: 'Ready',
          status: state === 'Succeeded' ? 'True' : 'False',
          reason: state === 'Succeeded' ? 'Completed' : 'CheckFailed',
          message: state === 'Succeeded' ? 'all phases have passed' : 'error-rate is 7',
          lastTransitionTime: whole(26),
        },
      ],
    },
  });
}

function errorRate(state: 'Succeeded' | 'Failed') {
  const value = state === 'Succeeded' ? '1' : '7';
  return keptnEvaluation({
    metadata: { name: 'post-eval-error-rate-1', uid: 'evaluation-1' },
    status: {
      overallStatus: state,
      evaluationStatus: { errors: { value, status: state, message: `value '${value}' against '<5'` } },
    },
  });
}

/** What the sink of spans is given of a release, in the order in which it happened. */
export function tracedParcels(release: ReleaseObjects): Parcel[] {
  const versions = [
    ...release.workloads.map(({ version }) => version),
    ...(release.app ? [release.app.version] : []),
  ];
  return versions
    .flatMap((version) => factsOf(version))
    .filter((fact) => completedPart(fact) !== undefined)
    .map((fact) => ({ fact, release }));
}
