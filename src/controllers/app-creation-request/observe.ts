import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import { workloadName } from '../../domain/names.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { type ControllerSettings, readConfig } from '../settings.ts';

/** All that the decision on a KeptnAppCreationRequest reads. */
export interface AppCreationRequestSnapshot {
  readonly request: KeptnAppCreationRequest;
  readonly app: KeptnApp | undefined;
  /** The KeptnWorkloads of the app. */
  readonly workloads: readonly KeptnWorkload[];
  readonly quietMs: number;
  readonly timeoutMs: number;
  readonly now: Date;
}

/** Gathers a KeptnAppCreationRequest's snapshot from the cache. */
export function observeAppCreationRequest(settings: ControllerSettings) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<AppCreationRequestSnapshot | undefined, SluiceError>> => {
    const request = reader.get('keptnappcreationrequests', namespace, name);
    if (request === undefined || request.metadata.deletionTimestamp !== undefined) return ok(undefined);
    const { appName } = request.spec;
    const app = reader.get('keptnapps', namespace, appName);
    const cached = reader
      .byIndex('keptnworkloads', 'app', `${namespace}/${appName}`)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const workloads = cached.length > 0 || app === undefined ? ok(cached) : await stillThere(app, reader);
    if (!workloads.ok) return workloads;
    return ok({
      request,
      app,
      workloads: workloads.value,
      quietMs: settings.discoveryQuietMs,
      timeoutMs: readConfig(reader, settings.systemNamespace).discoveryTimeoutMs,
      now,
    });
  };
}

/** An app goes when its last workload went: not for a cache that is behind, so each that it lists is asked for. */
async function stillThere(
  { metadata, spec }: KeptnApp,
  reader: Reader,
): Promise<Result<readonly KeptnWorkload[], SluiceError>> {
  const there: KeptnWorkload[] = [];
  for (const { name } of spec.workloads ?? []) {
    const full = workloadName(metadata.name, name);
    const found = await reader.fetch('keptnworkloads', metadata.namespace ?? '', full);
    if (!found.ok) return found;
    if (found.value !== undefined && found.value.metadata.deletionTimestamp === undefined)
      there.push(found.value);
  }
  return ok(there);
}
