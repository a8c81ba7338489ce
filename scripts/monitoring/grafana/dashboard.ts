import type { Panel, Query } from './panel.ts';

/** A list to choose from, filled by the values of a label. */
export interface LabelVariable {
  readonly name: string;
  readonly title: string;
  /** The series that have the label, as a selector; it may name variables that stand before. */
  readonly series: string;
  readonly label: string;
  /** One value at a time, this one at first; absent: any number, at first all. */
  readonly single?: string;
}

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** True: closed until somebody opens it. */
  readonly folded?: true;
}

/** A line across all graphs wherever its query begins to find something. */
export interface Marker extends Query {
  readonly title: string;
  readonly colour: 'blue' | 'red';
}

/** A dashboard as it is written; `renderDashboard` makes Grafana's JSON of it. */
export interface Dashboard {
  /** Stable for ever: it is part of every link to the dashboard. At most 40 characters. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly LabelVariable[];
  readonly rows: readonly Row[];
  readonly markers?: readonly Marker[];
  /** How far it looks back when it is opened, such as `24h`. */
  readonly lookBack: string;
}

/** Names of the variables that hold data sources. */
export const sources = { prometheus: 'datasource', tempo: 'tempo', jaeger: 'jaeger' } as const;

/** Every panel, those of folded rows too. Pure. */
export function panelsOf({ rows }: Dashboard): readonly Panel[] {
  return rows.flatMap(({ panels }) => panels);
}
