import { describe, expect, test } from 'vitest';
import { keptnEvaluation, keptnMetric, objective } from '../../../test/builders/evaluation-objects.ts';
import { filledCache } from '../../../test/builders/filled-cache.ts';
import { keptnEvaluationDefinition } from '../../../test/builders/task-objects.ts';
import { watchedResources } from '../../runtime/manager.ts';
import { evaluationController } from './controller.ts';
import { type EvaluationSnapshot, observeEvaluation } from './observe.ts';

const settings = {
  systemNamespace: 'sluice-system',
  promotion: false,
  images: { deno: '', python: '' },
  discoveryQuietMs: 0,
};
const { indexes, watches } = evaluationController(settings);
const names = [...watchedResources([evaluationController(settings)])];
const key = { namespace: 'shop', name: 'pre-check' };

type Objects = Parameters<typeof filledCache>[0];

async function observe(objects: Objects): Promise<EvaluationSnapshot> {
  const cache = filledCache({ keptnevaluations: [keptnEvaluation()], ...objects }, names, indexes);
  const observed = await observeEvaluation(settings)(key, cache, new Date(0));
  if (!observed.ok || observed.value === undefined) throw new Error('nothing was observed');
  return observed.value;
}

function definition(...objectives: string[]): object {
  return keptnEvaluationDefinition({ spec: { objectives: objectives.map(objective) } });
}
const metricIn = (namespace: string, value: string) => keptnMetric(value, { metadata: { namespace } });

describe('a metric is looked for', () => {
  const value = async (text: string, ...metrics: object[]) => {
    const { readings = [] } = await observe({
      keptnevaluationdefinitions: [definition(text)],
      keptnmetrics: metrics,
    });
    return readings[0]?.metric?.status?.value;
  };

  test("in the evaluation's own namespace first, then in Sluice's", async () => {
    const [own, system] = [metricIn('shop', '1'), metricIn('sluice-system', '2')];
    expect(await value('errors <1', own, system)).toBe('1');
    expect(await value('errors <1', system)).toBe('2');
    expect(await value('errors <1')).toBeUndefined();
  });

  test('in the namespace that the objective names and nowhere else', async () => {
    const [own, other] = [metricIn('shop', '1'), metricIn('other', '3')];
    expect(await value('other/errors <1', own, other)).toBe('3');
    expect(await value('other/errors <1', own)).toBeUndefined();
  });

  test('no further than where one exists that cannot be read', async () => {
    const broken = { metadata: { name: 'errors' }, spec: {} };
    const { readings = [] } = await observe({
      keptnevaluationdefinitions: [definition('errors <1')],
      keptnmetrics: [broken, metricIn('sluice-system', '2')],
    });
    expect(readings[0]?.metric).toBeUndefined();
    expect(readings[0]?.unreadable).toContain('spec.provider');
  });
});

test('a definition that cannot be read is not replaced by another of its name (Q-9)', async () => {
  const broken = { metadata: { name: 'check' }, spec: { objectives: [], retryInterval: '0garbage' } };
  const library = keptnEvaluationDefinition({ metadata: { namespace: 'sluice-system' } });
  const { definition: found, unreadableDefinition } = await observe({
    keptnevaluationdefinitions: [broken, library],
  });
  expect(found).toBeUndefined();
  expect(unreadableDefinition).toContain('spec.retryInterval');
});

test('recorded objectives count and not those of the definition (Q-58)', async () => {
  const status = { objectives: [objective('errors <10')] };
  const { readings = [] } = await observe({
    keptnevaluations: [keptnEvaluation({ status })],
    keptnevaluationdefinitions: [definition('latency <1', 'errors <99')],
  });
  expect(readings.map((one) => one.objective)).toEqual(status.objectives);
});

describe('a metric wakes', () => {
  /** Names of the evaluations that a metric in that namespace wakes. */
  const woken = (namespace: string, ...evaluations: object[]) => {
    const cache = filledCache({ keptnevaluations: evaluations }, names, indexes);
    const found: string[] = [];
    for (const { resource, subscribe } of watches)
      if (resource === 'keptnmetrics') subscribe(cache, ({ name }) => found.push(name));
    cache.adopt('keptnmetrics', {
      ...metricIn(namespace, '1'),
      metadata: { name: 'errors', namespace, resourceVersion: '99' },
    });
    return found;
  };
  const waiting = (text: string, status: object = {}) =>
    keptnEvaluation({
      metadata: { resourceVersion: '1' },
      status: { objectives: [objective(text)], ...status },
    });

  test('evaluations that look at it, of any namespace', () => {
    expect(woken('other', waiting('other/errors <1'))).toEqual(['pre-check']);
    expect(woken('shop', waiting('errors <1'))).toEqual(['pre-check']);
    expect(woken('sluice-system', waiting('errors <1'))).toEqual(['pre-check']);
  });

  test('no others, and none that has ended', () => {
    expect(woken('other', waiting('errors <1'))).toEqual([]);
    expect(woken('shop', waiting('latency <1'))).toEqual([]);
    expect(woken('shop', waiting('errors <1', { overallStatus: 'Failed' }))).toEqual([]);
  });
});
