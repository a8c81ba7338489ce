import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { prechecksGate, taskLabel } from '../../../src/api/constants.ts';
import type { Pod } from '../../../src/api/core/pod.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { apiPath, type ResourceMap, type ResourceName, resources } from '../../../src/api/resources.ts';
import { parseWith, z } from '../../../src/api/schema.ts';
import type { SluiceError } from '../../../src/kernel/errors.ts';
import type { Result } from '../../../src/kernel/result.ts';
import { type Answer, type Api, connectApi, must } from './api.ts';

const watched = [
  'pods',
  'jobs',
  'analyses',
  'events',
  'replicasets',
  'deployments',
  'keptnapps',
  'keptnappcontexts',
  'keptnappcreationrequests',
  'keptnappversions',
  'keptnconfigs',
  'keptnevaluations',
  'keptnmetrics',
  'keptntasks',
  'keptnworkloads',
  'keptnworkloadversions',
] as const satisfies readonly ResourceName[];
export type WatchedResource = (typeof watched)[number];

/** One event of a watch, in the order and at the time of its arrival. */
export interface Sighting {
  readonly resource: WatchedResource;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: unknown;
  readonly name: string;
  readonly uid: string;
  /** Milliseconds of this process's monotonic clock. */
  readonly atMs: number;
}

/** How a task of the scene ends. */
export interface TaskEnd {
  readonly exitCode: number;
  /** What the container said last. */
  readonly message?: string;
}

const versioned = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const identified = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });

/**
 * A namespace of its own with everything in it watched from the start. Conditions are judged on what the watches
 * brought, at each event, until a deadline.
 */
export class Scene {
  readonly namespace: string;
  readonly api: Api;
  readonly sightings: Sighting[] = [];
  /** The namespace as the API server answered its creation. */
  created: unknown;
  readonly #now = new Map<WatchedResource, Map<string, unknown>>();
  readonly #stopping = new AbortController();
  #listener: (sighting: Sighting) => void = () => undefined;
  #wake = new Set<() => void>();
  /** Pods whose end was told and may not have come back by the watch yet. */
  readonly #ended = new Set<string>();

  private constructor(namespace: string, api: Api) {
    this.namespace = namespace;
    this.api = api;
  }

