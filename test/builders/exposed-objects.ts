import { type Analysis, analysisSchema } from '../../src/api/metrics/v1/analysis.ts';
import { type KeptnMetric, keptnMetricSchema } from '../../src/api/metrics/v1/keptn-metric.ts';
import { type Given, parsed } from './parsed.ts';

/** A metric of that name; without a value unless the test gives one. */
export function aMetric(name: string, given: Given = {}): KeptnMetric {
  const usual = {
    metadata: { name },
    spec: { provider: { name: 'backend' }, query: 'up', fetchIntervalSeconds: 30 },
  };
  return parsed(keptnMetricSchema, usual, given);
}

/** One objective as the result of an Analysis holds it. */
export function anObjectiveResult(name: string, given: Readonly<Record<string, unknown>> = {}): object {
  const { weight = 1, keyObjective, namespace, ...rest } = given;
  const analysisValueTemplateRef = { name, ...(namespace === undefined ? {} : { namespace }) };
  const objective = {
    analysisValueTemplateRef,
    target: {},
    weight,
    ...(keyObjective === true && { keyObjective }),
  };
  return { result: {}, objective, value: 1, query: '', score: 1, ...rest };
}

/** An Analysis of definition `quality` that is through with 3 of 4 points, unless the test says otherwise. */
export function anAnalysis(name: string, objectives: readonly object[] = [], given: Given = {}): Analysis {
  const usual = {
    metadata: { name },
    spec: { timeframe: { recent: '5m' }, analysisDefinition: { name: 'quality' } },
    status: {
      state: 'Completed',
      pass: true,
      timeframe: { from: '2024-01-02T03:00:00Z', to: '2024-01-02T03:05:00Z' },
      raw: JSON.stringify({ objectiveResults: objectives, totalScore: 3, maximumScore: 4 }),
    },
  };
  return parsed(analysisSchema, usual, given);
}
