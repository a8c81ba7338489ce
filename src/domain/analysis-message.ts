import type { AnalysisDefinition } from '../api/metrics/v1/analysis-definition.ts';
import type { ObjectiveResult } from './analysis-raw.ts';
import { comparesWithEarlier } from './objective-target.ts';
import { quantityToNumber } from './quantity.ts';
import type { Score } from './score.ts';

/** More would fill a terminal; the rest is in the result. */
const mostTold = 5;

/** One sentence for people: the score, which objectives did not pass and why, and what was not compared. Pure. */
export function analysisMessage(
  results: readonly ObjectiveResult[],
  score: Score,
  limits: AnalysisDefinition['spec']['totalScore'],
): string {
  const told = [...results.filter(isFail), ...results.filter(isWarning)].map(outcome);
  const parts = [headline(results, score, limits), ...shortened(told), ...uncompared(results)];
  return `${parts.join('; ')}.`;
}

function isFail({ verdict }: ObjectiveResult): boolean {
  return verdict === 'fail';
}

function isWarning({ verdict }: ObjectiveResult): boolean {
  return verdict === 'warning';
}

function headline(
  results: readonly ObjectiveResult[],
  { verdict, percent, maximum, keyFailed }: Score,
  { passPercentage, warningPercentage }: AnalysisDefinition['spec']['totalScore'],
): string {
  const reached = `${percentText(percent)} %`;
  if (verdict === 'pass') return `Passed with ${reached}`;
  if (verdict === 'warning') return `Warning: ${reached} is below the ${passPercentage} % that pass`;
  if (keyFailed) return `Failed, whatever the score of ${reached}, because a key objective failed`;
  const why = nothingCounts(results, maximum);
  return `Failed: ${reached} is below the ${warningPercentage} % that pass with a warning${why}`;
}

function nothingCounts(results: readonly ObjectiveResult[], maximum: number): string {
  if (results.length === 0) return '; the definition has no objectives';
  return maximum === 0 ? '; the weights of the objectives add up to 0' : '';
}

/** Two decimals at most, cut off: what is below a limit must not read as the limit. Pure. */
export function percentText(percent: number): string {
  const cut = Math.floor(percent * 100) / 100;
  return String(Math.abs(percent - Math.round(percent)) < 1e-9 ? Math.round(percent) : cut);
}

function outcome({ objective, verdict, value, error, judgement }: ObjectiveResult): string {
  const name = `${objective.keyObjective ? 'key objective ' : ''}"${objective.analysisValueTemplateRef.name}"`;
  const measured = value === undefined ? '' : `${quantityToNumber(value)} is `;
  const why = error ?? `${measured}${judgement?.why ?? 'not what the target asks for'}`;
  return `${name} ${verdict === 'fail' ? 'failed' : 'is a warning'}: ${why}`;
}

function shortened(told: readonly string[]): readonly string[] {
  if (told.length <= mostTold) return told;
  return [...told.slice(0, mostTold), `and ${told.length - mostTold} more`];
}

function uncompared(results: readonly ObjectiveResult[]): readonly string[] {
  const names = results
    .filter(({ objective, earlier }) => earlier === undefined && comparesWithEarlier(objective.target))
    .map(({ objective }) => `"${objective.analysisValueTemplateRef.name}"`);
  if (names.length === 0) return [];
  const list = [...names.slice(0, mostTold), ...(names.length > mostTold ? ['others'] : [])].join(', ');
  return [`nothing was compared for ${list}, as no earlier result has a value`];
}