  /** Makes the namespace, opted in unless told otherwise, and waits until its watches have begun. */
  static async open(
    prefix: string,
    metadata: Partial<KubeObject['metadata']> = { labels: { 'keptn.sh/lifecycle-toolkit': 'enabled' } },
    kubeconfig: string = inject('kubeconfig'),
  ): Promise<Scene> {
    const scene = new Scene(`${prefix}-${randomBytes(3).toString('hex')}`, connectApi(kubeconfig));
    const { namespace } = scene;
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { ...metadata, name: namespace } };
    scene.created = must(await scene.api.client.create('/api/v1/namespaces', object, 'test'));
    await Promise.all(watched.map((resource) => scene.#watch(resource)));
    return scene;
  }

  /** Ends the watches and asks for the namespace's deletion. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.api.request('DELETE', `/api/v1/namespaces/${this.namespace}`);
    this.api.client.close();
  }

  /** Creates an object in the namespace as a user would. */
  async make(object: KubeObject): Promise<void> {
    const answer = await this.tryMake(object);
    if (answer.status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${answer.text}`);
  }

  /** As `make`, and gives the answer whatever it is. `query` such as `?dryRun=All`. */
  async tryMake(object: KubeObject, query = ''): Promise<Answer> {
    const def = Object.values(resources).find(({ kind }) => kind === object.kind);
    if (def === undefined) throw new Error(`no resource for ${object.kind}`);
    return this.api.request('POST', `${apiPath(def, this.namespace)}${query}`, object);
  }

  /** Has each sighting told at once, from now on. */
  listen(listener: (sighting: Sighting) => void): void {
    this.#listener = listener;
  }

  /** The path of an object of the namespace. */
  at(resource: ResourceName, name: string, subresource?: string): string {
    return apiPath(resources[resource], this.namespace, name, subresource);
  }

  /** The path of all objects of a resource in the namespace. */
  collection(resource: ResourceName): string {
    return apiPath(resources[resource], this.namespace);
  }

  /** Patches an object as a user would. */
  async patch(resource: ResourceName, name: string, body: unknown): Promise<void> {
    const answer = await this.api.request('PATCH', this.at(resource, name), body);
    if (answer.status >= 300) throw new Error(answer.text);
  }

  /** Deletes an object in the background. */
  async remove(resource: ResourceName, name: string): Promise<void> {
    must(await this.api.client.delete(this.at(resource, name), {}));
  }

  /** What is there now. */
  all<K extends WatchedResource>(resource: K): ResourceMap[K][] {
    const def = resources[resource];
    return [...(this.#now.get(resource)?.values() ?? [])].map((raw) => must(def.parse(raw)));
  }

  /** One object, when it is there. */
  one<K extends WatchedResource>(resource: K, name: string): ResourceMap[K] | undefined {
    const raw = this.#now.get(resource)?.get(name);
    return raw === undefined ? undefined : must(resources[resource].parse(raw));
  }

  /** Pods that do not belong to a task. */
  pods(): Pod[] {
    return this.all('pods').filter(({ metadata }) => metadata.labels?.[taskLabel] === undefined);
  }

  /** Names of the gates of each pod that does not belong to a task. */
  gates(): string[][] {
    return this.pods().map(({ spec }) => (spec.schedulingGates ?? []).map(({ name }) => name));
  }

  /** True when there are so many pods and our gate holds each. */
  isHeld(count = 1): boolean {
    return (
      this.gates().filter((gates) => gates.includes(prechecksGate)).length === count &&
      this.gates().length === count
    );
  }

  /** Uids of all Jobs that were ever made. */
  jobsEver(): string[] {
    const jobs = this.sightings.filter(({ resource }) => resource === 'jobs');
    return [...new Set(jobs.map(({ uid }) => uid))];
  }

  /** Notes of the Events about an object, with their reasons. */
  notes(kind: string, name?: string): string[] {
    return this.all('events')
      .filter(({ regarding }) => regarding?.kind === kind && (name === undefined || regarding.name === name))
      .map(({ reason = '', note = '' }) => `${reason}: ${note}`);
  }

  /** Waits until a look gives something true, at each watch event. Throws with what there is when the time is over. */
  async until<T>(what: string, look: () => T | undefined | false, withinMs = 20_000): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`not within ${withinMs} ms: ${what}\n${this.describe()}`);
      await this.#nextEvent(left);
    }
  }

  /** Watches that a claim holds for a while; throws at the first event after which it does not. */
  async holds(what: string, look: () => boolean, forMs: number): Promise<void> {
    for (const end = performance.now() + forMs; performance.now() < end; ) {
      if (!look()) throw new Error(`no longer true: ${what}\n${this.describe()}`);
      await this.#nextEvent(end - performance.now());
    }
  }

  /** Waits for a task of the definition (its n-th Job) and ends its pod as the kubelet would. Gives the Job's name. */
  async endTask(
    definition: string,
    end: TaskEnd = { exitCode: 0 },
    checkType = 'pre',
    withinMs = 20_000,
  ): Promise<string> {
    const name = await this.until(
      `a Job of ${definition} with a pod on the node`,
      () =>
        this.all('jobs')
          .filter(({ metadata }) => metadata.name.startsWith(`${checkType}-${definition}-`))
          .map(({ metadata }) => metadata.name)
          .find((job) => this.#openPods(job).length > 0),
      withinMs,
    );
    for (const pod of this.#openPods(name)) await this.endPod(pod.metadata.name, end);
    return name;
  }

  #openPods(job: string): Pod[] {
    return this.all('pods').filter(
      ({ metadata, spec, status }) =>
        metadata.labels?.[taskLabel] === job &&
        !this.#ended.has(metadata.name) &&
        spec.nodeName !== undefined &&
        status?.phase === 'Pending',
    );
  }

  /** Ends a pod as the kubelet would. */
  async endPod(name: string, { exitCode, message = '' }: TaskEnd): Promise<void> {
    this.#ended.add(name);
    const now = new Date().toISOString();
    const [container = ''] = (this.one('pods', name)?.spec.containers ?? []).map((one) => one.name);
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      message,
      startedAt: now,
      finishedAt: now,
    };
    await this.patchPodStatus(name, {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [{ ...containerStatus(container), state: { terminated } }],
    });
  }

  /** Says what the kubelet would say of a pod. */
  async patchPodStatus(name: string, status: unknown): Promise<void> {
    const answer = await this.api.request('PATCH', this.at('pods', name, 'status'), { status });
    if (answer.status >= 300) throw new Error(answer.text);
  }

  /** A line an object: what a failed test shows. */
  describe(): string {
    const lines = watched.flatMap((resource) =>
      [...(this.#now.get(resource)?.values() ?? [])].map((raw) => describe(resource, raw)),
    );
    return [`namespace ${this.namespace}:`, ...lines].join('\n  ');
  }

  async #watch(resource: WatchedResource): Promise<void> {
    const from = await this.#list(resource);
    // A cluster of Keptn's without its metrics knows no analyses.
    if (!from.ok && from.error.tag === 'not-found') return;
    void this.#follow(resource, must(from));
  }

  /** What is there, and what went while nobody watched. */
  async #list(resource: WatchedResource): Promise<Result<string, SluiceError>> {
    const items = new Map<string, unknown>();
    const listed = await this.api.client.list(this.collection(resource), {
      onItem: (item) => items.set(identified.parse(item).metadata.name, item),
    });
    if (!listed.ok) return listed;
    for (const [name, object] of this.#now.get(resource) ?? [])
      if (!items.has(name)) this.#see(resource, 'DELETED', object);
    for (const item of items.values()) this.#see(resource, 'ADDED', item);
    return listed;
  }

  async #follow(resource: WatchedResource, from: string): Promise<void> {
    const { signal } = this.#stopping;
    let resourceVersion = from;
    while (!signal.aborted) {
      const ended = await this.api.client.watch(this.collection(resource), {
        resourceVersion,
        timeoutSeconds: 600,
        signal,
        onEvent: ({ type, object }) => {
          resourceVersion = versioned.parse(object).metadata.resourceVersion;
          if (type !== 'BOOKMARK') this.#see(resource, type, object);
        },
      });
      if (ended.ok || signal.aborted) continue;
      await new Promise((resolve) => setTimeout(resolve, 200));
      const again = await this.#list(resource);
      if (again.ok) resourceVersion = again.value;
    }
  }

  #see(resource: WatchedResource, type: Sighting['type'], object: unknown): void {
    const { name, uid } = identified.parse(object).metadata;
    const objects = this.#now.get(resource) ?? new Map<string, unknown>();
    this.#now.set(resource, objects);
    if (type === 'DELETED') objects.delete(name);
    else objects.set(name, object);
    const sighting = { resource, type, object, name, uid, atMs: performance.now() };
    this.sightings.push(sighting);
    this.#listener(sighting);
    const waiting = this.#wake;
    this.#wake = new Set();
    for (const resume of waiting) resume();
  }

  #nextEvent(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, withinMs));
      this.#wake.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function containerStatus(name: string): Record<string, unknown> {
  return { name, image: 'test', imageID: '', ready: false, restartCount: 0 };
}

const described = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ schedulingGates: z.array(z.object({ name: z.string() })).optional() }).optional(),
  status: z
    .object({
      phase: z.unknown(),
      status: z.unknown(),
      currentPhase: z.unknown(),
      message: z.unknown(),
      conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() })),
    })
    .partial()
    .optional(),
  note: z.string().optional(),
  reason: z.string().optional(),
});

function describe(resource: string, raw: unknown): string {
  const parsed = parseWith(described, raw);
  if (!parsed.ok) return `${resource} ${parsed.error.message}`;
  const { metadata, spec, status = {}, note, reason } = parsed.value;
  const { conditions = [], ...states } = status;
  const said = conditions.map((one) => `${one.type}=${one.status}${one.message ? ` (${one.message})` : ''}`);
  const gates = (spec?.schedulingGates ?? []).map(({ name }) => name);
  const facts = [...Object.values(states), ...gates, ...said, reason, note].filter(
    (fact) => fact !== undefined,
  );
  return `${resource}/${metadata.name} ${facts.map(String).join(' ')}`;
}

/** Objects with their status as the API server stores it, for what the trimmed schemas leave out. */
export async function stored(scene: Scene, resource: ResourceName, name: string): Promise<unknown> {
  return must(await scene.api.client.get(scene.at(resource, name)));
}
