import type { AnalysisDefinition, AnalysisObjective } from '../../api/metrics/v1/analysis-definition.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import type { AnalysisDefinitionSnapshot, ObservedObjective } from './decide.ts';

/** Gathers an AnalysisDefinition's snapshot from the cache. */
export async function observeAnalysisDefinition(
  { namespace, name }: ObjectKey,
  reader: Reader,
  now: Date,
): Promise<Result<AnalysisDefinitionSnapshot | undefined, SluiceError>> {
  const definition = reader.get('analysisdefinitions', namespace, name);
  if (definition === undefined || definition.metadata.deletionTimestamp !== undefined) return ok(undefined);
  const observed = definition.spec.objectives.map((objective) =>
    observeObjective(definition, objective, reader),
  );
  return ok({ definition, observed, now });
}

function observeObjective(
  { metadata }: AnalysisDefinition,
  { analysisValueTemplateRef }: AnalysisObjective,
  reader: Reader,
): ObservedObjective {
  const here = metadata.namespace ?? '';
  const templateNamespace = analysisValueTemplateRef.namespace || here;
  const template = reader.get('analysisvaluetemplates', templateNamespace, analysisValueTemplateRef.name);
  const wanted = template?.spec.provider;
  const providerNamespaces = wanted?.namespace ? [wanted.namespace] : [...new Set([here, templateNamespace])];
  const hasProvider = providerNamespaces.some(
    (place) => wanted !== undefined && reader.get('keptnmetricsproviders', place, wanted.name) !== undefined,
  );
  return { templateNamespace, template, providerNamespaces, hasProvider };
}
