import { annotations, prechecksGate } from '../../src/api/constants.ts';
import type { Event } from '../../src/api/core/cluster.ts';
import type { Pod } from '../../src/api/core/pod.ts';
import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnEvaluation } from '../../src/api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnTask } from '../../src/api/lifecycle/v1/keptn-task.ts';
import type { KeptnWorkloadVersion } from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import type { Condition } from '../../src/api/lifecycle/v1/shared.ts';

/** One object as a watch delivered it. */
export type Sighting =
  | { readonly kind: 'pod'; readonly object: Pod; readonly isGone: boolean }
  | { readonly kind: 'task'; readonly object: KeptnTask }
  | { readonly kind: 'evaluation'; readonly object: KeptnEvaluation }
  | { readonly kind: 'workload version'; readonly object: KeptnWorkloadVersion }
  | { readonly kind: 'app version'; readonly object: KeptnAppVersion }
  | { readonly kind: 'event'; readonly object: Event };

/** A step of the timeline: seen at, in milliseconds since the start, and the time that the object itself records. */
export interface Step {
  readonly name: string;
  readonly atMs: number;
  readonly recordedAt?: string;
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';

/**
 * Follows one version of one workload through what watches say about it, in any order and as often as they like.
 * No I/O and no clock: the caller says when it saw what.
 */
export class Story {
  readonly #workload: string;
  readonly #version: string;
  readonly #since: string;
  readonly #said = new Set<string>();
  readonly #steps = new Map<string, Step>();
  readonly #pods = new Map<string, 'held' | 'released'>();
  #isHeldByEvaluation = false;
  #workloadVersion: KeptnWorkloadVersion | undefined;
  #appVersion: KeptnAppVersion | undefined;
  readonly #tasks = new Map<string, KeptnTask>();

  /** `since`: RFC 3339; events from before it are of another run. */
  constructor(workload: string, version: string, since: string) {
    this.#workload = workload;
    this.#version = version;
    this.#since = since;
  }

  /** Takes in what was seen; answers the lines that it is news for. */
  see(sighting: Sighting, atMs: number): string[] {
    switch (sighting.kind) {
      case 'pod':
        return this.#seePod(sighting.object, sighting.isGone, atMs);
      case 'task':
        return this.#seeTask(sighting.object, atMs);
      case 'evaluation':
        return this.#seeEvaluation(sighting.object, atMs);
      case 'workload version':
        return this.#seeWorkloadVersion(sighting.object, atMs);
      case 'app version':
        return this.#seeAppVersion(sighting.object, atMs);
      case 'event':
        return this.#seeEvent(sighting.object);
    }
  }

  /** Succeeded or Failed once the version and the app that it belongs to are through; else undefined. */
  get verdict(): 'Succeeded' | 'Failed' | undefined {
    const state = this.#workloadVersion?.status?.status;
    if (state === 'Failed') return 'Failed';
    const isAppThrough = this.#appVersion?.status?.status === 'Succeeded';
    return state === 'Succeeded' && isAppThrough ? 'Succeeded' : undefined;
  }

  /** Whether an evaluation has measured something that does not suffice yet. */
  get isHeldByEvaluation(): boolean {
    return this.#isHeldByEvaluation;
  }

