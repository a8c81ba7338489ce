import type { KeptnConfig } from '../api/options/v1alpha1/keptn-config.ts';
import type { RollbackPolicy } from '../domain/restart.ts';
import { parseDurationMs } from '../kernel/duration.ts';
import type { Reader } from '../runtime/reader.ts';

/** What the operator set for the process; fixed from start to end. */
export interface ControllerSettings {
  /** Sluice's own namespace: its KeptnConfig counts, and its definitions are the library of the cluster. */
  readonly systemNamespace: string;
  readonly promotion: boolean;
  readonly images: { readonly deno: string; readonly python: string };
  /** How long the set of an app's workloads must have been the same before its KeptnApp is written. */
  readonly discoveryQuietMs: number;
}

/** The settings that may change while the process runs. */
export interface LifecycleConfig {
  readonly blocking: boolean;
  readonly observabilityTimeoutMs: number;
  readonly discoveryTimeoutMs: number;
  /** How many finished versions are kept of each app and workload. */
  readonly versionHistoryLimit: number;
  /** Whether a version that is gone back to is checked once more. */
  readonly rollbacks: RollbackPolicy;
}

const defaults: LifecycleConfig = {
  blocking: true,
  observabilityTimeoutMs: 300_000,
  discoveryTimeoutMs: 30_000,
  versionHistoryLimit: 10,
  rollbacks: 'Trust',
};

/** The KeptnConfig of Sluice's namespace, the first by name where there are several, else the defaults. Reads only. */
export function readConfig(reader: Reader, systemNamespace: string): LifecycleConfig {
  const configs = reader.list('keptnconfigs', systemNamespace);
  const [first] = configs.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return first === undefined ? defaults : configOf(first);
}

function configOf({ spec }: KeptnConfig): LifecycleConfig {
  const timeout = parseDurationMs(spec.observabilityTimeout);
  return {
    blocking: spec.blockDeployment,
    observabilityTimeoutMs: timeout.ok ? timeout.value : defaults.observabilityTimeoutMs,
    discoveryTimeoutMs: spec.keptnAppCreationRequestTimeoutSeconds * 1000,
    versionHistoryLimit: spec.versionHistoryLimit,
    rollbacks: spec.rollbacks,
  };
}
