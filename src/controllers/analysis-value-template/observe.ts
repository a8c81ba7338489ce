import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import type { ValueTemplateSnapshot } from './decide.ts';

/** Gathers an AnalysisValueTemplate's snapshot from the cache. */
export async function observeValueTemplate(
  { namespace, name }: ObjectKey,
  reader: Reader,
  now: Date,
): Promise<Result<ValueTemplateSnapshot | undefined, SluiceError>> {
  const template = reader.get('analysisvaluetemplates', namespace, name);
  if (template === undefined || template.metadata.deletionTimestamp !== undefined) return ok(undefined);
  const { provider } = template.spec;
  const isThere =
    reader.get('keptnmetricsproviders', provider.namespace || namespace, provider.name) !== undefined;
  // Without a namespace the provider may as well be beside the definition, of which there may be many.
  const hasProvider = isThere || (provider.namespace ? false : undefined);
  return ok({ template, hasProvider, now });
}
