import { expect, test } from 'vitest';
import { AnalysisWorld } from '../../test/builders/analysis-world.ts';
import { wholeAnalysisSchema } from '../api/metrics/v1/analysis.ts';
import { analysisLines } from './explain-analysis.ts';

function lines(world: AnalysisWorld): string[] {
  return analysisLines(wholeAnalysisSchema.parse(world.objects.analyses['shop/run']));
}

test('an Analysis that goes on says what it waits for, and one that ended its table', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  expect(lines(world)).toEqual([expect.stringContaining('was not looked at yet')]);
  world.source.answer = () => undefined;
  await world.settle();
  expect(lines(world)).toEqual([
    'Analysis "run" of AnalysisDefinition "quality" is Progressing, from 2026-01-01T00:00:00Z to 2026-01-01T00:05:00Z',
    '  Running since 2026-01-01T00:10:00Z: 0 of 2 objectives are measured',
  ]);
  world.source.answer = ({ text }) => (text.startsWith('errors') ? '3' : '20');
  await world.settle();
  expect(lines(world)).toEqual([
    'Analysis "run" of AnalysisDefinition "quality" failed with 50 %, from 2026-01-01T00:00:00Z to 2026-01-01T00:05:00Z',
    expect.stringContaining('"latency" failed'),
    '',
    '  OBJECTIVE  VALUE  TARGET     VERDICT  SCORE',
    '  errors     3      fail > 10  pass     1/1',
    '  latency    20     fail > 10  fail     0/1',
    '  total                                 1/2',
  ]);
});
