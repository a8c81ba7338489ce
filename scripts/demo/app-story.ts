import { annotations, prechecksGate } from '../../src/api/constants.ts';
import type { Pod } from '../../src/api/core/pod.ts';
import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnTask } from '../../src/api/lifecycle/v1/keptn-task.ts';
import type { KeptnWorkloadVersion } from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import type { Sighting, Step } from './story.ts';

/** What a task is called in a line, and which step of the timeline it belongs to. */
interface TaskLine {
  readonly what: string;
  readonly step: string;
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';

/**
 * Follows one version of an app of several workloads through what watches say, in any order and as often as they like.
 * No I/O and no clock: the caller says when it saw what.
 */
export class AppStory {
  readonly #app: string;
  readonly #version: string;
  readonly #size: number;
  readonly #said = new Set<string>();
  readonly #steps = new Map<string, Step>();
  readonly #held = new Set<string>();
  readonly #lifted = new Set<string>();
  #appVersion: KeptnAppVersion | undefined;

  /** `size`: how many workloads the app has; all of them are released as `version`. */
  constructor(app: string, version: string, size: number) {
    this.#app = app;
    this.#version = version;
    this.#size = size;
  }

  /** Succeeded or Failed once the app version is through; else undefined. */
  get verdict(): 'Succeeded' | 'Failed' | undefined {
    const state = this.#appVersion?.status?.status;
    return state === 'Succeeded' || state === 'Failed' ? state : undefined;
  }

  /** Name of the KeptnAppVersion and what it says of itself. */
  get standing(): string {
    const ready = this.#appVersion?.status?.conditions?.find(({ type }) => type === 'Ready');
    return `${this.#appVersion?.metadata.name ?? `no version of ${this.#app}`}: ${ready?.message ?? 'nothing said yet'}`;
  }

  /** The steps so far, in the order in which they were seen. */
  get steps(): Step[] {
    return [...this.#steps.values()].sort((left, right) => left.atMs - right.atMs);
  }

  /** Notes a step; the first time counts. */
  mark(name: string, atMs: number, recordedAt?: string): void {
    if (!this.#steps.has(name))
      this.#steps.set(name, { name, atMs, ...(recordedAt === undefined ? {} : { recordedAt }) });
  }

  /** Takes in what was seen; answers the lines that it is news for. */
  see(sighting: Sighting, atMs: number): string[] {
    switch (sighting.kind) {
      case 'pod':
        return this.#seePod(sighting.object, atMs);
      case 'task':
        return this.#seeTask(sighting.object, atMs);
      case 'workload version':
        return this.#seeWorkload(sighting.object, atMs);
      case 'app version':
        return this.#seeApp(sighting.object, atMs);
      case 'evaluation':
      case 'event':
        return [];
    }
  }

  #once(key: string, line: string): string[] {
    if (this.#said.has(key)) return [];
    this.#said.add(key);
    return [line];
  }

  #seePod({ metadata, spec }: Pod, atMs: number): string[] {
    const { labels = {}, name } = metadata;
    if (labels[annotations.k8sPartOf] !== this.#app || labels[annotations.k8sVersion] !== this.#version)
      return [];
    const workload = labels[annotations.k8sName] ?? name;
    if (spec.schedulingGates?.some((gate) => gate.name === prechecksGate)) {
      this.#held.add(workload);
      if (this.#held.size === this.#size) this.mark(`pods of all ${this.#size} workloads held`, atMs);
      return this.#once(
        `held ${workload}`,
        `pod of ${workload} is held (${this.#held.size} of ${this.#size})`,
      );
    }
    if (!this.#held.has(workload)) return [];
    this.#lifted.add(workload);
    this.mark('first gate lifted', atMs);
    if (this.#lifted.size === this.#size) this.mark('last gate lifted', atMs);
    return this.#once(
      `lifted ${workload}`,
      `pod of ${workload} may be scheduled (${this.#lifted.size} of ${this.#size})`,
    );
  }

  #seeTask(task: KeptnTask, atMs: number): string[] {
    const { appName, workloadName = '', workloadVersion } = task.spec.context;
    if (appName !== this.#app || (workloadName !== '' && workloadVersion !== this.#version)) return [];
    const owner = workloadName === '' ? 'the app' : workloadName.slice(this.#app.length + 1);
    const checkType = task.spec.checkType ?? '';
    const what = `${checkType} task ${task.spec.taskDefinition} of ${owner}`;
    const step = workloadName === '' ? what : `${checkType} tasks of workloads`;
    return [...this.#tellStart(task, { what, step }, atMs), ...this.#tellEnd(task, { what, step }, atMs)];
  }

  #tellStart({ metadata, status }: KeptnTask, { what, step }: TaskLine, atMs: number): string[] {
    if (!status?.jobName) return [];
    this.mark(`${step} started`, atMs, status.startTime);
    return this.#once(`started ${metadata.name}`, `${what} runs as Job ${status.jobName}`);
  }

  #tellEnd(task: KeptnTask, { what, step }: TaskLine, atMs: number): string[] {
    const { status, endTime, message = '' } = task.status ?? {};
    if (status !== 'Succeeded' && status !== 'Failed') return [];
    const verdict = status === 'Succeeded' ? 'passed' : 'failed';
    if (step === what) this.mark(`${step} ${verdict}`, atMs, endTime);
    const said = status === 'Failed' ? `: ${firstLine(message)}` : '';
    return this.#once(`ended ${task.metadata.name}`, `${what} ${verdict}${said}`);
  }

  #seeWorkload({ metadata, spec, status }: KeptnWorkloadVersion, atMs: number): string[] {
    if (spec.app !== this.#app || spec.version !== this.#version) return [];
    const state = status?.status;
    if (state !== 'Succeeded' && state !== 'Failed') return [];
    const ended = this.#once(`ended ${metadata.name}`, `${metadata.name}: ${state.toLowerCase()}`);
    const through = [...this.#said].filter((key) => key.startsWith(`ended ${this.#app}-`)).length;
    if (through === this.#size)
      this.mark(`all ${this.#size} workload versions through`, atMs, status?.endTime);
    return ended;
  }

  #seeApp(version: KeptnAppVersion, atMs: number): string[] {
    if (!this.#isOurs(version)) return [];
    this.#appVersion = version;
    const { currentPhase = '', endTime, status } = version.status ?? {};
    if (currentPhase === 'AppDeploy') this.mark('checks of the app before the deployment passed', atMs);
    if (this.verdict !== undefined) this.mark(`app version ${this.verdict.toLowerCase()}`, atMs, endTime);
    if (currentPhase === '' || status === undefined) return [];
    return this.#once(`phase ${currentPhase}`, `${version.metadata.name} is in phase ${currentPhase}`);
  }

  #isOurs({ spec, status }: KeptnAppVersion): boolean {
    const { workloads = [], appName } = spec;
    const ours = workloads.filter((one) => one.version === this.#version);
    return appName === this.#app && ours.length === this.#size && status?.status !== 'Deprecated';
  }
}
