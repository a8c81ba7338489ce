import { annotations, prechecksGate, taskLabel } from '../../src/api/constants.ts';
import type { Pod } from '../../src/api/core/pod.ts';
import { type ResourceMap, type ResourceName, resources } from '../../src/api/resources.ts';
import { workloadName } from '../../src/domain/names.ts';
import { must } from '../integration/lifecycle/api.ts';
import type { Sighting } from '../integration/lifecycle/scene.ts';
import { foreignGate } from './manifests.ts';
import type { Truth } from './truth.ts';

/** An object as a watch showed it. */
export function seen<K extends ResourceName>(resource: K, { object }: Sighting): ResourceMap[K] {
  return must(resources[resource].parse(object));
}

/** The version that a pod belongs to, as `name@version`. Pure. */
export function versionOf({ metadata }: Pod): string {
  const given = metadata.annotations ?? {};
  const workload = given[annotations.workload] ?? '';
  return `${workloadName(given[annotations.app] ?? workload, workload)}@${given[annotations.version] ?? ''}`;
}

/** The names of a pod's gates. Pure. */
export function gatesOf({ spec }: Pod): string[] {
  return (spec.schedulingGates ?? []).map(({ name }) => name);
}

/** True for a pod of a task's Job. Pure. */
export function isOfTask({ metadata }: Pod): boolean {
  return metadata.labels?.[taskLabel] !== undefined;
}

/** Judges each event of the watches by the promises that hold at every moment. */
export class Umpire {
  /** What was broken, in the order in which it was seen. */
  readonly faults: string[] = [];
  /** Pods whose foreign gate the test itself takes away. */
  readonly opened = new Set<string>();
  readonly #truth: Truth;
  readonly #foreignWorkloads: ReadonlySet<string>;
  /** Uids of Jobs by the name of their KeptnTask. */
  readonly #jobs = new Map<string, Set<string>>();
  /** Names of KeptnTasks by the version and the check. */
  readonly #tasks = new Map<string, Set<string>>();
  /** How often a version was asked to run what failed again, by its uid. */
  readonly #retries = new Map<string, number>();
  /** Uids: each app version after the first may begin failed workloads again, once. */
  readonly #appVersions = new Set<string>();

  constructor(truth: Truth, foreignWorkloads: ReadonlySet<string>) {
    this.#truth = truth;
    this.#foreignWorkloads = foreignWorkloads;
  }

  /** A user asks for failed checks of a version to run once more; gives how often that was so far. */
  allowAgain(owner: string): number {
    const times = (this.#retries.get(owner) ?? 0) + 1;
    this.#retries.set(owner, times);
    return times;
  }

  /** Judges one event. */
  see(sighting: Sighting): void {
    if (sighting.type === 'DELETED') return;
    if (sighting.resource === 'pods') this.#seePod(seen('pods', sighting));
    else if (sighting.resource === 'jobs') this.#seeJob(sighting);
    else if (sighting.resource === 'keptnappversions') this.#appVersions.add(sighting.uid);
    else if (sighting.resource === 'keptntasks') this.#seeTask(seen('keptntasks', sighting));
  }

  #seePod(pod: Pod): void {
    if (isOfTask(pod)) return;
    const gates = gatesOf(pod);
    const { name, uid = '', annotations: given = {} } = pod.metadata;
    if (!gates.includes(prechecksGate) || pod.spec.nodeName !== undefined) {
      const why = this.#truth.whyHeld(versionOf(pod));
      if (why !== undefined) this.#fault('S1', `pod ${name} of ${versionOf(pod)} was let go: ${why}`);
    }
    const isForeign = this.#foreignWorkloads.has(given[annotations.workload] ?? '');
    if (isForeign && !gates.includes(foreignGate) && !this.opened.has(uid))
      this.#fault('S3', `pod ${name} lost the gate of another controller`);
  }

  #seeJob({ object, uid, name }: Sighting): void {
    const { metadata } = must(resources.jobs.parse(object));
    const task = metadata.ownerReferences?.find(({ kind }) => kind === 'KeptnTask')?.name ?? name;
    if (add(this.#jobs, task, uid) > 1) this.#fault('S2', `a second Job was made for KeptnTask ${task}`);
  }

  #seeTask({ metadata, spec }: ResourceMap['keptntasks']): void {
    const [owner] = metadata.ownerReferences ?? [];
    const check = `${spec.checkType} ${spec.taskDefinition} of ${owner?.kind} ${owner?.name} (${owner?.uid})`;
    const restarts = owner?.kind === 'KeptnWorkloadVersion' ? this.#appVersions.size - 1 : 0;
    const allowed = 1 + Math.max(0, restarts) + (this.#retries.get(owner?.uid ?? '') ?? 0);
    if (add(this.#tasks, check, metadata.name) > allowed)
      this.#fault('S2', `more than ${allowed} KeptnTasks were made: ${check}`);
  }

  #fault(promise: string, what: string): void {
    const fault = `${promise}: ${what}`;
    if (!this.faults.includes(fault)) this.faults.push(fault);
  }
}

function add(sets: Map<string, Set<string>>, key: string, value: string): number {
  const set = (sets.get(key) ?? new Set()).add(value);
  sets.set(key, set);
  return set.size;
}
