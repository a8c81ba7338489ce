import { taskLabel } from '../../src/api/constants.ts';
import type { ResourceMap } from '../../src/api/resources.ts';
import { workloadName } from '../../src/domain/names.ts';
import type { Scene, Sighting } from '../integration/lifecycle/scene.ts';
import type { Check } from './sequence.ts';
import type { Run, Truth } from './truth.ts';
import { seen } from './umpire.ts';

/** What the next run of a check does. */
export type Behaviour = 'works' | 'fails' | 'hangs';

/** Ends the pods of tasks as a kubelet would, the way that the sequence says, and tells the model beforehand. */
export class TaskRunner {
  /** Trouble with the API server while saying so. */
  readonly faults: string[] = [];
  readonly #scene: Scene;
  readonly #truth: Truth;
  readonly #behaviours = new Map<string, Behaviour>();
  /** Pods that have not ended, by name, with their Job. */
  readonly #open = new Map<string, string>();
  readonly #taskOfJob = new Map<string, string>();
  readonly #tasks = new Map<string, ResourceMap['keptntasks']>();
  /** What a version object stands for, by its uid. */
  readonly #covers = new Map<string, readonly string[]>();

  constructor(scene: Scene, truth: Truth) {
    this.#scene = scene;
    this.#truth = truth;
  }

  /** From now on the check does this; runs that hang end when they no longer should. */
  set(check: Check, behaviour: Behaviour): void {
    this.#behaviours.set(check, behaviour);
    this.#run();
  }

  /** Learns from one event, and ends what can be ended now. */
  see(sighting: Sighting): void {
    const { resource, name, uid } = sighting;
    if (resource === 'pods') this.#seePod(sighting);
    else if (resource === 'jobs') {
      const owner = seen('jobs', sighting).metadata.ownerReferences?.[0];
      if (owner?.kind === 'KeptnTask') this.#taskOfJob.set(name, owner.name);
    } else if (resource === 'keptntasks') this.#tasks.set(name, seen('keptntasks', sighting));
    else if (resource === 'keptnworkloadversions') {
      const { spec } = seen('keptnworkloadversions', sighting);
      this.#covers.set(uid, [`${spec.workloadName}@${spec.version}`]);
    } else if (resource === 'keptnappversions') {
      const { appName, workloads = [] } = seen('keptnappversions', sighting).spec;
      const members = workloads.map((one) => `${workloadName(appName, one.name)}@${one.version}`);
      this.#covers.set(uid, members);
    } else return;
    this.#run();
  }

  #seePod(sighting: Sighting): void {
    const { metadata, status } = seen('pods', sighting);
    const job = metadata.labels?.[taskLabel];
    if (job === undefined) return;
    if (sighting.type === 'DELETED' || status?.phase !== 'Pending') this.#open.delete(sighting.name);
    else if (sighting.type === 'ADDED') this.#open.set(sighting.name, job);
  }

  #run(): void {
    for (const [pod, job] of this.#open) {
      const run = this.#runOf(job);
      if (run === undefined) continue;
      const behaviour = this.#behaviours.get(run.definition) ?? 'works';
      if (behaviour === 'hangs') continue;
      this.#open.delete(pod);
      this.#end(pod, run, behaviour === 'works').catch((error: unknown) => this.faults.push(String(error)));
    }
  }

  #runOf(job: string): Run | undefined {
    const task = this.#tasks.get(this.#taskOfJob.get(job) ?? '');
    const [owner] = task?.metadata.ownerReferences ?? [];
    const covers = this.#covers.get(owner?.uid ?? '');
    if (task === undefined || owner === undefined || covers === undefined) return undefined;
    return {
      definition: task.spec.taskDefinition,
      checkType: task.spec.checkType ?? '',
      owner: owner.uid,
      level: owner.kind === 'KeptnAppVersion' ? 'app' : 'workload',
      covers,
    };
  }

  async #end(pod: string, run: Run, passed: boolean): Promise<void> {
    const takeBack = this.#truth.end(run, passed);
    const now = new Date().toISOString();
    const terminated = {
      exitCode: passed ? 0 : 1,
      reason: passed ? 'Completed' : 'Error',
      message: passed ? '' : 'the sequence says so',
      startedAt: now,
      finishedAt: now,
    };
    const container = { name: 'check', image: 'test', imageID: '', ready: false, restartCount: 0 };
    const status = {
      phase: passed ? 'Succeeded' : 'Failed',
      containerStatuses: [{ ...container, state: { terminated } }],
    };
    const answer = await this.#scene.api.request('PATCH', this.#scene.at('pods', pod, 'status'), { status });
    if (answer.status < 300) return;
    takeBack();
    // Its workload was removed in the meantime.
    if (answer.status !== 404) throw new Error(`pod ${pod}: ${answer.text}`);
  }
}
