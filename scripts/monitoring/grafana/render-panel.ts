import { sources } from './dashboard.ts';
import type { Panel, Query } from './panel.ts';
import { units } from './unit.ts';

/** Where a panel stands on the grid of 24 columns. */
export interface Place {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

/** The reference to the Prometheus that the viewer chose. */
export const prometheusSource = { type: 'prometheus', uid: `\${${sources.prometheus}}` } as const;

const types = { graph: 'timeseries', stat: 'stat', table: 'table', bars: 'bargauge' } as const;

/** A panel as Grafana's JSON has it. Pure. */
export function renderPanel(panel: Panel, id: number, gridPos: Place): object {
  const { kind, title, description, queries } = panel;
  const transformations = kind === 'table' ? tableTransformations(panel) : [];
  return {
    id,
    type: types[kind],
    title,
    description,
    gridPos,
    datasource: prometheusSource,
    targets: queries.map((one, index) => target(one, index, kind)),
    fieldConfig: { defaults: fieldDefaults(panel), overrides: tableOverrides(panel) },
    options: optionsOf(panel),
    ...(transformations.length > 0 && { transformations }),
  };
}

function target({ expression, legend }: Query, index: number, kind: Panel['kind']): object {
  return {
    refId: refId(index),
    datasource: prometheusSource,
    editorMode: 'code',
    expr: expression,
    legendFormat: legend,
    ...(kind === 'graph' ? { range: true, instant: false } : { range: false, instant: true }),
    ...(kind === 'table' && { format: 'table' }),
  };
}

function refId(index: number): string {
  return String.fromCharCode(65 + index);
}

function fieldDefaults({ kind, unit, options }: Panel): object {
  const { thresholds = [], links = [], words, stacked } = options;
  const fixed = thresholds.length === 0;
  return {
    unit: units[unit],
    ...(unit === 'share' && { min: 0, max: 1 }),
    color: { mode: kind === 'graph' || fixed ? 'palette-classic' : 'thresholds' },
    thresholds: {
      mode: 'absolute',
      steps: [
        { color: fixed ? 'text' : 'green', value: null },
        ...thresholds.map(({ from, colour }) => ({ color: colour, value: from })),
      ],
    },
    mappings: words === undefined ? [] : [valueMapping(words)],
    // A table has its links in one column.
    links: kind === 'table' ? [] : links.map(newTab),
    ...(kind === 'graph' && { custom: graphStyle(stacked === true, fixed) }),
  };
}

const newTab = (link: { readonly title: string; readonly url: string }): object => ({
  ...link,
  targetBlank: true,
});

function valueMapping(words: Readonly<Record<string, string>>): object {
  const options = Object.entries(words).map(([value, text], index) => [value, { text, index }]);
  return { type: 'value', options: Object.fromEntries(options) };
}

function graphStyle(stacked: boolean, fixed: boolean): object {
  return {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: stacked ? 30 : 5,
    showPoints: 'auto',
    spanNulls: false,
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: fixed ? 'off' : 'dashed' },
  };
}

function optionsOf({ kind }: Panel): object {
  const reduced = { calcs: ['lastNotNull'], fields: '', values: false };
  switch (kind) {
    case 'graph':
      return {
        legend: {
          displayMode: 'table',
          placement: 'bottom',
          showLegend: true,
          calcs: ['lastNotNull', 'max'],
        },
        tooltip: { mode: 'multi', sort: 'desc' },
      };
    case 'stat':
      return {
        colorMode: 'value',
        graphMode: 'none',
        justifyMode: 'auto',
        textMode: 'auto',
        reduceOptions: reduced,
      };
    case 'bars':
      return { displayMode: 'basic', orientation: 'horizontal', showUnfilled: true, reduceOptions: reduced };
    case 'table':
      return { showHeader: true, cellHeight: 'sm', footer: { show: false, reducer: ['sum'], fields: '' } };
  }
}

/** Which columns there are, in which order and under which titles; all else is hidden. */
function tableTransformations({ options, queries }: Panel): object[] {
  const columns = Object.entries(options.columns ?? {});
  const ordered = columns.map(([label]) => label);
  return [
    ...(queries.length > 1 ? [{ id: 'merge', options: {} }] : []),
    { id: 'filterFieldsByName', options: { include: { names: ordered } } },
    {
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(ordered.map((label, index) => [label, index])),
        renameByName: Object.fromEntries(columns),
        excludeByName: {},
      },
    },
  ];
}

/** Links hang on the first column: it names what the row is about. */
function tableOverrides({ kind, options }: Panel): object[] {
  const [first] = Object.values(options.columns ?? {});
  const { links = [] } = options;
  if (kind !== 'table' || first === undefined || links.length === 0) return [];
  return [
    {
      matcher: { id: 'byName', options: first },
      properties: [{ id: 'links', value: links.map(newTab) }],
    },
  ];
}
