import { type Analysis, analysisStates } from '../../api/metrics/v1/analysis.ts';
import type { Family, Sample } from '../../observability/exposition.ts';
import { type ObjectiveResult, readResult } from './analysis-result.ts';
import { type LeftOut, type Twinless, withoutTwins } from './left-out.ts';

/** The series of one Analysis that is through; those of `latest` count for the last of its definition only. */
interface Through {
  readonly analysis: Analysis;
  readonly score: Sample;
  readonly objectives: Twinless;
  readonly latestScore: Sample;
  readonly latestResult: readonly Sample[];
  readonly latestObjectives: Twinless;
}

/** Analyses are read anew only when they change, and a scrape looks at all of them. */
const known = new WeakMap<Analysis, { readonly through: Through | undefined }>();

function throughOf(analysis: Analysis): readonly Through[] {
  const before = known.get(analysis) ?? { through: seriesOf(analysis) };
  known.set(analysis, before);
  return before.through === undefined ? [] : [before.through];
}

function seriesOf(analysis: Analysis): Through | undefined {
  const result = readResult(analysis);
  if (result === undefined) return undefined;
  const { name, namespace = '' } = analysis.metadata;
  const times = timeLabels(analysis);
  const definition = definitionLabels(analysis);
  const value = String(result.percentage);
  return {
    analysis,
    score: { labels: { name, namespace, ...times }, value },
    objectives: withoutTwins(
      result.objectives.flatMap((objective) =>
        measured(objective, {
          name: objective.name,
          namespace: objective.namespace,
          analysis_name: name,
          analysis_namespace: namespace,
          key_objective: String(objective.isKey),
          weight: String(objective.weight),
          ...times,
        }),
      ),
    ),
    latestScore: { labels: definition, value },
    latestResult: verdictSamples(analysis, definition),
    latestObjectives: withoutTwins(
      result.objectives.flatMap((objective) => {
        const { name: template, namespace: home } = objective;
        return measured(objective, { ...definition, objective: template, objective_namespace: home });
      }),
    ),
  };
}

/**
 * The series of the Analyses that there are: Keptn's two with the times of each, which go with their Analysis, and those
 * of the latest of each definition, whose number does not grow with time. Pure but for a memory of what was read.
 */
export function analysisFamilies(analyses: readonly Analysis[]): {
  readonly families: readonly Family[];
  readonly leftOut: readonly LeftOut[];
} {
  const through = analyses.flatMap(throughOf);
  const latest = latestOfEach(through);
  const families = [
    gauge(
      'keptn_analysis_result',
      'Result of Analysis',
      through.map(({ score }) => score),
    ),
    gauge(
      'keptn_objective_result',
      'Result of the Analysis Objective',
      through.flatMap(({ objectives }) => objectives.kept),
    ),
    gauge('keptn_analyses', 'Analyses that there are, by their state.', countSamples(analyses)),
    gauge(
      'keptn_analysis_latest_score',
      'Percentage of the highest score in the Analysis of a definition that ended last.',
      latest.map(({ latestScore }) => latestScore),
    ),
    gauge(
      'keptn_analysis_latest_result',
      '1 for how the Analysis of a definition that ended last came out (pass, warning or fail), 0 for how it did not.',
      latest.flatMap(({ latestResult }) => latestResult),
    ),
    gauge(
      'keptn_objective_latest_value',
      'What was measured for an objective in the Analysis of a definition that ended last.',
      latest.flatMap(({ latestObjectives }) => latestObjectives.kept),
    ),
  ];
  const twins = (series: string, all: readonly Twinless[]): LeftOut => ({
    series,
    reason: 'collision',
    count: all.reduce((sum, { twins: count }) => sum + count, 0),
  });
  return {
    families,
    leftOut: [
      twins(
        'keptn_objective_result',
        through.map(({ objectives }) => objectives),
      ),
      twins(
        'keptn_objective_latest_value',
        latest.map(({ latestObjectives }) => latestObjectives),
      ),
    ],
  };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'gauge', help, samples };
}

function measured({ value }: ObjectiveResult, labels: Sample['labels']): Sample[] {
  return value === undefined ? [] : [{ labels, value: String(value) }];
}

const verdicts = ['pass', 'warning', 'fail'] as const;

function verdictSamples({ status }: Analysis, definition: Sample['labels']): readonly Sample[] {
  const { pass = false, warning = false } = status ?? {};
  const failing = warning ? 'warning' : 'fail';
  const verdict = pass ? 'pass' : failing;
  return verdicts.map((result) => ({
    labels: { ...definition, result },
    value: result === verdict ? '1' : '0',
  }));
}

function countSamples(analyses: readonly Analysis[]): Sample[] {
  const byPlace = Map.groupBy(analyses, ({ metadata, status }) =>
    JSON.stringify([metadata.namespace ?? '', status?.state || analysisStates[0]]),
  );
  return [...byPlace.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const labels = {
      namespace: first.metadata.namespace ?? '',
      state: first.status?.state || analysisStates[0],
    };
    return [{ labels, value: String(same.length) }];
  });
}

function definitionLabels({ metadata, spec }: Analysis): Record<string, string> {
  const { namespace = '' } = metadata;
  const { name, namespace: elsewhere } = spec.analysisDefinition;
  return { namespace, definition: name, definition_namespace: elsewhere || namespace };
}

function latestOfEach(through: readonly Through[]): readonly Through[] {
  const byDefinition = Map.groupBy(through, ({ analysis }) =>
    JSON.stringify(Object.values(definitionLabels(analysis))),
  );
  return [...byDefinition.values()].flatMap((same) => {
    const [latest] = same.toSorted((a, b) => endOf(b.analysis).localeCompare(endOf(a.analysis)));
    return latest === undefined ? [] : [latest];
  });
}

/** As text in UTC, which sorts by time; then by name, so that two of one second keep their order. */
function endOf({ metadata, status }: Analysis): string {
  const end = status?.endTime ?? status?.timeframe?.to ?? metadata.creationTimestamp ?? '';
  return `${end} ${metadata.name}`;
}

function timeLabels({ status }: Analysis): { readonly from: string; readonly to: string } {
  return { from: goTime(status?.timeframe?.from), to: goTime(status?.timeframe?.to) };
}

/** As Go writes a time, which is how Keptn labelled: 2024-01-02 03:00:00 +0000 UTC. */
function goTime(text: string | undefined): string {
  const time = new Date(text ?? '');
  if (Number.isNaN(time.getTime())) return '';
  const [day = '', clock = ''] = time.toISOString().replace('Z', '').split('T');
  const [seconds = '', milliseconds = ''] = clock.split('.');
  const fraction = milliseconds.replace(/0+$/, '');
  return `${day} ${seconds}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}
