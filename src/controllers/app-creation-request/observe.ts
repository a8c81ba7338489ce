import type { KeptnApp } from '../../api/lifecycle/v1/keptn-app.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
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
    const workloads = reader.byIndex('keptnworkloads', 'app', `${namespace}/${appName}`);
    return ok({
      request,
      app: reader.get('keptnapps', namespace, appName),
      workloads: workloads.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
      quietMs: settings.discoveryQuietMs,
      timeoutMs: readConfig(reader, settings.systemNamespace).discoveryTimeoutMs,
      now,
    });
  };
}
