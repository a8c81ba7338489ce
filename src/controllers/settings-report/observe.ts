import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { carriesSettings, type SettingFinding } from '../../domain/enforcement.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { type ControllerSettings, readSettings } from '../settings.ts';

/** What a namespace and its apps say that does not count as it is written. */
export interface SettingsReportSnapshot {
  /** Of the Namespace. */
  readonly metadata: ObjectMeta;
  readonly findings: readonly SettingFinding[];
  readonly apps: readonly { readonly app: KeptnApp; readonly findings: readonly SettingFinding[] }[];
}

/** Gathers what a namespace and its apps say, from the cache. */
export function observeSettingsReport({ systemNamespace }: ControllerSettings) {
  return async (
    { name: namespace }: ObjectKey,
    reader: Reader,
  ): Promise<Result<SettingsReportSnapshot | undefined, SluiceError>> => {
    const found = reader.get('namespaces', '', namespace);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const apps = reader.list('keptnapps', namespace).filter((app) => carriesSettings(app));
    return ok({
      metadata: found.metadata,
      findings: readSettings(reader, systemNamespace, { namespace }).findings,
      apps: apps.map((app) => {
        const { findings } = readSettings(reader, systemNamespace, { namespace, app: app.metadata.name });
        return { app, findings: findings.filter(({ carrier }) => carrier.kind === 'KeptnApp') };
      }),
    });
  };
}
