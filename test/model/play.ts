import { prechecksGate } from '../../src/api/constants.ts';
import type { Pod } from '../../src/api/core/pod.ts';
import { containsWorkload } from '../../src/domain/app-match.ts';
import { workloadName } from '../../src/domain/names.ts';
import { must } from '../integration/lifecycle/api.ts';
import { taskDefinition } from '../integration/lifecycle/manifests.ts';
import { Scene } from '../integration/lifecycle/scene.ts';
import { type Fleet, pause } from './fleet.ts';
import { appContext, foreignGate, type Wanted, workloadManifest } from './manifests.ts';
import { type Asked, allChecks, type Command, type Sequence, type WorkloadShape } from './sequence.ts';
import { TaskRunner } from './task-runner.ts';
import { Truth } from './truth.ts';
import { gatesOf, Umpire, versionOf } from './umpire.ts';
import { whyUnsettled } from './verdict.ts';

const app = 'mall';
const plurals = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
} as const;
/** The most that a wait of a sequence takes where something happens all the time. */
const longestWaitMs = 6_000;
/** From the last command to a state that explains itself. */
const settleWithinMs = 120_000;

/** One workload of a sequence: what it is asked to be, and what it was before. */
interface Line {
  readonly shape: WorkloadShape;
  readonly history: { readonly version: string; readonly asked: Asked }[];
  wanted: Wanted | undefined;
  replicas: number;
}

/** One sequence in a namespace of its own, judged at every event and once more at its end. */
export class Play {
  readonly scene: Scene;
  readonly #sequence: Sequence;
  readonly #fleet: Fleet;
  readonly #truth: Truth;
  readonly #umpire: Umpire;
  readonly #runner: TaskRunner;
  readonly #lines: readonly Line[];
  /** The last part: foreign gates go as soon as ours has, and what Kubernetes leaves to a person is done. */
  #isEnding = false;

  private constructor(scene: Scene, sequence: Sequence, fleet: Fleet) {
    this.scene = scene;
    this.#sequence = sequence;
    this.#fleet = fleet;
    const foreign = sequence.workloads.filter((shape) => shape.foreign).map(({ name }) => name);
    this.#truth = new Truth(sequence.appPre);
    this.#umpire = new Umpire(this.#truth, new Set(foreign));
    this.#runner = new TaskRunner(scene, this.#truth);
    this.#lines = sequence.workloads.map((shape) => ({ shape, history: [], wanted: undefined, replicas: 2 }));
    scene.listen((sighting) => {
      this.#umpire.see(sighting);
      this.#runner.see(sighting);
    });
  }

  /** Makes the namespace with its definitions and the checks of its apps. */
  static async open(sequence: Sequence, fleet: Fleet): Promise<Play> {
    const scene = await Scene.open('model');
    const play = new Play(scene, sequence, fleet);
    for (const name of allChecks) await scene.make(taskDefinition(name));
    const { appPre, appPost, oneApp, workloads } = sequence;
    const apps = oneApp ? [app] : workloads.map(({ name }) => name);
    if (appPre.length + appPost.length > 0)
      for (const name of apps) await scene.make(appContext(name, appPre, appPost));
    return play;
  }

  /** Performs every command, then mends everything and waits until all is well or says why not. Throws what broke. */
  async perform(): Promise<void> {
    for (const command of this.#sequence.commands) {
      await this.#do(command);
      this.#check();
    }
    await this.#end();
    this.#check();
  }

  #check(): void {
    const faults = [...this.#umpire.faults, ...this.#runner.faults];
    if (faults.length > 0) throw new Error(`${faults.join('\n')}\n${this.scene.describe()}`);
  }

