import { wholeAnalysisSchema } from '../api/metrics/v1/analysis.ts';
import { apiPath, resources } from '../api/resources.ts';
import { parseWith, type z } from '../api/schema.ts';
import type { KubeClient } from '../runtime/client.ts';
import { analysisTable } from './analysis-table.ts';
import { failWith, print } from './terminal.ts';

/** Says how an Analysis ended, objective by objective, or why it has not. Gives the exit code. */
export async function explainAnalysis(client: KubeClient, namespace: string, name: string): Promise<number> {
  const found = await client.get(apiPath(resources.analyses, namespace, name));
  const analysis = found.ok ? parseWith(wholeAnalysisSchema, found.value) : found;
  if (!analysis.ok)
    return failWith(`Analysis "${name}" in namespace "${namespace}": ${analysis.error.message}`);
  print(...analysisLines(analysis.value));
  return 0;
}

type WholeAnalysis = z.infer<typeof wholeAnalysisSchema>;
type Status = NonNullable<WholeAnalysis['status']>;

/** What there is to say about an Analysis, in the words of its status. Pure. */
export function analysisLines({ metadata, spec, status }: WholeAnalysis): string[] {
  const head = `Analysis "${metadata.name}" of AnalysisDefinition "${spec.analysisDefinition.name}"`;
  if (status === undefined) return [`${head} was not looked at yet: is the controller running?`];
  const { from = '?', to = '?' } = status.timeframe;
  const window = `from ${from} to ${to}`;
  if (status.state === 'Completed') return [`${head} ${verdict(status)}, ${window}`, ...result(status)];
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const why =
    ready === undefined ? [] : [`  ${ready.reason} since ${ready.lastTransitionTime}: ${ready.message}`];
  return [`${head} is ${status.state || 'Pending'}, ${window}`, ...why];
}

function verdict({ pass = false, warning = false, score }: Status): string {
  const word = pass ? 'passed' : warning ? 'ended with a warning' : 'failed';
  // Keptn wrote no score.
  return score === undefined ? word : `${word} with ${score} %`;
}

function result({ message, comparedWith = [], raw }: Status): string[] {
  return [
    ...(message === undefined ? [] : [`  ${message}`]),
    ...(comparedWith.length === 0 ? [] : [`  compared with ${comparedWith.join(', ')}`]),
    ...(raw === undefined ? [] : ['', ...analysisTable(raw).map((line) => `  ${line}`)]),
  ];
}
