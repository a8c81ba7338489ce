import type { Pod } from '../../src/api/core/pod.ts';
import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import {
  type KeptnWorkloadVersion,
  keptnWorkloadVersionSchema,
} from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import { gatedPod } from '../../src/controllers/gated-pods.ts';
import { decideWorkloadVersion } from '../../src/controllers/workload-version/decide.ts';
import type { WorkloadVersionSnapshot } from '../../src/controllers/workload-version/observe.ts';
import type { Action } from '../../src/domain/action.ts';
import { plannedChecks } from '../../src/domain/checks.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { deepEqual } from '../../src/domain/deep-equal.ts';
import { failurePhase, workloadPhases } from '../../src/domain/phases.ts';
import { CheckChildren, recordedEnds } from './check-children.ts';
import { pod } from './gated-pod.ts';
import { lifecycleConfig } from './lifecycle-config.ts';
import { keptnAppVersion, keptnWorkload, keptnWorkloadVersion, openAppVersion } from './version-objects.ts';

const workloads = ['1', '2'].map((version) => keptnWorkload({ spec: { version } }));
const phases = [...workloadPhases, failurePhase('Workload')];

/** The checks that the version of such a world asks for. */
export interface WorldChecks {
  readonly pre: readonly string[];
  readonly preEvaluations: readonly string[];
  readonly post: readonly string[];
  readonly postEvaluations: readonly string[];
  readonly onFailure: readonly string[];
}

/** A small pure model of what actions do to the objects around one KeptnWorkloadVersion. */
export class WorkloadVersionWorld {
  version: KeptnWorkloadVersion;
  appVersion: KeptnAppVersion | undefined;
  readonly children = new CheckChildren(() => new Date(this.#clock));
  pods = new Map<string, Pod>();
  available = 0;
  blocking = true;
  /** The version that the workload wants; another one takes the place of ours. */
  wanted = '1';
  /** True once the app's checks were seen passed, since ours began. */
  mayBegin = false;
  /** How often a user asked for what failed to run again. */
  retries = 0;
  /** True when ours was in truth released at some time and has not begun anew since: its pods may be made again. */
  wasReleased = false;
  readonly lifted: string[] = [];
  readonly checks: WorldChecks;
  /** The status as it was written last. */
  #written: unknown;
  #clock = Date.parse('2026-01-01T00:00:00Z');
  #madePods = 0;

  constructor(checks: WorldChecks) {
    this.checks = checks;
    const spec = {
      preDeploymentTasks: checks.pre,
      preDeploymentEvaluations: checks.preEvaluations,
      postDeploymentTasks: checks.post,
      postDeploymentEvaluations: checks.postEvaluations,
      onFailureTasks: checks.onFailure,
    };
    this.version = keptnWorkloadVersion({ spec });
  }

  addPod(): void {
    this.#madePods += 1;
    const uid = `pod-${this.#madePods}`;
    const annotations = {
      'keptn.sh/workload': 'cart',
      'keptn.sh/app': 'shop',
      'keptn.sh/version': '1',
      'keptn.sh/pre-deployment-tasks': this.checks.pre.join(','),
      'keptn.sh/pre-deployment-evaluations': this.checks.preEvaluations.join(','),
    };
    this.pods.set(uid, pod({ metadata: { name: uid, uid, annotations } }));
  }

  setApp(state: 'absent' | 'checking' | 'open' | 'failed'): void {
    const failed = { status: 'Failed', preDeploymentStatus: 'Failed' };
    this.appVersion = {
      absent: undefined,
      checking: keptnAppVersion(),
      open: openAppVersion(),
      failed: keptnAppVersion({ status: failed }),
    }[state];
  }

  /** Asks for everything that failed to run again. */
  askRetry(): void {
    this.retries += 1;
    const annotations = { 'keptn.sh/retry': `all@${this.retries}` };
    this.version = { ...this.version, metadata: { ...this.version.metadata, annotations } };
  }

  /** Takes away children whose end is recorded. */
  sweep(): void {
    this.children.sweep(recordedEnds(this.version.status));
  }

  /** True when in truth, not in what the status says, each check that must come before the rollout has passed, in some attempt. */
  havePassed(): boolean {
    const { pre, preEvaluations } = this.checks;
    const needed = [...pre.map((name) => `pre/${name}`), ...preEvaluations.map((name) => `pre-eval/${name}`)];
    return needed.every((check) => {
      const states = this.children.statesOf(check);
      return states.includes('Succeeded') || (!this.blocking && states.includes('Failed'));
    });
  }

  /** Looks at the world, or at what a lagging cache shows of it, and decides. */
  decide(lagging = false): Decision {
    // Not whole seconds: some times are kept to the second, others to the millisecond.
    this.#clock += 370;
    if (this.appVersion?.status?.preDeploymentStatus === 'Succeeded') this.mayBegin = true;
    return decideWorkloadVersion(this.#snapshot(lagging));
  }

  /** Performs the first `most` actions: a crash comes before the others. The cache catches up afterwards. */
  perform({ actions }: Decision, most = Number.POSITIVE_INFINITY): void {
    this.children.catchUp();
    for (const action of actions.slice(0, most)) this.#act(action);
  }

  /** True when performing these actions would change nothing: events are said once, by their name. */
  isQuiet({ actions }: Decision): boolean {
    return actions.every((action) => {
      if (action.kind === 'emitEvent') return true;
      return action.kind === 'applyStatus' && deepEqual(action.object['status'], this.#written);
    });
  }

  #snapshot(lagging: boolean): WorkloadVersionSnapshot {
    const counts = { wanted: 2, total: 2, updated: 2, available: this.available };
    return {
      version: this.version,
      workload: workloads.find(({ spec }) => spec.version === this.wanted),
      appVersion: this.appVersion,
      appVersionIsCurrent: false,
      siblings: [],
      checks: this.children.find(plannedChecks(this.version, phases), lagging),
      rollout: { subject: { kind: 'Deployment', name: 'cart' }, counts },
      owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart', uid: 'deployment-1' },
      gatedPods: [...this.pods.values()].flatMap((one) => gatedPod(one) ?? []),
      config: lifecycleConfig(this.blocking ? 'enforce' : 'warn', { observabilityTimeoutMs: 3_600_000 }),
      now: new Date(this.#clock),
    };
  }

  #act(action: Action): void {
    if (action.kind === 'createIfAbsent') this.children.create(action.object);
    else if (action.kind === 'applyStatus') {
      this.#write(action.object['status']);
      const { status, deploymentStartTime } = this.version.status ?? {};
      if (status === 'Deprecated') this.mayBegin = false;
      else this.wasReleased = deploymentStartTime !== undefined && this.mayBegin && this.havePassed();
    } else if (action.kind === 'liftGate') {
      this.pods.delete(action.pod.uid ?? '');
      this.lifted.push(action.pod.uid ?? '');
    } else if (action.kind !== 'emitEvent') throw new Error(`unexpected ${action.kind}`);
  }

  /** Reads what is written as the API server would give it back; parsing it again would give the same. */
  #write(status: unknown): void {
    if (deepEqual(status, this.#written)) return;
    this.#written = status;
    this.version = keptnWorkloadVersionSchema.parse({ ...this.version, status });
  }
}
