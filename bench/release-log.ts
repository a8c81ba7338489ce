import { annotations, prechecksGate } from '../src/api/constants.ts';
import { resources } from '../src/api/resources.ts';

/** What was seen of one release, by arrival of watch events. Milliseconds of this process's clock. */
export interface Sightings {
  /** Its pod was seen with our gate. */
  readonly gated?: true;
  /** Its check's Job. */
  readonly jobName?: string;
  /** First event of the Job that says it succeeded: SuccessCriteriaMet, which comes first, or Complete. */
  readonly succeededAt?: number;
  /** First event of the pod without our gate, after one with it. */
  readonly liftedAt?: number;
}

/** The label of a release's pods; its value is the release's name. */
export const releaseLabel = 'bench.sluice/release';

const verdicts: ReadonlySet<string> = new Set(['SuccessCriteriaMet', 'Complete']);

/** True once both ends of the measured span were seen; they come on two streams, in either order. Pure. */
export function isMeasured({ succeededAt, liftedAt }: Sightings): boolean {
  return succeededAt !== undefined && liftedAt !== undefined;
}

/** Notes when each release's Job was complete and when its pod became schedulable. */
export class ReleaseLog {
  readonly #seen = new Map<string, Sightings>();
  readonly #waiters = new Set<() => void>();

  /** Takes a watch event's object of a Job. */
  seeJob(raw: unknown, atMs: number): void {
    const job = resources.jobs.parse(raw);
    if (!job.ok) return;
    const { metadata, status } = job.value;
    // A workload without an app is an app of its own, of its name.
    const release = metadata.annotations?.[annotations.app];
    if (release === undefined) return;
    const hasSucceeded = status?.conditions?.some(
      ({ type, status: holds }) => verdicts.has(type) && holds === 'True',
    );
    this.#note(release, { jobName: metadata.name, ...(hasSucceeded ? { succeededAt: atMs } : {}) });
  }

  /** Takes a watch event's object of a pod. */
  seePod(raw: unknown, atMs: number): void {
    const pod = resources.pods.parse(raw);
    const release = pod.ok ? pod.value.metadata.labels?.[releaseLabel] : undefined;
    if (!pod.ok || release === undefined) return;
    const isGated = pod.value.spec.schedulingGates?.some(({ name }) => name === prechecksGate) ?? false;
    if (isGated) this.#note(release, { gated: true });
    else if (this.of(release).gated) this.#note(release, { liftedAt: atMs });
  }

  /** What was seen of a release so far. */
  of(release: string): Sightings {
    return this.#seen.get(release) ?? {};
  }

  /** Resolves once `holds` of the release's sightings; throws after `withinMs`. */
  async until(release: string, holds: (seen: Sightings) => boolean, withinMs = 120_000): Promise<Sightings> {
    const late = performance.now() + withinMs;
    while (!holds(this.of(release))) {
      const leftMs = late - performance.now();
      if (leftMs <= 0)
        throw new Error(`release ${release} got no further than ${JSON.stringify(this.of(release))}`);
      await this.#change(leftMs);
    }
    return this.of(release);
  }

  /** The first sighting of each thing counts. */
  #note(release: string, seen: Sightings): void {
    const known = this.of(release);
    this.#seen.set(release, { ...seen, ...known });
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#waiters.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
