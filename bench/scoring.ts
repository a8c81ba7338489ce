import { analysisDefinitionKind } from '../src/api/metrics/v1/analysis-definition.ts';
import { aggregate } from '../src/domain/aggregate.ts';
import { type EarlierResult, type ObjectiveValue, scoreAnalysis } from '../src/domain/analysis-score.ts';
import { type Spread, spread } from './percentile.ts';

const objectives = 50;
const points = 1_000;
const earlierResults = 10;
const rounds = 100;

/** Every objective has two thresholds and two comparisons with earlier results. */
const definition = analysisDefinitionKind.spec.parse({
  objectives: Array.from({ length: objectives }, (_, index) => ({
    analysisValueTemplateRef: { name: `objective-${index}` },
    target: {
      failure: { greaterThan: { fixedValue: '950m' } },
      warning: { greaterThan: { fixedValue: '900m' } },
      comparison: { failure: { greaterThan: '+10%' }, warning: { greaterThan: '+5%' } },
    },
    weight: index,
  })),
  totalScore: { passPercentage: 90, warningPercentage: 75 },
  compareWith: { results: earlierResults, aggregate: 'p95' },
});

/** Processor time that an Analysis takes apart from its backend, in ms: nothing of it waits, and neighbours do not count. */
export interface Scoring {
  readonly objectives: number;
  readonly points: number;
  /** The first one of a process, before any of its code is compiled. */
  readonly firstMs: number;
  readonly ms: Spread;
}

/** Scores Analyses of 50 objectives, each the p95 of 1,000 points, from the texts of the points to the result. */
export function measureScoring(): Scoring {
  const times = Array.from({ length: rounds }, () => {
    const samples = Array.from({ length: objectives }, () =>
      Array.from({ length: points }, () => String(Math.random())),
    );
    const earlier = Array.from({ length: earlierResults }, (_, index): EarlierResult => {
      const values = definition.objectives.map(
        ({ analysisValueTemplateRef: { name } }) => [name, Math.random()] as const,
      );
      return { name: `run-${index}`, verdict: 'pass', values: new Map(values) };
    });
    const began = process.cpuUsage();
    const { raw } = scoreAnalysis(definition, samples.map(reduced), earlier);
    const { user, system } = process.cpuUsage(began);
    if (raw === '') throw new Error('nothing was scored');
    return (user + system) / 1_000;
  });
  return { objectives, points, firstMs: Math.round(times[0] ?? Number.NaN), ms: spread(times.slice(1)) };
}

function reduced(samples: readonly string[]): ObjectiveValue {
  const value = aggregate('p95', samples);
  return { value: value.ok ? value.value : undefined, query: 'up' };
}
