import { type MetricName, metricNames } from './metric-names.ts';
import { type Recorded, SeriesTable } from './series-table.ts';

/** Values of a metric's labels; each that the definition names must be there. */
export type Labels = Readonly<Record<string, string>>;

/** The process's own numbers, held in memory and rendered as Prometheus text. */
export class Metrics {
  readonly #table = new SeriesTable<Record<MetricName, (typeof metricNames)[MetricName]>>(metricNames);
  readonly #collectors: (() => void)[] = [];

  /** Adds to a counter. */
  count(name: MetricName, labels: Labels = {}, by = 1): void {
    this.#table.add(name, labels, by);
  }

  /** Sets a gauge, or a counter that somebody else counts. */
  set(name: MetricName, labels: Labels, value: number): void {
    this.#table.set(name, labels, value);
  }

  /** Records one observation of a histogram, in the unit of its name. */
  observe(name: MetricName, labels: Labels, value: number): void {
    this.#table.observe(name, labels, value);
  }

  /** Calls `collect` before each rendering, to set gauges that are read and not counted. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** The value of one series, or undefined when nothing was recorded. */
  value(name: MetricName, labels: Labels = {}): number | undefined {
    return this.#table.value(name, labels);
  }

  /** What is recorded now, for those who send it elsewhere. */
  collect(): Iterable<Recorded> {
    for (const collect of this.#collectors) collect();
    return this.#table.recorded();
  }

  /** All series in the Prometheus text format, version 0.0.4. */
  render(): string {
    for (const collect of this.#collectors) collect();
    return [...this.#table.text()].join('');
  }
}
