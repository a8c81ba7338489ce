import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { anyStatus } from '../../../test/builders/arbitrary-status.ts';
import { keptnAppVersion, keptnWorkloadVersion } from '../../../test/builders/version-objects.ts';
import { WorkloadVersionWorld } from '../../../test/builders/workload-version-world.ts';
import { factsOf } from '../facts.ts';
import { completedPart } from './parts.ts';
import type { TraceSpan } from './span.ts';
import { releaseSpans, workloadSpans } from './spans.ts';

vi.setConfig({ testTimeout: 120_000 });

const checks = fc.record({
  pre: fc.subarray(['a', 'b']),
  preEvaluations: fc.subarray(['d']),
  post: fc.subarray(['a']),
  postEvaluations: fc.subarray(['e']),
  onFailure: fc.subarray(['f']),
});
const reconcile = fc.record({ do: fc.constant('reconcile' as const), crashAfter: fc.nat({ max: 30 }) });
const step = fc.oneof(
  { weight: 5, arbitrary: reconcile },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('child' as const),
      state: fc.constantFrom('Succeeded' as const, 'Failed' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retry' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('want' as const), version: fc.constantFrom('1', '2') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rollout' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function move(world: WorkloadVersionWorld, one: Step): void {
  if (one.do === 'child') world.children.endAll(one.state);
  else if (one.do === 'retry') world.askRetry();
  else if (one.do === 'want') world.wanted = one.version;
  else if (one.do === 'rollout') world.available = 2;
  else world.perform(world.decide(), one.crashAfter);
}

function spansOf(world: WorkloadVersionWorld): readonly TraceSpan[] {
  const { tasks, evaluations } = world.children;
  return workloadSpans({ version: world.version, tasks, evaluations }, undefined);
}

/** What a collector has heard: each fact is told once, as it happens. */
class Heard {
  readonly spans: TraceSpan[] = [];
  readonly #told = new Set<string>();

  tell(world: WorkloadVersionWorld): void {
    for (const fact of factsOf(world.version)) {
      const part = completedPart(fact);
      if (part === undefined || this.#told.has(fact.id)) continue;
      this.#told.add(fact.id);
      this.spans.push(...spansOf(world).filter((span) => span.part === part && span.endMs !== undefined));
    }
  }
}

function expectWellFormed(spans: readonly TraceSpan[]): void {
  const ids = spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`);
  expect(new Set(ids).size).toBe(ids.length);
  for (const span of spans) {
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(span.startMs).toBeGreaterThan(0);
    expect(span.endMs ?? span.startMs).toBeGreaterThanOrEqual(span.startMs);
  }
}

/** A run is the child of another version's phase, and one that began again comes after the one before. */
function expectNested(spans: readonly TraceSpan[]): void {
  for (const span of spans.filter(({ subject }) => subject !== 'version')) {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    expect(parent, `parent of ${span.name}`).toBeDefined();
    if (parent === undefined) continue;
    expect(span.startMs).toBeGreaterThanOrEqual(parent.startMs);
    const outlives = span.part.startsWith('late/') || span.part.startsWith('after-failure/');
    if (outlives || parent.endMs === undefined) continue;
    expect(span.startMs).toBeLessThanOrEqual(parent.endMs);
    if (span.endMs !== undefined) expect(span.endMs).toBeLessThanOrEqual(parent.endMs);
  }
}

test('whatever happens to a workload version, its spans have valid ids, parents, and times within them', () => {
  fc.assert(
    fc.property(checks, fc.array(step, { maxLength: 30, size: 'max' }), (given, history) => {
      const world = new WorkloadVersionWorld(given);
      world.setApp('open');
      for (const one of history) {
        move(world, one);
        const spans = spansOf(world);
        expectWellFormed(spans);
        expectNested(spans);
        expect(spansOf(world)).toEqual(spans);
        expect(spans.length).toBeLessThan(200);
      }
    }),
    { numRuns: 400 },
  );
});

test('a collector hears each span once, and of no child before or without its parent', () => {
  fc.assert(
    fc.property(checks, fc.array(step, { maxLength: 30, size: 'max' }), (given, history) => {
      const world = new WorkloadVersionWorld(given);
      world.setApp('open');
      const heard = new Heard();
      for (const one of history) {
        move(world, one);
        heard.tell(world);
        expectWellFormed(heard.spans);
        const ids = new Set(heard.spans.map(({ spanId }) => spanId));
        const orphans = heard.spans.filter(
          ({ subject, parentSpanId }) => subject !== 'version' && !ids.has(parentSpanId ?? ''),
        );
        expect(orphans).toEqual([]);
      }
    }),
    { numRuns: 400 },
  );
});

test('no stored status is too strange', () => {
  fc.assert(
    fc.property(anyStatus, anyStatus, (ofApp, ofWorkload) => {
      const app = { version: keptnAppVersion({ status: ofApp }), tasks: [], evaluations: [] };
      const version = keptnWorkloadVersion({ status: ofWorkload });
      const workloads = [{ version, tasks: [], evaluations: [] }];
      expectWellFormed(releaseSpans({ app, workloads }));
      expectWellFormed(releaseSpans({ app: undefined, workloads }));
    }),
  );
});
