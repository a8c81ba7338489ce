import { escapeLabel } from './exposition.ts';
import { type MetricDefinition, type MetricName, metricNames } from './metric-names.ts';

/** Values of a metric's labels; each that the definition names must be there. */
export type Labels = Readonly<Record<string, string>>;

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** The process's own numbers, held in memory and rendered as Prometheus text. */
export class Metrics {
  readonly #values = new Map<MetricName, Map<string, number>>();
  readonly #histograms = new Map<MetricName, Map<string, Histogram>>();
  readonly #collectors: (() => void)[] = [];

  /** Adds to a counter. */
  count(name: MetricName, labels: Labels = {}, by = 1): void {
    const series = this.#series(name);
    const key = labelText(name, labels);
    series.set(key, (series.get(key) ?? 0) + by);
  }

  /** Sets a gauge, or a counter that somebody else counts. */
  set(name: MetricName, labels: Labels, value: number): void {
    this.#series(name).set(labelText(name, labels), value);
  }

  /** Records one observation of a histogram, in the unit of its name. */
  observe(name: MetricName, labels: Labels, value: number): void {
    const buckets = bucketsOf(name);
    const series = this.#histograms.get(name) ?? new Map<string, Histogram>();
    this.#histograms.set(name, series);
    const key = labelText(name, labels);
    const histogram = series.get(key) ?? { counts: buckets.map(() => 0), sum: 0, count: 0 };
    series.set(key, histogram);
    histogram.sum += value;
    histogram.count += 1;
    const index = buckets.findIndex((bound) => value <= bound);
    if (index !== -1) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
  }

  /** Calls `collect` before each rendering, to set gauges that are read and not counted. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** The value of one series, or undefined when nothing was recorded. */
  value(name: MetricName, labels: Labels = {}): number | undefined {
    return this.#values.get(name)?.get(labelText(name, labels));
  }

  /** All series in the Prometheus text format, version 0.0.4. */
  render(): string {
    for (const collect of this.#collectors) collect();
    const lines: string[] = [];
    for (const name of Object.keys(metricNames).filter(isMetricName)) {
      const series = [...this.#valueLines(name), ...this.#histogramLines(name)];
      if (series.length === 0) continue;
      const { help, type } = metricNames[name];
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...series);
    }
    return `${lines.join('\n')}\n`;
  }

  #series(name: MetricName): Map<string, number> {
    const series = this.#values.get(name) ?? new Map<string, number>();
    this.#values.set(name, series);
    return series;
  }

  #valueLines(name: MetricName): string[] {
    return [...(this.#values.get(name) ?? [])].map(([labels, value]) => `${name}${braced(labels)} ${value}`);
  }

  #histogramLines(name: MetricName): string[] {
    const lines: string[] = [];
    for (const [labels, histogram] of this.#histograms.get(name) ?? []) {
      const before = labels === '' ? '' : `${labels},`;
      let sum = 0;
      for (const [index, bound] of bucketsOf(name).entries()) {
        sum += histogram.counts[index] ?? 0;
        lines.push(`${name}_bucket{${before}le="${bound}"} ${sum}`);
      }
      lines.push(`${name}_bucket{${before}le="+Inf"} ${histogram.count}`);
      lines.push(
        `${name}_sum${braced(labels)} ${histogram.sum}`,
        `${name}_count${braced(labels)} ${histogram.count}`,
      );
    }
    return lines;
  }
}

function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metricNames, name);
}

function bucketsOf(name: MetricName): readonly number[] {
  const definition: MetricDefinition = metricNames[name];
  return definition.buckets ?? [];
}

function labelText(name: MetricName, labels: Labels): string {
  return metricNames[name].labels.map((label) => `${label}="${escapeLabel(labels[label] ?? '')}"`).join(',');
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
