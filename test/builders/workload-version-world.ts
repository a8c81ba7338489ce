import type { Pod } from '../../src/api/core/pod.ts';
import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import { type KeptnTask, keptnTaskSchema } from '../../src/api/lifecycle/v1/keptn-task.ts';
import {
  type KeptnWorkloadVersion,
  keptnWorkloadVersionSchema,
} from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import type { State } from '../../src/api/lifecycle/v1/shared.ts';
import { gatedPod } from '../../src/controllers/gated-pods.ts';
import { decideWorkloadVersion } from '../../src/controllers/workload-version/decide.ts';
import type { WorkloadVersionSnapshot } from '../../src/controllers/workload-version/observe.ts';
import type { Action } from '../../src/domain/action.ts';
import { plannedChecks } from '../../src/domain/checks.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { deepEqual } from '../../src/domain/deep-equal.ts';
import { workloadPhases } from '../../src/domain/phases.ts';
import { pod } from './gated-pod.ts';
import { taskDefinition } from './task-objects.ts';
import { keptnAppVersion, keptnWorkload, keptnWorkloadVersion, openAppVersion } from './version-objects.ts';

const definition = taskDefinition();
const workloads = ['1', '2'].map((version) => keptnWorkload({ spec: { version } }));

/** The checks that the version of such a world asks for. */
export interface WorldChecks {
  readonly pre: readonly string[];
  readonly post: readonly string[];
}

/** A small pure model of what actions do to the objects around one KeptnWorkloadVersion. */
export class WorkloadVersionWorld {
  version: KeptnWorkloadVersion;
  appVersion: KeptnAppVersion | undefined;
  tasks = new Map<string, KeptnTask>();
  /** What a cache that lags behind shows. */
  stale = new Map<string, KeptnTask>();
  pods = new Map<string, Pod>();
  available = 0;
  blocking = true;
  /** The version that the workload wants; another one takes the place of ours. */
  wanted = '1';
  /** True once the app's checks were seen passed, since ours began. */
  mayBegin = false;
  /** Every KeptnTask ever asked for, by its check. */
  readonly asked = new Map<string, Set<string>>();
  readonly lifted: string[] = [];
  #clock = Date.parse('2026-01-01T00:00:00Z');
  #madePods = 0;
  readonly #pre: readonly string[];

  constructor({ pre, post }: WorldChecks) {
    this.#pre = pre;
    this.version = keptnWorkloadVersion({ spec: { preDeploymentTasks: pre, postDeploymentTasks: post } });
  }

  addPod(): void {
    this.#madePods += 1;
    const uid = `pod-${this.#madePods}`;
    const annotations = {
      'keptn.sh/workload': 'cart',
      'keptn.sh/app': 'shop',
      'keptn.sh/version': '1',
      'keptn.sh/pre-deployment-tasks': this.#pre.join(','),
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

  /** Moves a task that exists and is not through. */
  moveTask(at: number, state: State): void {
    const all = [...this.tasks.values()];
    const task = all[at % Math.max(1, all.length)];
    const before = task?.status?.status;
    if (task === undefined || before === 'Succeeded' || before === 'Failed') return;
    this.tasks.set(task.metadata.name, { ...task, status: { ...task.status, status: state } });
  }

  /** Looks at the world, or at what a lagging cache shows of it, and decides. */
  decide(lagging = false): Decision {
    this.#clock += 1000;
    if (this.appVersion?.status?.preDeploymentStatus === 'Succeeded') this.mayBegin = true;
    const tasks = lagging ? this.stale : this.tasks;
    return decideWorkloadVersion(this.#snapshot(tasks));
  }

  /** Performs the first `most` actions: a crash comes before the others. The cache catches up afterwards. */
  perform({ actions }: Decision, most = Number.POSITIVE_INFINITY): void {
    this.stale = new Map(this.tasks);
    for (const action of actions.slice(0, most)) this.#act(action);
  }

  /** True when performing these actions would change nothing: events are said once, by their name. */
  isQuiet({ actions }: Decision): boolean {
    return actions.every((action) => {
      if (action.kind === 'emitEvent') return true;
      return (
        action.kind === 'applyStatus' && deepEqual(this.#withStatus(action.object['status']), this.version)
      );
    });
  }

  #snapshot(tasks: ReadonlyMap<string, KeptnTask>): WorkloadVersionSnapshot {
    const planned = plannedChecks(this.version, workloadPhases);
    const counts = { wanted: 2, total: 2, updated: 2, available: this.available };
    return {
      version: this.version,
      workload: workloads.find(({ spec }) => spec.version === this.wanted),
      appVersion: this.appVersion,
      siblings: [],
      checks: planned.map((check) => ({
        ...check,
        task: tasks.get(check.childName),
        taskDefinition: definition,
      })),
      rollout: { subject: { kind: 'Deployment', name: 'cart' }, counts },
      gatedPods: [...this.pods.values()].flatMap((one) => gatedPod(one) ?? []),
      config: { blocking: this.blocking, observabilityTimeoutMs: 3_600_000, discoveryTimeoutMs: 30_000 },
      now: new Date(this.#clock),
    };
  }

  #act(action: Action): void {
    if (action.kind === 'createIfAbsent') this.#create(keptnTaskSchema.parse(action.object));
    else if (action.kind === 'applyStatus') {
      this.version = this.#withStatus(action.object['status']);
      if (this.version.status?.status === 'Deprecated') this.mayBegin = false;
    } else if (action.kind === 'liftGate') {
      this.pods.delete(action.pod.uid ?? '');
      this.lifted.push(action.pod.uid ?? '');
    } else if (action.kind !== 'emitEvent') throw new Error(`unexpected ${action.kind}`);
  }

  #create(task: KeptnTask): void {
    const { name } = task.metadata;
    const check = `${task.spec.checkType}/${task.spec.taskDefinition}`;
    this.asked.set(check, (this.asked.get(check) ?? new Set()).add(name));
    if (!this.tasks.has(name)) this.tasks.set(name, task);
  }

  #withStatus(status: unknown): KeptnWorkloadVersion {
    return keptnWorkloadVersionSchema.parse({ ...this.version, status });
  }
}
