import type { Family } from '../../src/observability/exposition.ts';
import { analysisFamilies } from '../../src/server/exposed/analysis-families.ts';
import { metricFamilies } from '../../src/server/exposed/metric-families.ts';
import { aMetric, anAnalysis, anObjectiveResult } from './exposed-objects.ts';

/** What port 9999 exposes of a metric and of an Analysis. */
export function exposedFamilies(): readonly Family[] {
  const metrics = [aMetric('errors', { status: { value: '1.5' } })];
  const analyses = [anAnalysis('run-1', [anObjectiveResult('errors', { value: 0.25 })])];
  return [...metricFamilies(metrics, []).families, ...analysisFamilies(analyses).families];
}
