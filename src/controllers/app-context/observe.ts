import type { KeptnAppContext } from '../../api/lifecycle/v1/keptn-app-context.ts';
import type { SettingFinding } from '../../domain/enforcement.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { findDefaultContext } from '../default-context.ts';
import { type ControllerSettings, readSettings } from '../settings.ts';

/** All that is said of a KeptnAppContext follows from this. */
export interface AppContextSnapshot {
  readonly context: KeptnAppContext;
  /** The default KeptnAppContext of the namespace, readable or not. */
  readonly defaultName: string | undefined;
  /** What its annotations say in vain. */
  readonly findings: readonly SettingFinding[];
  readonly now: Date;
}

/** Gathers a KeptnAppContext's snapshot from the cache. */
export function observeAppContext({ systemNamespace }: ControllerSettings) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<AppContextSnapshot | undefined, SluiceError>> => {
    const context = reader.get('keptnappcontexts', namespace, name);
    if (context === undefined || context.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const found = findDefaultContext({
      objects: reader.list('keptnappcontexts', namespace),
      unreadables: reader.unreadables('keptnappcontexts', namespace),
    });
    const { findings } = readSettings(reader, systemNamespace, { namespace, app: name });
    return ok({
      context,
      defaultName: (found.context ?? found.unreadable)?.metadata.name,
      findings: findings.filter(({ carrier }) => carrier.kind === 'KeptnAppContext'),
      now,
    });
  };
}
