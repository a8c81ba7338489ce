import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  evaluationSnapshot,
  keptnEvaluation,
  keptnMetric,
  reading,
} from '../../../test/builders/evaluation-objects.ts';
import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnMetric } from '../../api/metrics/v1/keptn-metric.ts';
import { decideEvaluation } from './decide.ts';

const intervalMs = 10_000;

/**
 * A cluster of one evaluation of two metrics, three objectives: the API server refuses a status for an evaluation
 * that has changed since. A restart is nothing here, since a decision keeps nothing.
 */
class World {
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  /** The value of each metric and when it was fetched: long before, at first. */
  readonly metrics = { errors: { value: 0, atMs: 0 }, latency: { value: 0, atMs: 0 } };
  /** Each stored state of the evaluation, oldest first. */
  readonly stored: KeptnEvaluation[];
  /** When an attempt was counted, and whether all objectives held in it. */
  readonly counted: { readonly atMs: number; readonly held: boolean }[] = [];

  constructor(retries: number) {
    this.stored = [this.#with({}, 1, retries)];
  }

  get evaluation(): KeptnEvaluation {
    const last = this.stored.at(-1);
    if (last === undefined) throw new Error('nothing is stored');
    return last;
  }

  get state(): string {
    return this.evaluation.status?.overallStatus ?? 'Pending';
  }

  /** Reconciles once, from what a cache that is so many writes behind shows. */
  look(behind: number): void {
    const { errors, latency } = this.metrics;
    const held =
      errors.value > 1 &&
      errors.value < 3 &&
      latency.value < 2 &&
      Math.min(errors.atMs, latency.atMs) >= Math.max(this.#wantedSinceMs(), this.nowMs - 30_000);
    const seen = this.stored.at(-1 - Math.min(behind, this.stored.length - 1)) ?? this.evaluation;
    const { actions } = decideEvaluation(
      evaluationSnapshot({
        evaluation: seen,
        readings: [
          reading('errors >1', metric('errors', errors)),
          reading('errors <3', metric('errors', errors)),
          reading('latency <2', metric('latency', latency)),
        ],
        now: new Date(this.nowMs),
      }),
    );
    for (const action of actions) if (action.kind === 'applyStatus') this.#apply(action.object, held);
  }

  /** Since the first look, and for an attempt that is due since it became so. */
  #wantedSinceMs(): number {
    const { status } = this.evaluation;
    const begunMs = Date.parse(status?.valuesSince ?? new Date(this.nowMs).toISOString());
    const dueMs = Date.parse(status?.lastAttemptTime ?? '') + intervalMs;
    return dueMs <= this.nowMs ? dueMs : begunMs;
  }

  #apply(
    object: { readonly metadata: { resourceVersion?: string | undefined }; status?: unknown },
    held: boolean,
  ): void {
    const { metadata, spec, status } = this.evaluation;
    const wanted = object.metadata.resourceVersion;
    if (wanted !== undefined && wanted !== metadata.resourceVersion) return;
    const next = this.#with(object.status ?? {}, this.stored.length + 1, spec.retries);
    const made = (next.status?.retryCount ?? 0) - (status?.retryCount ?? 0);
    if (made !== 0)
      this.counted.push(...Array.from({ length: Math.abs(made) }, () => ({ atMs: this.nowMs, held })));
    this.stored.push(next);
  }

  #with(status: object, version: number, retries: number): KeptnEvaluation {
    return keptnEvaluation({
      metadata: { resourceVersion: String(version) },
      spec: { retries, retryInterval: `${intervalMs}ms` },
      status: { ...status },
    });
  }
}

function metric(name: string, { value, atMs }: { value: number; atMs: number }): KeptnMetric {
  const lastUpdated = new Date(atMs).toISOString();
  return keptnMetric(String(value), { metadata: { name }, status: { lastUpdated } });
}

const value = fc.integer({ min: 0, max: 4 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('look' as const), behind: fc.integer({ min: 0, max: 3 }) }),
  fc.record({
    kind: fc.constant('metric' as const),
    name: fc.constantFrom('errors' as const, 'latency' as const),
    value,
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 15_000 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function run(world: World, steps: readonly Step[]): void {
  for (const one of steps) {
    if (one.kind === 'look') world.look(one.behind);
    if (one.kind === 'metric') world.metrics[one.name] = { value: one.value, atMs: world.nowMs };
    if (one.kind === 'wait') world.nowMs += one.ms;
  }
}

const retries = fc.integer({ min: 0, max: 4 });
const steps = fc.array(step, { maxLength: 60 });

test('an evaluation succeeds only in a look at which all objectives hold, and then at once (Q-4)', () => {
  fc.assert(
    fc.property(retries, steps, (attempts, taken) => {
      const world = new World(attempts);
      run(world, taken);
      const last = world.counted.at(-1);
      expect(world.state === 'Succeeded').toBe(last?.held === true);
      expect(world.counted.slice(0, -1).every(({ held }) => !held)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('attempts are an interval apart, however observations repeat, lag and are lost; it fails with the last one', () => {
  fc.assert(
    fc.property(retries, steps, (attempts, taken) => {
      const world = new World(attempts);
      run(world, taken);
      const failed = world.counted.filter(({ held }) => !held);
      const gaps = failed.slice(1).map(({ atMs }, i) => atMs - (failed[i]?.atMs ?? 0));
      expect(gaps.every((gap) => gap >= intervalMs)).toBe(true);
      expect(failed.length).toBeLessThanOrEqual(Math.max(1, attempts));
      expect(world.state === 'Failed').toBe(failed.length === Math.max(1, attempts));
    }),
    { numRuns: 1000 },
  );
});

test('what ended stays as it ended (Q-28)', () => {
  fc.assert(
    fc.property(retries, steps, steps, (attempts, before, after) => {
      const world = new World(attempts);
      run(world, before);
      if (world.evaluation.status?.endTime === undefined) return;
      const ended = world.evaluation;
      run(world, after);
      expect(world.evaluation).toBe(ended);
    }),
    { numRuns: 1000 },
  );
});

test('one that never holds ends after exactly as many attempts as it has, at least one (Q-15)', () => {
  fc.assert(
    fc.property(retries, steps, (attempts, taken) => {
      const world = new World(attempts);
      run(
        world,
        taken.filter(({ kind }) => kind !== 'metric'),
      );
      for (let i = 0; i <= attempts; i += 1)
        run(world, [
          { kind: 'look', behind: 0 },
          // Nobody fetches: each attempt is made when its values were waited for in vain.
          { kind: 'wait', ms: 25_000 },
          { kind: 'look', behind: 0 },
          { kind: 'wait', ms: intervalMs },
        ]);
      expect([world.state, world.evaluation.status?.retryCount]).toEqual(['Failed', Math.max(1, attempts)]);
    }),
  );
});

test('a look that finds nothing new writes what is there already', () => {
  fc.assert(
    fc.property(retries, steps, (attempts, taken) => {
      const world = new World(attempts);
      run(world, taken);
      world.look(0);
      const settled = world.evaluation.status;
      world.look(0);
      expect(world.evaluation.status).toEqual(settled);
    }),
  );
});
