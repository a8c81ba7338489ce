import type { MetricDefinition } from './metric-names.ts';

/** How OpenTelemetry calls a metric. */
export interface OtelName {
  readonly name: string;
  /** As UCUM writes it; empty: a count. */
  readonly unit: string;
}

/** Those that the semantic conventions of OpenTelemetry name. */
const conventional: Readonly<Record<string, OtelName>> = {
  process_cpu_seconds_total: { name: 'process.cpu.time', unit: 's' },
  process_resident_memory_bytes: { name: 'process.memory.usage', unit: 'By' },
  'cicd.pipeline.run.duration': { name: 'cicd.pipeline.run.duration', unit: 's' },
  'cicd.pipeline.run.active': { name: 'cicd.pipeline.run.active', unit: '{run}' },
  keptn_lifecycle_active_total: { name: 'keptn_lifecycle_active', unit: '' },
};

const units: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By' };

/**
 * The name and unit from which a collector makes the Prometheus name again: `keptn_app_duration_seconds` is
 * `keptn.app.duration` in s, as Keptn called it. Pure.
 */
export function otelNameOf(name: string, { type }: Pick<MetricDefinition, 'type'>): OtelName {
  const known = conventional[name];
  if (known !== undefined) return known;
  const bare = type === 'counter' ? name.replace(/_total$/, '') : name;
  const suffix = /_(seconds|bytes)$/.exec(bare)?.[1];
  const stem = suffix === undefined ? bare : bare.slice(0, -suffix.length - 1);
  const dotted = /^keptn_(app|deployment|task|evaluation|promotion)_(.+)$/.exec(stem);
  const [, level = '', rest = ''] = dotted ?? [];
  const own = dotted === null ? stem.replace('_', '.') : `keptn.${level}.${rest}`;
  return { name: own, unit: suffix === undefined ? '' : (units[suffix] ?? '') };
}

/** The attribute of a label: `keptn_deployment_app_name` is `keptn.deployment.app.name`, as Keptn called it. Pure. */
export function otelAttributeOf(label: string): string {
  return label.replace(/^keptn_deployment_(app|workload|task|evaluation)_/, 'keptn.deployment.$1.');
}
