import { escapeLabel } from './exposition.ts';
import type { MetricDefinition } from './metric-names.ts';

/** The tables of names that series can be recorded under. */
export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>;

/** Values of a metric's labels, each that its definition names. */
export type LabelsOf<D extends MetricDefinitions, N extends keyof D> = Readonly<
  Record<D[N]['labels'][number], string>
>;

/** Observations of one series: how many fell into each bucket (not cumulated; those above the last bound in none). */
export interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** One series: the values of its labels in the order of the definition. */
export interface Series {
  readonly labels: readonly string[];
  value: number;
  /** Of a histogram, in place of the value. */
  readonly histogram?: Histogram;
}

/** A metric with its series. */
export interface Recorded {
  readonly name: string;
  readonly definition: MetricDefinition;
  readonly series: Iterable<Series>;
}

/** Beyond so many series of one metric, open labels of further ones are written as others'. */
const mostOpenSeries = 1_000;
const others = '(others)';

/** Series of the metrics that a table of definitions names, and their Prometheus text. */
export class SeriesTable<D extends MetricDefinitions> {
  readonly #definitions: D;
  readonly #series = new Map<string, Map<string, Series>>();

  constructor(definitions: D) {
    this.#definitions = definitions;
  }

  /** Adds to the value of a series, which begins at 0: series with equal labels are summed. */
  add<N extends keyof D & string>(name: N, labels: LabelsOf<D, N>, by = 1): void {
    this.#seriesOf(name, labels).value += by;
  }

  /** Sets the value of a series. */
  set<N extends keyof D & string>(name: N, labels: LabelsOf<D, N>, value: number): void {
    this.#seriesOf(name, labels).value = value;
  }

  /** Records one observation of a histogram, in the unit of its name. */
  observe<N extends keyof D & string>(name: N, labels: LabelsOf<D, N>, value: number): void {
    const { histogram } = this.#seriesOf(name, labels);
    if (histogram === undefined) return;
    histogram.sum += value;
    histogram.count += 1;
    const index = this.#definition(name).buckets?.findIndex((bound) => value <= bound) ?? -1;
    if (index !== -1) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
  }

  /** The value of one series, or undefined when nothing was recorded. */
  value<N extends keyof D & string>(name: N, labels: LabelsOf<D, N>): number | undefined {
    const values = valuesOf(this.#definition(name), labels);
    return this.#series.get(name)?.get(JSON.stringify(values))?.value;
  }

  /** Everything that was recorded, in the order of the definitions. */
  *recorded(): Generator<Recorded> {
    for (const [name, definition] of Object.entries(this.#definitions)) {
      const series = this.#series.get(name);
      if (series !== undefined) yield { name, definition, series: series.values() };
    }
  }

  /** The text of each series, with the head of its metric before the first: written piece by piece. */
  *text(): Generator<string> {
    for (const { name, definition, series } of this.recorded()) {
      yield `# HELP ${name} ${definition.help}\n# TYPE ${name} ${definition.type}\n`;
      for (const one of series) yield seriesText(name, definition, one);
    }
  }

  #definition(name: string): MetricDefinition {
    const definition = this.#definitions[name];
    if (definition === undefined) throw new Error(`no metric is called ${name}`);
    return definition;
  }

  #seriesOf(name: string, labels: Readonly<Record<string, string>>): Series {
    const definition = this.#definition(name);
    const all = this.#series.get(name) ?? new Map<string, Series>();
    this.#series.set(name, all);
    const known = all.get(JSON.stringify(valuesOf(definition, labels)));
    if (known !== undefined) return known;
    const values = valuesOf(definition, all.size < mostOpenSeries ? labels : folded(definition, labels));
    const key = JSON.stringify(values);
    const series = all.get(key) ?? newSeries(definition, values);
    all.set(key, series);
    return series;
  }
}

function valuesOf({ labels: names }: MetricDefinition, labels: Readonly<Record<string, string>>): string[] {
  return names.map((name) => labels[name] ?? '');
}

function folded(
  { open = [] }: MetricDefinition,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...labels, ...Object.fromEntries(open.map((name) => [name, others])) };
}

function newSeries({ type, buckets = [] }: MetricDefinition, labels: readonly string[]): Series {
  if (type !== 'histogram') return { labels, value: 0 };
  return { labels, value: 0, histogram: { counts: buckets.map(() => 0), sum: 0, count: 0 } };
}

function seriesText(name: string, definition: MetricDefinition, series: Series): string {
  const { labels: names, buckets = [] } = definition;
  const labels = names
    .map((label, index) => `${label}="${escapeLabel(series.labels[index] ?? '')}"`)
    .join(',');
  const braced = labels === '' ? '' : `{${labels}}`;
  const { histogram } = series;
  if (histogram === undefined) return `${name}${braced} ${series.value}\n`;
  const before = labels === '' ? '' : `${labels},`;
  let text = '';
  let sum = 0;
  for (const [index, bound] of buckets.entries()) {
    sum += histogram.counts[index] ?? 0;
    text += `${name}_bucket{${before}le="${bound}"} ${sum}\n`;
  }
  return `${text}${name}_bucket{${before}le="+Inf"} ${histogram.count}
${name}_sum${braced} ${histogram.sum}
${name}_count${braced} ${histogram.count}
`;
}
