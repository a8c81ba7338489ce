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

test('whatever happens, an Analysis ends once, by its deadline, and measures nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...timeframes),
      fc.array(anyStep, { maxLength: 25 }),
      async (timeframe, steps) => {
        const world = new AnalysisWorld(templates, { timeframe });
        world.source.answer = () => undefined;
        let end: unknown;
        let frozen: unknown;
        for (const step of [...steps, { kind: 'time', ms: 0 } as const]) {
          const recorded = templates.filter((name) => isRecorded(world, name));
          const begun = world.source.begun.length;
          await play(world, step);
          await world.settle();
          const { status } = world.run;
          const since = world.source.begun.slice(begun).map(({ text }) => text[0]);
          expect(since.filter((name) => recorded.some((one) => one === name))).toEqual([]);
          if (end !== undefined) expect(status).toEqual(end);
          if (status?.state === 'Completed') end ??= status;
          if (frozen !== undefined) expect(status?.timeframe).toEqual(frozen);
          frozen ??= status?.timeframe;
        }
        const { startTime = '', timeframe: window } = world.run.status ?? {};
        const fromMs = Math.max(Date.parse(startTime), Date.parse(window?.to ?? ''));
        world.nowMs = Math.max(world.nowMs, fromMs + timeoutMs);
        await world.settle();
        expect(world.run.status).toMatchObject({
          state: 'Completed',
          pass: expect.any(Boolean),
          warning: expect.any(Boolean),
          raw: expect.stringContaining('{'),
        });
        const writes = world.writes;
        await world.settle();
        expect(world.writes).toBe(writes);
        expect([...world.said].filter((note) => note.includes('AnalysisStarted'))).toHaveLength(1);
        expect([...world.said].filter((note) => note.includes('AnalysisCompleted'))).toHaveLength(1);
        expect(world.source.size).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});

function isRecorded(world: AnalysisWorld, name: string): boolean {
  return recordedValue(world.run.status, name, `${name}{service="cart"}`) !== undefined;
}