  #do(command: Command): Promise<void> | void {
    switch (command.do) {
      case 'break':
        return this.#runner.set(command.check, command.how);
      case 'mend':
        return this.#runner.set(command.check, 'works');
      case 'wait':
        return this.#untilCalm(command.calmMs);
      case 'sweepJobs':
        return this.#sweepJobs();
      case 'restart':
        return this.#fleet.restart();
      case 'kill':
        return this.#fleet.kill(command.darkMs);
      case 'cut':
        return this.#fleet.cut(command.darkMs);
      default:
        return this.#doTo(this.#line(command.at), command);
    }
  }

  #doTo(line: Line, command: Extract<Command, { at: number }>): Promise<void> | void {
    switch (command.do) {
      case 'deploy':
        return this.#deploy(line, command);
      case 'rollBack':
        return this.#rollBack(line, command.back);
      case 'scale':
        line.replicas = command.replicas;
        return line.wanted === undefined
          ? undefined
          : this.#apply(line, { ...line.wanted, replicas: line.replicas });
      case 'drain':
        return this.#drain(line, command.evict);
      case 'remove':
        return this.#remove(line);
      case 'retry':
        return this.#retry(line);
      case 'openQuota':
        return this.#openQuota((pod) => versionOf(pod).startsWith(`${this.#nameOf(line)}@`));
    }
  }

  #line(at: number): Line {
    const line = this.#lines[at % this.#lines.length];
    if (line === undefined) throw new Error('a sequence has at least one workload');
    return line;
  }

  #nameOf({ shape }: Line): string {
    return workloadName(this.#sequence.oneApp ? app : shape.name, shape.name);
  }

  async #deploy(line: Line, asked: Asked): Promise<void> {
    const version = String(line.history.length + 1);
    line.history.push({ version, asked });
    this.#truth.ask(`${this.#nameOf(line)}@${version}`, asked);
    await this.#applyVersion(line, version, asked);
  }

  async #rollBack(line: Line, back: number): Promise<void> {
    const former = line.history[Number(line.wanted?.version ?? line.history.length) - 1 - back];
    if (former !== undefined) await this.#applyVersion(line, former.version, former.asked);
  }

  #applyVersion(line: Line, version: string, { pre, post }: Asked): Promise<void> {
    const { shape, replicas } = line;
    return this.#apply(line, {
      shape,
      app: this.#sequence.oneApp ? app : undefined,
      version,
      replicas,
      pre,
      post,
    });
  }

  async #apply(line: Line, wanted: Wanted): Promise<void> {
    line.wanted = wanted;
    const { kind, name } = line.shape;
    const { client } = this.scene.api;
    must(await client.apply(this.scene.at(plurals[kind], name), workloadManifest(wanted), 'user'));
  }

  async #remove(line: Line): Promise<void> {
    const { kind, name } = line.shape;
    if (line.wanted !== undefined) await this.scene.remove(plurals[kind], name);
    line.wanted = undefined;
  }

  async #drain(line: Line, evict: boolean): Promise<void> {
    for (const pod of this.scene
      .pods()
      .filter((one) => versionOf(one).startsWith(`${this.#nameOf(line)}@`))) {
      const { name } = pod.metadata;
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
      if (evict) await this.scene.api.request('POST', this.scene.at('pods', name, 'eviction'), eviction);
      else await this.#delete('pods', name);
    }
  }

  /** What is gone already, such as a pod that its owner deleted, is as good. */
  async #delete(resource: 'pods' | 'jobs', name: string): Promise<void> {
    const options = { propagationPolicy: 'Background' };
    const answer = await this.scene.api.request('DELETE', this.scene.at(resource, name), options);
    if (answer.status >= 300 && answer.status !== 404) throw new Error(answer.text);
  }

  async #openQuota(which: (pod: Pod) => boolean): Promise<void> {
    for (const pod of this.scene.pods().filter((one) => which(one) && gatesOf(one).includes(foreignGate))) {
      const { uid = '' } = pod.metadata;
      this.#umpire.opened.add(uid);
      // A StatefulSet gives the name to the next pod: this patch is for the one that was seen.
      const gone = {
        metadata: { uid },
        spec: { schedulingGates: [{ $patch: 'delete', name: foreignGate }] },
      };
      await this.scene.api.request('PATCH', this.scene.at('pods', pod.metadata.name), gone);
    }
  }

  /** Asks for what failed of the wanted version, and of its app, to run again. */
  async #retry(line: Line): Promise<void> {
    const key = `${this.#nameOf(line)}@${line.wanted?.version ?? ''}`;
    const ours = this.scene
      .all('keptnworkloadversions')
      .filter(({ spec }) => `${spec.workloadName}@${spec.version}` === key);
    const apps = this.scene
      .all('keptnappversions')
      .filter(({ spec }) => ours.some((one) => containsWorkload(spec, one.spec)));
    for (const { metadata } of ours) await this.#askAgain('keptnworkloadversions', metadata);
    for (const { metadata } of apps) await this.#askAgain('keptnappversions', metadata);
  }

  async #askAgain(
    resource: 'keptnworkloadversions' | 'keptnappversions',
    { name, uid = '' }: { readonly name: string; readonly uid?: string | undefined },
  ): Promise<void> {
    const annotations = { 'keptn.sh/retry': `all@${this.#umpire.allowAgain(uid)}` };
    const answer = await this.scene.api.request('PATCH', this.scene.at(resource, name), {
      metadata: { annotations },
    });
    if (answer.status >= 300 && answer.status !== 404) throw new Error(answer.text);
  }

  async #sweepJobs(): Promise<void> {
    for (const { metadata } of this.scene.all('keptntasks').filter(({ status }) => status?.endTime)) {
      await this.#delete('jobs', metadata.name);
    }
  }

  async #untilCalm(calmMs: number): Promise<void> {
    for (const end = performance.now() + longestWaitMs; performance.now() < end; ) {
      const before = this.scene.sightings.length;
      await pause(calmMs);
      if (this.scene.sightings.length === before) return;
    }
  }

  /** Mends everything and waits; then asks for what failed to run again, after which nothing may be held any more. */
  async #end(): Promise<void> {
    for (const check of allChecks) this.#runner.set(check, 'works');
    await this.#fleet.steady();
    this.#isEnding = true;
    const helping = this.#help();
    try {
      await this.#settle('every workload runs or says why not', true);
      for (const line of this.#lines) await this.#retry(line);
      await this.#settle('every workload runs, now that what failed ran again', false);
    } finally {
      this.#isEnding = false;
      await helping;
    }
  }

  async #settle(what: string, mayBeHeld: boolean): Promise<void> {
    const isSettled = (): boolean => {
      this.#check();
      return this.#unsettled(mayBeHeld).length === 0;
    };
    try {
      await this.scene.until(what, isSettled, settleWithinMs);
    } catch (error) {
      throw new Error(`${this.#unsettled(mayBeHeld).join('\n')}\n${String(error)}`, { cause: error });
    }
  }

  #unsettled(mayBeHeld: boolean): string[] {
    return this.#lines.flatMap((line) => {
      const end = { name: this.#nameOf(line), wanted: line.wanted, mayBeHeld };
      const why = whyUnsettled(this.scene, this.#truth, end);
      return why === undefined ? [] : [`${line.shape.kind} ${line.shape.name}: ${why}`];
    });
  }

  /** What a person would do at the end: lift the other gates, and delete what a StatefulSet in order is stuck on. */
  async #help(): Promise<void> {
    while (this.#isEnding) {
      await this.#openQuota((pod) => !gatesOf(pod).includes(prechecksGate));
      for (const line of this.#lines) await this.#unstick(line);
      await pause(300);
    }
  }

  /** Kubernetes: a StatefulSet in order waits for a broken pod of a former template until somebody deletes it. */
  async #unstick(line: Line): Promise<void> {
    const { shape, wanted } = line;
    if (shape.kind !== 'StatefulSet' || wanted === undefined) return;
    const key = `${this.#nameOf(line)}@`;
    for (const pod of this.scene.pods()) {
      const version = versionOf(pod);
      if (!version.startsWith(key) || version === `${key}${wanted.version}`) continue;
      if (gatesOf(pod).length > 0) await this.#delete('pods', pod.metadata.name);
    }
  }
}