  get heldPods(): string[] {
    return [...this.#pods].filter(([, state]) => state === 'held').map(([name]) => name);
  }

  get releasedPods(): string[] {
    return [...this.#pods].filter(([, state]) => state === 'released').map(([name]) => name);
  }

  get failedTasks(): KeptnTask[] {
    return [...this.#tasks.values()].filter((task) => task.status?.status === 'Failed');
  }

  /** What the version says about itself. */
  get conditions(): readonly Condition[] {
    return this.#workloadVersion?.status?.conditions ?? [];
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

  #once(key: string, line: string): string[] {
    if (this.#said.has(key)) return [];
    this.#said.add(key);
    return [line];
  }

  #seePod(pod: Pod, isGone: boolean, atMs: number): string[] {
    const { name, annotations: notes } = pod.metadata;
    if (notes?.[annotations.workload] !== this.#workload || notes[annotations.version] !== this.#version)
      return [];
    if (isGone) {
      this.#pods.delete(name);
      return [];
    }
    const isGated = pod.spec.schedulingGates?.some((gate) => gate.name === prechecksGate) ?? false;
    this.#pods.set(name, isGated ? 'held' : 'released');
    return [...this.#tellGate(pod, isGated, atMs), ...this.#tellReadiness(pod, atMs)];
  }

  #tellGate({ metadata: { name, creationTimestamp } }: Pod, isGated: boolean, atMs: number): string[] {
    if (isGated) {
      this.mark('first pod created, held by the gate', atMs, creationTimestamp);
      return this.#once(`gated ${name}`, `pod ${name} is held: gate ${prechecksGate}`);
    }
    if (this.#said.has(`gated ${name}`)) this.mark('gate lifted', atMs);
    return this.#once(`lifted ${name}`, `pod ${name} may be scheduled`);
  }

  #tellReadiness({ metadata: { name }, status }: Pod, atMs: number): string[] {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') return [];
    this.mark('first pod ready', atMs, ready.lastTransitionTime ?? undefined);
    return this.#once(`ready ${name}`, `pod ${name} is ready`);
  }

  #seeTask(task: KeptnTask, atMs: number): string[] {
    const { workloadVersion, workloadName } = task.spec.context;
    if (workloadVersion !== this.#version || workloadName?.endsWith(this.#workload) !== true) return [];
    const { name } = task.metadata;
    this.#tasks.set(name, task);
    const what = `${task.spec.checkType ?? ''}-deployment task ${task.spec.taskDefinition}`;
    const { jobName, startTime, endTime, status, message } = task.status ?? {};
    const lines: string[] = [];
    if (jobName) {
      this.mark(`${what} started`, atMs, startTime);
      lines.push(...this.#once(`started ${name}`, `${what} runs as Job ${jobName}`));
    }
    if (status === 'Succeeded' || status === 'Failed') {
      const verdict = `${what} ${status === 'Succeeded' ? 'passed' : 'failed'}`;
      this.mark(verdict, atMs, endTime);
      lines.push(...this.#once(`ended ${name}`, message ? `${verdict}: ${firstLine(message)}` : verdict));
    }
    return lines;
  }

  #seeEvaluation({ spec, status }: KeptnEvaluation, atMs: number): string[] {
    if (spec.workloadVersion !== this.#version || spec.workload?.endsWith(this.#workload) !== true) return [];
    const what = `pre-deployment evaluation ${spec.evaluationDefinition}`;
    const messages = Object.values(status?.evaluationStatus ?? {}).map(({ message = '' }) =>
      firstLine(message),
    );
    const state = status?.overallStatus;
    if (messages.length === 0) return [];
    if (state === 'Succeeded' || state === 'Failed') {
      const verdict = `${what} ${state === 'Succeeded' ? 'passed' : 'failed'}`;
      this.mark(verdict, atMs, status?.endTime);
      return this.#once(verdict, `${verdict}: ${messages.join('; ')}`);
    }
    this.#isHeldByEvaluation = true;
    this.mark(`${what} holds`, atMs);
    return messages.flatMap((message) => this.#once(`${what} ${message}`, `${what} holds: ${message}`));
  }

  #seeWorkloadVersion(version: KeptnWorkloadVersion, atMs: number): string[] {
    const { spec, status } = version;
    if (spec.version !== this.#version || !spec.workloadName.endsWith(this.#workload)) return [];
    this.#workloadVersion = version;
    if (status === undefined) return [];
    const lines: string[] = [];
    if (status.currentPhase) {
      lines.push(
        ...this.#once(
          `phase ${status.currentPhase}`,
          `${version.metadata.name} is in phase ${status.currentPhase}`,
        ),
      );
    }
    if (status.deploymentStatus === 'Succeeded') this.mark('rollout complete', atMs);
    if (status.status === 'Succeeded' || status.status === 'Failed') {
      const ended = `workload version ${status.status.toLowerCase()}`;
      this.mark(ended, atMs, status.endTime);
      lines.push(...this.#once('version ended', `${version.metadata.name}: ${ended}`));
    }
    return lines;
  }

  #seeAppVersion(app: KeptnAppVersion, atMs: number): string[] {
    const isOurs = app.spec.workloads?.some(({ version }) => version === this.#version) ?? false;
    if (!isOurs || app.status?.status === 'Deprecated') return [];
    this.#appVersion = app;
    const state = app.status?.status;
    if (state !== 'Succeeded' && state !== 'Failed') return [];
    const ended = `app version ${state.toLowerCase()}`;
    this.mark(ended, atMs, app.status?.endTime);
    return this.#once('app ended', `${app.metadata.name}: ${ended}`);
  }

  /** The pods' events say why they wait; what versions and tasks report is told by their own lines. */
  #seeEvent(event: Event): string[] {
    const { regarding, note = '', reason, metadata } = event;
    const isNew = (metadata.creationTimestamp ?? '') >= this.#since;
    const isFromUs = /sluice|keptn/.test(event.reportingController ?? '');
    if (!isNew || !isFromUs || regarding?.kind !== 'Pod') return [];
    // Several pods of one version wait for the same thing; saying it once is enough.
    return this.#once(
      `event ${reason} ${note}`,
      `  event on pod ${regarding.name}: ${reason}: ${firstLine(note)}`,
    );
  }
}
