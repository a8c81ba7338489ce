import { type AnyController, controller, index, watch } from '../../runtime/controller.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { keysOf } from '../checks.ts';
import { decideAnalysisDefinition } from './decide.ts';
import { observeAnalysisDefinition } from './observe.ts';

function definitionsWith(template: string, reader: Reader): readonly ObjectKey[] {
  return keysOf(reader.byIndex('analysisdefinitions', 'template', template));
}

/** Says of each AnalysisDefinition whether its objectives can be measured. */
export function analysisDefinitionController(): AnyController {
  return controller({
    name: 'analysis-definition',
    workers: 2,
    watches: [
      watch('analysisdefinitions', (definition) => keysOf([definition])),
      watch(
        'analysisvaluetemplates',
        ({ metadata }, reader) => definitionsWith(metadata.name, reader),
        ({ name }, reader) => definitionsWith(name, reader),
      ),
      watch('keptnmetricsproviders', ({ metadata }, reader) =>
        reader
          .byIndex('analysisvaluetemplates', 'provider', metadata.name)
          .flatMap((template) => definitionsWith(template.metadata.name, reader)),
      ),
    ],
    indexes: [
      index('analysisdefinitions', 'template', ({ spec }) =>
        spec.objectives.map(({ analysisValueTemplateRef }) => analysisValueTemplateRef.name),
      ),
      index('analysisvaluetemplates', 'provider', ({ spec }) => [spec.provider.name]),
    ],
    permissions: [{ group: 'metrics.keptn.sh', resource: 'analysisdefinitions/status', verbs: ['patch'] }],
    observe: observeAnalysisDefinition,
    decide: decideAnalysisDefinition,
  });
}
