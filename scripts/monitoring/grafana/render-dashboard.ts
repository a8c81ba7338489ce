import { type Dashboard, type LabelVariable, type Marker, type Row, sources } from './dashboard.ts';
import type { Panel } from './panel.ts';
import { type Place, prometheusSource, renderPanel } from './render-panel.ts';

/** Of the JSON below: what Grafana 10.4 writes; later ones read it and raise it themselves. */
const schemaVersion = 39;
const columns = 24;
/** All dashboards of Sluice carry it and link to each other by it. */
const tag = 'sluice';

/** A dashboard as Grafana imports and provisions it: JSON text. Pure. */
export function renderDashboard(dashboard: Dashboard): string {
  const { uid, title, description, lookBack, markers = [] } = dashboard;
  const json = {
    uid,
    title,
    description,
    tags: [tag],
    schemaVersion,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: '',
    refresh: '30s',
    time: { from: `now-${lookBack}`, to: 'now' },
    links: [
      {
        type: 'dashboards',
        title: 'Sluice',
        tags: [tag],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    templating: { list: [...sourceVariables(dashboard), ...dashboard.variables.map(labelVariable)] },
    annotations: { list: markers.map(annotation) },
    panels: placed(dashboard.rows),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function sourceVariables({ rows }: Dashboard): object[] {
  const links = rows.flatMap(({ panels }) => panels.flatMap(({ options }) => options.links ?? []));
  const isNamed = (name: string): boolean => links.some(({ url }) => url.includes(`\${${name}}`));
  const traces = [sources.tempo, sources.jaeger].filter(isNamed);
  return [
    sourceVariable(sources.prometheus, 'prometheus'),
    ...traces.map((name) => sourceVariable(name, name)),
  ];
}

function sourceVariable(name: string, plugin: string): object {
  const label = `${plugin.charAt(0).toUpperCase()}${plugin.slice(1)}`;
  return {
    type: 'datasource',
    name,
    label,
    query: plugin,
    regex: '',
    hide: 0,
    refresh: 1,
    multi: false,
    includeAll: false,
    current: {},
    options: [],
  };
}

function labelVariable({ name, title, series, label, single }: LabelVariable): object {
  const text = `label_values(${series}, ${label})`;
  return {
    type: 'query',
    name,
    label: title,
    datasource: prometheusSource,
    definition: text,
    query: { query: text, refId: `variable-${name}` },
    regex: '',
    hide: 0,
    // When the time range changes: what was there then is what can be chosen.
    refresh: 2,
    sort: 1,
    multi: single === undefined,
    includeAll: single === undefined,
    ...(single === undefined && { allValue: '.*' }),
    current:
      single === undefined
        ? { selected: true, text: ['All'], value: ['$__all'] }
        : { selected: true, text: single, value: single },
    options: [],
  };
}

function annotation({ title, expression, legend, colour }: Marker): object {
  return {
    name: title,
    datasource: prometheusSource,
    enable: true,
    hide: false,
    iconColor: colour,
    expr: expression,
    titleFormat: legend,
    useValueForTime: false,
  };
}

const defaultSizes = {
  graph: { width: 12, height: 8 },
  stat: { width: 4, height: 4 },
  bars: { width: 12, height: 8 },
  table: { width: 24, height: 8 },
} as const satisfies Record<Panel['kind'], { width: number; height: number }>;

/** Rows one below the other, panels from left to right, a new line where one does not fit. */
function placed(rows: readonly Row[]): object[] {
  const numbered = { id: 0 };
  const all: object[] = [];
  let y = 0;
  for (const { title, panels, folded } of rows) {
    const heading = { type: 'row', title, id: nextId(numbered), gridPos: { h: 1, w: columns, x: 0, y } };
    const { rendered, bottom } = line(panels, y + 1, numbered);
    if (folded) all.push({ ...heading, collapsed: true, panels: rendered });
    else all.push({ ...heading, collapsed: false, panels: [] }, ...rendered);
    y = folded ? y + 1 : bottom;
  }
  return all;
}

function line(
  panels: readonly Panel[],
  top: number,
  numbered: { id: number },
): { rendered: object[]; bottom: number } {
  let [x, y, bottom] = [0, top, top];
  const rendered = panels.map((panel) => {
    const usual = defaultSizes[panel.kind];
    const { width: w = usual.width, height: h = usual.height } = panel.options;
    if (x + w > columns) [x, y] = [0, bottom];
    const place: Place = { h, w, x, y };
    x += w;
    bottom = Math.max(bottom, y + h);
    return renderPanel(panel, nextId(numbered), place);
  });
  return { rendered, bottom };
}

function nextId(numbered: { id: number }): number {
  numbered.id += 1;
  return numbered.id;
}
