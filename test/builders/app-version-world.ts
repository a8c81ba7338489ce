import type { KeptnApp } from '../../src/api/lifecycle/v1/keptn-app.ts';
import { type KeptnAppVersion, keptnAppVersionSchema } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { State } from '../../src/api/lifecycle/v1/shared.ts';
import { decideAppVersion } from '../../src/controllers/app-version/decide.ts';
import type { AppVersionSnapshot, Member } from '../../src/controllers/app-version/observe.ts';
import type { Action } from '../../src/domain/action.ts';
import { plannedChecks } from '../../src/domain/checks.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { deepEqual } from '../../src/domain/deep-equal.ts';
import { appPhases, failurePhase } from '../../src/domain/phases.ts';
import { CheckChildren, recordedEnds } from './check-children.ts';
import { lifecycleConfig } from './lifecycle-config.ts';
import { keptnApp, keptnAppVersion, keptnWorkloadVersion } from './version-objects.ts';
import type { WorldChecks } from './workload-version-world.ts';

const members = [
  { name: 'cart', version: '1' },
  { name: 'till', version: '1' },
];
const phases = appPhases({ promotion: true });
const apps: readonly KeptnApp[] = [1, 2].map((generation) => keptnApp({ metadata: { generation } }));

/** The checks of an app version. */
export interface AppWorldChecks extends WorldChecks {
  readonly promotion: readonly string[];
}

/** A small pure model of what actions do to the objects around one KeptnAppVersion of two workloads. */
export class AppVersionWorld {
  version: KeptnAppVersion;
  readonly children = new CheckChildren(() => new Date(this.#clock));
  /** The state of each workload; absent where nothing of it was deployed yet. */
  readonly workloads = new Map<string, State>();
  blocking = true;
  /** True: the app has a newer version, which takes the place of ours. */
  isReplaced = false;
  retries = 0;
  readonly checks: AppWorldChecks;
  /** The status as it was written last. */
  #written: unknown;
  #clock = Date.parse('2026-01-01T00:00:00Z');

  constructor(checks: AppWorldChecks) {
    this.checks = checks;
    const spec = {
      workloads: members,
      preDeploymentTasks: checks.pre,
      preDeploymentEvaluations: checks.preEvaluations,
      postDeploymentTasks: checks.post,
      postDeploymentEvaluations: checks.postEvaluations,
      promotionTasks: checks.promotion,
      onFailureTasks: checks.onFailure,
    };
    this.version = keptnAppVersion({ spec });
  }

  /** Moves a workload; which one follows from the number. */
  moveWorkload(at: number, state: State): void {
    const member = members[at % members.length];
    if (member !== undefined) this.workloads.set(member.name, state);
  }

  /** Moves all workloads. */
  moveWorkloads(state: State): void {
    for (const { name } of members) this.workloads.set(name, state);
  }

  /** Asks for everything that failed to run again. */
  askRetry(): void {
    this.retries += 1;
    const annotations = { 'keptn.sh/retry': `all@${this.retries}` };
    this.version = { ...this.version, metadata: { ...this.version.metadata, annotations } };
  }

  /** The time of the last decision. */
  get now(): Date {
    return new Date(this.#clock);
  }

  /** Lets time go by. */
  pass(ms: number): void {
    this.#clock += ms;
  }

  /** Takes away children whose end is recorded. */
  sweep(): void {
    this.children.sweep(recordedEnds(this.version.status));
  }

  /** Looks at the world, or at what a lagging cache shows of it, and decides. */
  decide(lagging = false): Decision {
    // Not whole seconds: some times are kept to the second, others to the millisecond.
    this.#clock += 370;
    return decideAppVersion(this.#snapshot(lagging));
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

  #snapshot(lagging: boolean): AppVersionSnapshot {
    return {
      version: this.version,
      app: apps[this.isReplaced ? 1 : 0],
      dependencies: [],
      dependencyCycle: undefined,
      members: members.map((ref) => this.#member(ref)),
      phases,
      checks: this.children.find(plannedChecks(this.version, [...phases, failurePhase('App')]), lagging),
      config: lifecycleConfig(this.blocking ? 'enforce' : 'warn', { observabilityTimeoutMs: 3_600_000 }),
      now: new Date(this.#clock),
    };
  }

  #member(ref: (typeof members)[number]): Member {
    const status = this.workloads.get(ref.name);
    const version = status === undefined ? undefined : inState(status);
    return { ref, versionName: `shop-${ref.name}-1`, version };
  }

  #act(action: Action): void {
    if (action.kind === 'createIfAbsent') this.children.create(action.object);
    else if (action.kind === 'applyStatus') this.#write(action.object['status']);
    else if (action.kind !== 'emitEvent') throw new Error(`unexpected ${action.kind}`);
  }

  /** Reads what is written as the API server would give it back; parsing it again would give the same. */
  #write(status: unknown): void {
    if (deepEqual(status, this.#written)) return;
    this.#written = status;
    this.version = keptnAppVersionSchema.parse({ ...this.version, status });
  }
}

const versions = new Map<State, NonNullable<Member['version']>>();

function inState(status: State): NonNullable<Member['version']> {
  const version = versions.get(status) ?? keptnWorkloadVersion({ status: { status } });
  versions.set(status, version);
  return version;
}
