import type { KeptnConfig } from '../../api/options/v1alpha1/keptn-config.ts';
import { firstByName } from '../../domain/first-by-name.ts';
import type { ReceiverReport, Receivers } from '../../domain/receivers.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader, UnreadableObject } from '../../runtime/reader.ts';
import type { ControllerSettings } from '../settings.ts';

/** All that is said of a KeptnConfig follows from this. */
export interface ConfigSnapshot {
  readonly object:
    | { readonly kind: 'config'; readonly config: KeptnConfig }
    | { readonly kind: 'unreadable'; readonly unreadable: UnreadableObject };
  readonly systemNamespace: string;
  /** Name of the KeptnConfig that counts; undefined where the defaults do. */
  readonly inForce: string | undefined;
  /** How those fare who are told of releases. */
  readonly receivers: readonly ReceiverReport[];
  readonly now: Date;
}

/** Gathers a KeptnConfig's snapshot from the cache. */
export function observeConfig(
  { systemNamespace }: ControllerSettings,
  { reports }: Pick<Receivers, 'reports'>,
) {
  return async (
    { namespace, name }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<ConfigSnapshot | undefined, SluiceError>> => {
    const inForce = firstByName(reader.list('keptnconfigs', systemNamespace))?.metadata.name;
    const common = { systemNamespace, inForce, receivers: reports(), now };
    const config = reader.get('keptnconfigs', namespace, name);
    if (config !== undefined) return ok({ object: { kind: 'config', config }, ...common });
    const unreadable = reader
      .unreadables('keptnconfigs', namespace)
      .find(({ metadata }) => metadata.name === name);
    if (unreadable === undefined) return ok(undefined);
    return ok({ object: { kind: 'unreadable', unreadable }, ...common });
  };
}
