import { annotations as keys } from '../api/constants.ts';
import type { Overrides } from '../api/options/v1alpha1/keptn-config.ts';
import { reasons } from '../api/reasons.ts';
import { parseDurationMs } from '../kernel/duration.ts';

/**
 * What a failed check does, the least strict mode first. audit: pods never wait, checks run beside them; warn: pods
 * wait for the end of their checks, and a failure is a Warning; enforce: a failed check holds them.
 */
export const enforcementModes = ['audit', 'warn', 'enforce'] as const;
export type EnforcementMode = (typeof enforcementModes)[number];

/** A value that counts, and where it was said, as a message names it. */
interface Setting<T> {
  readonly value: T;
  readonly from: string;
}

/** What counts for one app: its mode and how long a rollout may take. */
export interface EffectiveSettings {
  readonly mode: Setting<EnforcementMode>;
  readonly observabilityTimeoutMs: Setting<number>;
}

/** What the whole cluster is told, and what namespaces and apps may set for themselves. */
export interface ClusterSettings extends EffectiveSettings {
  readonly overrides: Overrides;
}

/** An object that may carry settings in its annotations. */
export interface SettingsCarrier {
  readonly kind: 'Namespace' | 'KeptnAppContext' | 'KeptnApp';
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

/** A setting that does not count as it was written, and why: for the object that carries it. */
export interface SettingFinding {
  readonly carrier: SettingsCarrier;
  readonly reason: string;
  readonly message: string;
}

/** What counts, and what was said in vain. */
export interface ResolvedSettings {
  readonly effective: EffectiveSettings;
  readonly findings: readonly SettingFinding[];
}

/** True when an object carries any of the settings. Pure. */
export function carriesSettings({ metadata }: { readonly metadata: SettingsCarrier['metadata'] }): boolean {
  return (
    metadata.annotations?.[keys.enforcement] !== undefined ||
    metadata.annotations?.[keys.observabilityTimeout] !== undefined
  );
}

/**
 * What counts where these objects apply, the outermost first: the nearest that says something, within what the cluster
 * allows. A mode that is none counts as enforce, a timeout that is none does not count; both are told. Pure and total.
 */
export function resolveSettings(
  cluster: ClusterSettings,
  carriers: readonly SettingsCarrier[],
): ResolvedSettings {
  let effective: EffectiveSettings = cluster;
  const findings: SettingFinding[] = [];
  for (const carrier of carriers) {
    const mode = overlay(modeAnnotation, carrier, effective.mode, cluster.overrides);
    const timeout = overlay(timeoutAnnotation, carrier, effective.observabilityTimeoutMs, cluster.overrides);
    effective = { mode: mode.setting, observabilityTimeoutMs: timeout.setting };
    findings.push(...mode.findings, ...timeout.findings);
  }
  return { effective, findings };
}

/** One annotation: its key, how it is read, and which of two values is the stricter one. */
interface SettingAnnotation<T> {
  readonly key: string;
  readonly read: (text: string) => { readonly value?: T; readonly wrong?: string };
  readonly isLaxer: (value: T, than: T) => boolean;
}

const modeAnnotation: SettingAnnotation<EnforcementMode> = {
  key: keys.enforcement,
  read: (text) => {
    const mode = enforcementModes.find((one) => one === text);
    if (mode !== undefined) return { value: mode };
    return { value: 'enforce', wrong: 'is not a mode and counts as enforce; write enforce, warn or audit' };
  },
  isLaxer: (value, than) => enforcementModes.indexOf(value) < enforcementModes.indexOf(than),
};

const timeoutAnnotation: SettingAnnotation<number> = {
  key: keys.observabilityTimeout,
  read: (text) => {
    const parsed = parseDurationMs(text);
    if (parsed.ok && parsed.value > 0) return { value: parsed.value };
    return {
      wrong: 'is not a duration above zero and does not count; write for example "30s", "5m" or "1h30m"',
    };
  },
  isLaxer: (value, than) => value > than,
};

function overlay<T>(
  annotation: SettingAnnotation<T>,
  carrier: SettingsCarrier,
  outer: Setting<T>,
  overrides: Overrides,
): { readonly setting: Setting<T>; readonly findings: readonly SettingFinding[] } {
  const { key, read, isLaxer } = annotation;
  const text = carrier.metadata.annotations?.[key];
  if (text === undefined) return { setting: outer, findings: [] };
  const { value, wrong } = read(text);
  const find = (reason: string, why: string): SettingFinding[] => [
    { carrier, reason, message: `${key}: "${text}" ${why}` },
  ];
  if (overrides === 'None') {
    const why = `has no effect: KeptnConfig spec.overrides is None; ${outer.from} counts`;
    return { setting: outer, findings: find(reasons.settingIgnored, why) };
  }
  if (value !== undefined && overrides === 'Stricter' && isLaxer(value, outer.value)) {
    const why = `has no effect: KeptnConfig spec.overrides is Stricter, and ${outer.from} is stricter`;
    return { setting: outer, findings: find(reasons.settingIgnored, why) };
  }
  const from = `${key} of ${carrier.kind} "${carrier.metadata.name}"`;
  return {
    setting: value === undefined ? outer : { value, from },
    findings: wrong === undefined ? [] : find(reasons.invalidSetting, wrong),
  };
}
