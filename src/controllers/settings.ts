import type { KeptnConfig } from '../api/options/v1alpha1/keptn-config.ts';
import { containsMember } from '../domain/app-match.ts';
import { isDiscovered } from '../domain/discovery.ts';
import {
  type ClusterSettings,
  type EnforcementMode,
  type ResolvedSettings,
  resolveSettings,
  type SettingsCarrier,
} from '../domain/enforcement.ts';
import { firstByName } from '../domain/first-by-name.ts';
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

/** The settings that may change while the process runs, as they count for one app. */
export interface LifecycleConfig {
  readonly mode: EnforcementMode;
  /** Where the mode was said, as a message names it. */
  readonly modeFrom: string;
  /** Whether a failed check fails its phase: mode enforce. */
  readonly blocking: boolean;
  readonly observabilityTimeoutMs: number;
  /** Where that timeout was said, as a message names it. */
  readonly timeoutFrom: string;
  readonly discoveryTimeoutMs: number;
  /** How many finished versions are kept of each app and workload. */
  readonly versionHistoryLimit: number;
}

/** For whom settings are read: an app, or one workload of it. */
export interface SettingsScope {
  readonly namespace: string;
  readonly app?: string;
  /** Name of a KeptnWorkload of the app. */
  readonly workload?: string;
}

/** The settings that count in a scope. Reads only. */
export function readConfig(reader: Reader, systemNamespace: string, scope?: SettingsScope): LifecycleConfig {
  const { effective } = readSettings(reader, systemNamespace, scope);
  const { mode, observabilityTimeoutMs } = effective;
  const config = configInForce(reader, systemNamespace);
  return {
    mode: mode.value,
    modeFrom: mode.from,
    blocking: mode.value === 'enforce',
    observabilityTimeoutMs: observabilityTimeoutMs.value,
    timeoutFrom: observabilityTimeoutMs.from,
    discoveryTimeoutMs: (config?.spec.keptnAppCreationRequestTimeoutSeconds ?? 30) * 1000,
    versionHistoryLimit: config?.spec.versionHistoryLimit ?? 10,
  };
}

/** As `readConfig`, with what namespace and app say in vain. Reads only. */
export function readSettings(
  reader: Reader,
  systemNamespace: string,
  scope?: SettingsScope,
): ResolvedSettings {
  const cluster = clusterSettings(configInForce(reader, systemNamespace));
  return resolveSettings(cluster, scope === undefined ? [] : carriersOf(reader, scope));
}

/** The KeptnConfig of Sluice's namespace, the first by name where there are several. Reads only. */
function configInForce(reader: Reader, systemNamespace: string): KeptnConfig | undefined {
  return firstByName(reader.list('keptnconfigs', systemNamespace));
}

function clusterSettings(config: KeptnConfig | undefined): ClusterSettings {
  const from = (field: string): string =>
    config === undefined ? 'the default' : `spec.${field} of KeptnConfig "${config.metadata.name}"`;
  const timeout = parseDurationMs(config?.spec.observabilityTimeout ?? '5m');
  return {
    mode: {
      value: (config?.spec.blockDeployment ?? true) ? 'enforce' : 'warn',
      from: from('blockDeployment'),
    },
    observabilityTimeoutMs: {
      value: timeout.ok ? timeout.value : 300_000,
      from: from('observabilityTimeout'),
    },
    overrides: config?.spec.overrides ?? 'Any',
  };
}

/** The objects whose annotations count in the scope, the outermost first. Pods are never among them. */
function carriersOf(reader: Reader, { namespace, app: appName, workload }: SettingsScope): SettingsCarrier[] {
  const of = reader.get('namespaces', '', namespace);
  const outer: SettingsCarrier[] = of === undefined ? [] : [{ kind: 'Namespace', metadata: of.metadata }];
  if (appName === undefined) return outer;
  const app = reader.get('keptnapps', namespace, appName);
  // A workload may name any app in its pod template; one that a user wrote speaks for those that it lists.
  const isUserOwned = app !== undefined && !isDiscovered(app);
  const isStranger =
    isUserOwned &&
    workload !== undefined &&
    !containsMember({ appName, workloads: app.spec.workloads }, workload);
  if (isStranger) return outer;
  const context = reader.get('keptnappcontexts', namespace, appName);
  return [
    ...outer,
    ...(context === undefined ? [] : [{ kind: 'KeptnAppContext', metadata: context.metadata } as const]),
    ...(app === undefined ? [] : [{ kind: 'KeptnApp', metadata: app.metadata } as const]),
  ];
}
