import { functionRefsOf } from '../../domain/task-runtime.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { findDefinition } from '../checks.ts';
import type { ControllerSettings } from '../settings.ts';
import type { TaskDefinitionSnapshot } from './decide.ts';

/** Gathers a KeptnTaskDefinition's snapshot from the cache. */
export function observeTaskDefinition(settings: ControllerSettings) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<TaskDefinitionSnapshot | undefined, SluiceError>> => {
    const definition = reader.get('keptntaskdefinitions', namespace, name);
    if (definition === undefined || definition.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const namespaces = { namespace, systemNamespace: settings.systemNamespace };
    const missingReferences = functionRefsOf(definition).filter(
      (reference) => findDefinition(reader, 'keptntaskdefinitions', namespaces, reference) === undefined,
    );
    return ok({ definition, missingReferences, now });
  };
}
