import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import { keysOf } from '../checks.ts';
import { decideValueTemplate } from './decide.ts';
import { observeValueTemplate } from './observe.ts';

/** Says of each AnalysisValueTemplate whether its query can be read and its provider is there. */
export function valueTemplateController(): AnyController {
  return controller({
    name: 'analysis-value-template',
    workers: 2,
    watches: [
      watch('analysisvaluetemplates', (template) => keysOf([template])),
      watch('keptnmetricsproviders', ({ metadata }, reader) =>
        keysOf(reader.byIndex('analysisvaluetemplates', 'provider', metadata.name)),
      ),
    ],
    indexes: [index('analysisvaluetemplates', 'provider', ({ spec }) => [spec.provider.name])],
    permissions: [{ group: 'metrics.keptn.sh', resource: 'analysisvaluetemplates/status', verbs: ['patch'] }],
    observe: observeValueTemplate,
    decide: decideValueTemplate,
  });
}
