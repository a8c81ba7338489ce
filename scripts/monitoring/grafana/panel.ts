import type { Unit } from './unit.ts';

/** One query of a panel. */
export interface Query {
  readonly expression: string;
  /** The name of each series, with labels as `{{label}}`; of a table's column when it has several queries. */
  readonly legend: string;
  /** Why it may find nothing while all is well; absent: it finds something wherever Sluice is at work. */
  readonly emptyWhen?: string;
}

/** From this value on, that colour. */
export interface Threshold {
  readonly from: number;
  readonly colour: 'green' | 'yellow' | 'orange' | 'red' | 'blue';
}

/** A link from a value; `${__field.labels.x}` and `${__data.fields.x}` are Grafana's own. */
export interface ValueLink {
  readonly title: string;
  readonly url: string;
}

/** What one panel shows, without its place. */
export interface Panel {
  readonly kind: 'graph' | 'stat' | 'table' | 'bars';
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** What it answers and what to do about it: the text behind the (i). */
  readonly description: string;
  readonly options: PanelOptions;
}

/** What differs from the usual panel. */
export interface PanelOptions {
  /** Of 24. */
  readonly width?: number;
  readonly height?: number;
  /** Values from these on get a colour; below the first, green. */
  readonly thresholds?: readonly Threshold[];
  readonly links?: readonly ValueLink[];
  /** Texts in place of numbers. */
  readonly words?: Readonly<Record<string, string>>;
  /** Of a table: its columns by label, in this order, with their titles; `Value` is the number. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Of a graph: areas on top of each other. */
  readonly stacked?: boolean;
}

/** A query; see `Query`. Pure. */
export function query(expression: string, legend: string, emptyWhen?: string): Query {
  return { expression, legend, ...(emptyWhen !== undefined && { emptyWhen }) };
}

/** The parts of a panel in the order in which a reader meets them. */
type Parts = [
  title: string,
  unit: Unit,
  queries: readonly Query[],
  description: string,
  options?: PanelOptions,
];

const panelOf =
  (kind: Panel['kind']) =>
  (...[title, unit, queries, description, options = {}]: Parts): Panel => ({
    kind,
    title,
    unit,
    queries,
    description,
    options,
  });

/** Values over time. Pure. */
export const graph = panelOf('graph');
/** The values of now, large. Pure. */
export const stat = panelOf('stat');
/** The values of now, a row each. Pure. */
export const table = panelOf('table');
/** The values of now as bars. Pure. */
export const bars = panelOf('bars');
