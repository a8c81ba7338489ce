import type { MetricSource } from '../../domain/metric-source.ts';
import { type AnyController, controller, index, type Watch, watch } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { keysOf } from '../checks.ts';
import { decideAnalysis } from './decide.ts';
import { definitionKey, observeAnalysis } from './observe.ts';

/** Analyses that go on; few, however many have been made. What they lack may have come. */
function open(reader: Reader): ObjectKey[] {
  return keysOf(reader.byIndex('analyses', 'open', 'yes'));
}

/** Measures the objectives of each Analysis over its window, once, and scores them. */
export function analysisController(source: MetricSource): AnyController {
  return controller({
    name: 'analysis',
    workers: 4,
    watches: [
      watch(
        'analyses',
        (analysis) => keysOf([analysis]),
        (key) => [key],
      ),
      ...(['analysisdefinitions', 'analysisvaluetemplates', 'keptnmetricsproviders'] as const).map(
        (resource) =>
          watch(
            resource,
            (_object, reader) => open(reader),
            (_key, reader) => open(reader),
          ),
      ),
      endedFetches(source),
    ],
    indexes: [
      index('analyses', 'open', ({ status }) => (status?.state === 'Completed' ? [] : ['yes'])),
      index('analyses', 'completed-of', (analysis) =>
        analysis.status?.state === 'Completed' ? [definitionKey(analysis)] : [],
      ),
    ],
    permissions: [
      { group: 'metrics.keptn.sh', resource: 'analyses/status', verbs: ['patch'] },
      { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
    ],
    observe: observeAnalysis(source),
    decide: decideAnalysis,
  });
}

/** Wakes an Analysis when one of its fetches has ended. */
function endedFetches(source: MetricSource): Watch {
  return { resource: 'analyses', subscribe: (_changes, wake) => source.onEnd('analyses', wake) };
}
