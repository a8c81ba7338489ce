import { prechecksGate } from '../../src/api/constants.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { z } from '../../src/api/schema.ts';
import { Scene, type Sighting } from '../integration/lifecycle/scene.ts';

const image = 'docker.io/library/busybox:latest';
const container = { image, imagePullPolicy: 'IfNotPresent' };

/** A definition whose task really runs on the node for so many seconds, and succeeds. */
function check(name: string, seconds: number): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnTaskDefinition',
    metadata: { name },
    spec: {
      container: { ...container, name: 'check', command: ['sleep', String(seconds)] },
      retries: 0,
    },
  };
}

/** A Deployment of one small pod. */
export function deployment(
  name: string,
  version: string,
  checks: Readonly<Record<string, string>> = {},
): KubeObject {
  const annotations = { 'keptn.sh/workload': name, 'keptn.sh/version': version, ...checks };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { run: name } },
      template: {
        metadata: { labels: { run: name }, annotations },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ ...container, name: 'main', command: ['sleep', '36000'] }],
        },
      },
    },
  };
}

/** Applications that are released one after the other, each behind a check before and one after its deployment. */
export class Releases {
  readonly scene: Scene;
  readonly names: string[] = [];
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(scene: Scene) {
    this.scene = scene;
  }

  static async open(prefix: string, kubeconfig: string): Promise<Releases> {
    const scene = await Scene.open(prefix, undefined, kubeconfig);
    await scene.make(check('before', 1));
    await scene.make(check('after', 0));
    return new Releases(scene);
  }

  /** Releases one each so many milliseconds until it is told to end. */
  begin(everyMs: number): void {
    const { signal } = this.#stopping;
    const go = async (): Promise<void> => {
      while (!signal.aborted) {
        await this.release();
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    };
    this.#running = go();
  }

  async release(): Promise<string> {
    const name = `app-${this.names.length}`;
    const checks = {
      'keptn.sh/pre-deployment-tasks': 'before',
      'keptn.sh/post-deployment-tasks': 'after',
    };
    await this.scene.make(deployment(name, '1', checks));
    this.names.push(name);
    return name;
  }

  /** Begins no more, and waits until every one is through. Throws when one is not, with what there is. */
  async end(withinMs = 180_000): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    const isThrough = (): boolean => {
      const completed = this.#completed();
      return this.names.every((name) => completed.has(name));
    };
    await this.scene.until(`all ${this.names.length} releases are through`, isThrough, withinMs);
  }

  /** Jobs beyond one for each check: what ran twice. */
  get doubled(): number {
    return this.scene.jobsEver().length - 2 * this.names.length;
  }

  /** Applications of which a pod was let go before the check had ended well: what escaped. */
  get escaped(): readonly string[] {
    const { sightings } = this.scene;
    const passedAt = firstVersions(sightings, 'keptntasks', (object) => {
      const { spec, status } = taskSchema.parse(object);
      return spec.checkType === 'pre' && status.status === 'Succeeded' ? spec.context.appName : undefined;
    });
    const freedAt = firstVersions(sightings, 'pods', appOfFreePod);
    return [...freedAt].flatMap(([app, at]) =>
      at > (passedAt.get(app) ?? 0) && passedAt.has(app) ? [] : [app],
    );
  }

  /** Milliseconds from a moment of this process's clock until the next pod was let go. */
  liftedAfter(atMs: number): number | undefined {
    const next = this.scene.sightings.find(
      ({ resource, type, object, atMs: at }) =>
        at > atMs && resource === 'pods' && type === 'MODIFIED' && appOfFreePod(object) !== undefined,
    );
    return next === undefined ? undefined : next.atMs - atMs;
  }

  close(): Promise<void> {
    return this.scene.close();
  }

  #completed(): ReadonlySet<string> {
    const versions = this.scene.all('keptnworkloadversions');
    return new Set(
      versions.filter(({ status }) => status?.currentPhase === 'Completed').map(({ spec }) => spec.app),
    );
  }
}

const taskSchema = z.object({
  spec: z.object({ checkType: z.string().optional(), context: z.object({ appName: z.string() }) }),
  status: z.object({ status: z.string().optional() }).prefault({}),
});
const podSchema = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({
    schedulingGates: z.array(z.object({ name: z.string() })).default([]),
  }),
});
const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

/** The application of a pod that no gate of ours holds; undefined for any other, and for pods of tasks. */
function appOfFreePod(object: unknown): string | undefined {
  const { metadata, spec } = podSchema.parse(object);
  const isFree = spec.schedulingGates.every(({ name }) => name !== prechecksGate);
  return isFree ? metadata.labels['run'] : undefined;
}

/** Of each name the version of the store at which an object was first seen to have it: these order events of all watches. */
function firstVersions(
  sightings: readonly Sighting[],
  resource: Sighting['resource'],
  nameOf: (object: unknown) => string | undefined,
): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const sighting of sightings) {
    if (sighting.resource !== resource || sighting.type === 'DELETED') continue;
    const name = nameOf(sighting.object);
    const version = Number(versionSchema.parse(sighting.object).metadata.resourceVersion);
    if (name !== undefined) first.set(name, Math.min(version, first.get(name) ?? version));
  }
  return first;
}
