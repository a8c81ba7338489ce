import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnalysisWorld, type Answer } from '../../../test/builders/analysis-world.ts';
import { recordedValue } from './stored-values.ts';

const templates = ['a', 'b', 'c'] as const;
const answers: readonly Answer[] = ['1', '20', 'NaN', undefined]
  .map((one): Answer => one)
  .concat({ tag: 'unavailable', says: 'HTTP 503' }, { tag: 'malformed', says: 'parse error' });

type Step =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'answer'; readonly template: string; readonly answer: Answer }
  | { readonly kind: 'crash'; readonly survive: number }
  | { readonly kind: 'take' | 'give'; readonly what: 'template' | 'provider' | 'definition' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(100, 2_000, 20_000, 70_000) }),
  fc.record({
    kind: fc.constant('answer' as const),
    template: fc.constantFrom(...templates),
    answer: fc.constantFrom(...answers),
  }),
  fc.record({ kind: fc.constant('crash' as const), survive: fc.nat({ max: 2 }) }),
  fc.record({
    kind: fc.constantFrom('take' as const, 'give' as const),
    what: fc.constantFrom('template' as const, 'provider' as const, 'definition' as const),
  }),
);

const timeframes = [
  { recent: '1m' },
  { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:05:00Z' },
  { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:11:00Z' },
];
const timeoutMs = 300_000;

async function play(world: AnalysisWorld, step: Step): Promise<void> {
  switch (step.kind) {
    case 'time':
      world.nowMs += step.ms;
      break;
    case 'answer': {
      const before = world.source.answer;
      world.source.answer = (query) => (query.text.startsWith(step.template) ? step.answer : before(query));
      break;
    }
    case 'crash':
      await world.step(step.survive);
      world.source.restart();
      break;
    default:
      change(world, step.kind, step.what);
  }
}

function change(
  world: AnalysisWorld,
  kind: 'take' | 'give',
  what: 'template' | 'provider' | 'definition',
): void {
  const fresh = new AnalysisWorld(templates);
  const [resource, key] = (
    {
      template: ['analysisvaluetemplates', 'shop/b'],
      provider: ['keptnmetricsproviders', 'shop/prometheus'],
      definition: ['analysisdefinitions', 'shop/quality'],
    } as const
  )[what];
  if (kind === 'take') delete world.objects[resource][key];
  else world.objects[resource][key] = fresh.objects[resource][key] ?? {};
}

/** What must stay as it is once it is there. */
class Memory {
  #end: unknown;
  #frozen: unknown;

  check({ status }: AnalysisWorld['run']): void {
    if (this.#end !== undefined) expect(status).toEqual(this.#end);
    if (this.#frozen !== undefined) expect(status?.timeframe).toEqual(this.#frozen);
    if (status?.state === 'Completed') this.#end ??= status;
    this.#frozen ??= status?.timeframe;
  }
}

async function playAndCheck(world: AnalysisWorld, step: Step, memory: Memory): Promise<void> {
  const recorded = templates.filter((name) => isRecorded(world, name));
  const begun = world.source.begun.length;
  await play(world, step);
  await world.settle();
  const since = world.source.begun.slice(begun).map(({ text }) => text[0]);
  expect(since.filter((name) => recorded.some((one) => one === name))).toEqual([]);
  memory.check(world.run);
}

async function expectEnd(world: AnalysisWorld): Promise<void> {
  const { startTime = '', timeframe } = world.run.status ?? {};
  const fromMs = Math.max(Date.parse(startTime), Date.parse(timeframe?.to ?? ''));
  world.nowMs = Math.max(world.nowMs, fromMs + timeoutMs);
  await world.settle();
  expect(world.run.status).toMatchObject({
    state: 'Completed',
    pass: expect.any(Boolean),
    warning: expect.any(Boolean),
    raw: expect.stringContaining('{'),
  });
  const { writes } = world;
  await world.settle();
  expect(world.writes).toBe(writes);
  const said = (reason: string): string[] => [...world.said].filter((note) => note.includes(reason));
  expect(said('AnalysisStarted')).toHaveLength(1);
  expect(said('AnalysisCompleted')).toHaveLength(1);
  expect(world.source.size).toBe(0);
}

test('whatever happens, an Analysis ends once, by its deadline, and measures nothing twice', async () => {
  const scenario = fc.record({
    timeframe: fc.constantFrom(...timeframes),
    steps: fc.array(anyStep, { maxLength: 25 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ timeframe, steps }) => {
      const world = new AnalysisWorld(templates, { timeframe });
      const memory = new Memory();
      world.source.answer = () => undefined;
      for (const step of [...steps, { kind: 'time', ms: 0 } as const])
        await playAndCheck(world, step, memory);
      await expectEnd(world);
      memory.check(world.run);
    }),
    { numRuns: 150 },
  );
});

function isRecorded(world: AnalysisWorld, name: string): boolean {
  return recordedValue(world.run.status, name, `${name}{service="cart"}`) !== undefined;
}
