import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { knownSeries } from '../../test/builders/known-series.ts';
import { allDashboards } from './dashboards/all.ts';
import { panelsOf } from './grafana/dashboard.ts';
import { sampled } from './grafana/sampled.ts';
import { labelsOf } from './promql/labels.ts';
import { parsePromql } from './promql/parse.ts';
import { allAlerts, allGroups } from './rules/all.ts';
import { anchorOf, runbooks } from './rules/render-rules.ts';

const known = knownSeries();
const root = join(import.meta.dirname, '../..');

const panels = allDashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ dashboard: dashboard.uid, title: panel.title, panel })),
);
const queries = panels.flatMap(({ dashboard, title, panel }) =>
  panel.queries.map((query) => ({ dashboard, title, panel, ...query })),
);

const inBraces = (text: string): readonly string[] =>
  [...text.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)].map(([, label = '']) => label);

describe('dashboards', () => {
  test.each(queries)(
    'Q-31: $dashboard, $title: $legend asks for series and labels that are exposed',
    (query) => {
      const { labels, problems } = labelsOf(parsePromql(sampled(query.expression)), known);
      expect(problems).toEqual([]);
      expect(inBraces(query.legend).filter((label) => !labels.has(label))).toEqual([]);
    },
  );

  test.each(panels.filter(({ panel }) => panel.kind === 'table'))(
    '$dashboard, $title: its columns are labels of its series',
    ({ panel }) => {
      const found = panel.queries.map(
        ({ expression }) => labelsOf(parsePromql(sampled(expression)), known).labels,
      );
      const letters = panel.queries.map((_, index) => `Value #${String.fromCharCode(65 + index)}`);
      const values = panel.queries.length === 1 ? ['Value'] : letters;
      for (const column of Object.keys(panel.options.columns ?? {}))
        expect([...found.flatMap((labels) => [...labels]), ...values]).toContain(column);
    },
  );

  test.each(allDashboards)(
    '$uid: variables are labels of series that are exposed, markers too',
    (dashboard) => {
      for (const { series, label } of dashboard.variables) {
        const { labels, problems } = labelsOf(parsePromql(sampled(series)), known);
        expect(problems).toEqual([]);
        expect([...labels]).toContain(label);
      }
      for (const { expression } of dashboard.markers ?? [])
        expect(labelsOf(parsePromql(sampled(expression)), known).problems).toEqual([]);
    },
  );

  test.each(allDashboards)('$uid: each variable in a query is one of the dashboard', (dashboard) => {
    const own = dashboard.variables.map(({ name }) => name);
    const texts = [
      ...panelsOf(dashboard).flatMap((panel) => panel.queries.map(({ expression }) => expression)),
      ...dashboard.variables.map(({ series }) => series),
    ];
    // `$1` is a group of label_replace, `$__…` Grafana's own.
    const named = texts.flatMap((text) => [...text.matchAll(/\$([a-z]\w*)/g)].map(([, name = '']) => name));
    expect(named.filter((name) => !own.includes(name))).toEqual([]);
  });

  test('series that are exposed for dashboards are shown somewhere, or known not to be', () => {
    const texts = [
      ...queries.map(({ expression }) => expression),
      ...rules.map(({ expression }) => expression),
    ];
    const shown = (name: string): boolean => texts.some((text) => new RegExp(`\\b${name}\\b`).test(text));
    const families = [...new Set([...known.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
    const hidden = families.filter(
      (name) => !['', '_bucket', '_sum', '_count'].some((part) => shown(`${name}${part}`)),
    );
    expect(hidden.toSorted()).toEqual(notShown);
  });
});

/** Exposed for those who ask themselves; what they tell is on a dashboard under another name. */
const notShown = [
  'errors',
  'keptn_analyses',
  'keptn_analysis_latest_result',
  'keptn_analysis_result',
  'keptn_app_duration_seconds',
  'keptn_deployment_duration_seconds',
  'keptn_lifecycle_active_total',
  'keptn_objective_latest_value',
  'keptn_objective_result',
  'nodejs_eventloop_lag_max_seconds',
  'nodejs_eventloop_lag_mean_seconds',
  'nodejs_external_memory_bytes',
  'nodejs_heap_size_total_bytes',
  'sluice:gate_wait_seconds:p50_1h',
  'sluice:gate_wait_seconds:p95_1h',
  'sluice_fetches_in_flight',
  'sluice_metric_pushes_total',
  'sluice_queue_adds_total',
  'sluice_queue_delayed',
  'sluice_queue_processing',
];

const rules = allGroups.flatMap(({ recordings = [], alerts = [] }) => [
  ...recordings.map(({ record, expression }) => ({ name: record, expression, texts: '' })),
  ...alerts.map((alert) => ({ ...alert, texts: alert.summary + alert.description })),
]);

test('Q-31: every name and label in a dashboard or a rule is one that is exposed', () => {
  const all = [
    ...queries.map(({ expression }) => sampled(expression)),
    ...rules.map(({ expression }) => expression),
  ];
  expect(all.flatMap((text) => labelsOf(parsePromql(text), known).problems)).toEqual([]);
  // The check itself: names that Keptn's dashboards had and nothing exposed.
  for (const gone of ['keptn_deployment_count', 'keptn_task_count', 'keptn_deployment_duration_bucket'])
    expect(labelsOf(parsePromql(gone), known).problems).toEqual([`there is no series ${gone}`]);
});

describe('rules', () => {
  test.each(rules)('Q-31: $name asks for series and labels that are exposed', ({ expression, texts }) => {
    const { labels, problems } = labelsOf(parsePromql(expression), known);
    expect(problems).toEqual([]);
    const told = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
    expect(told.filter((label) => !labels.has(label))).toEqual([]);
  });

  test.each(allAlerts)(
    '$name has a section of docs/runbooks.md, a unique name and words of its own',
    (alert) => {
      const page = readFileSync(join(root, runbooks), 'utf8');
      const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
      expect(anchors).toContain(anchorOf(alert));
      expect(allAlerts.filter(({ name }) => name === alert.name)).toHaveLength(1);
      expect(alert.summary.length).toBeLessThan(140);
      expect(alert.description).toMatch(/\.$/);
    },
  );

  test('docs/runbooks.md has a section for nothing else', () => {
    const page = readFileSync(join(root, runbooks), 'utf8');
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    expect(headings.toSorted()).toEqual(allAlerts.map(({ name }) => name).toSorted());
  });
});
