import { describe, expect, test } from 'vitest';
import { z } from '../../../src/api/schema.ts';
import { allDashboards } from '../dashboards/all.ts';
import { renderDashboard } from './render-dashboard.ts';
import { traceLinks } from './trace-link.ts';

/**
 * What Grafana 10.4 and later need of a dashboard's JSON, for the parts that we write and nothing else. Facts of its
 * documentation of the dashboard JSON model and of the panels.
 */
const sourceSchema = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });

const targetSchema = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: sourceSchema,
  editorMode: z.literal('code'),
  expr: z.string().min(1),
  legendFormat: z.string().min(1),
  range: z.boolean(),
  instant: z.boolean(),
  format: z.literal('table').optional(),
});

const linkSchema = z.strictObject({
  title: z.string().min(1),
  url: z.string().startsWith('/explore?'),
  targetBlank: z.literal(true),
});

const fieldConfigSchema = z.strictObject({
  defaults: z.strictObject({
    unit: z.enum(['short', 's', 'percentunit', 'ops', 'bytes', 'dateTimeFromNow', 'none']),
    min: z.number().optional(),
    max: z.number().optional(),
    color: z.strictObject({ mode: z.enum(['palette-classic', 'thresholds']) }),
    thresholds: z.strictObject({
      mode: z.literal('absolute'),
      steps: z
        .array(z.strictObject({ color: z.string(), value: z.number().nullable() }))
        .min(1)
        // The first has no lower bound, the others rise.
        .refine(([first, ...rest]) => first?.value === null && isRising(rest.map(({ value }) => value))),
    }),
    mappings: z.array(
      z.strictObject({ type: z.literal('value'), options: z.record(z.string(), z.unknown()) }),
    ),
    links: z.array(linkSchema),
    custom: z.looseObject({ drawStyle: z.literal('line') }).optional(),
  }),
  overrides: z.array(
    z.strictObject({
      matcher: z.strictObject({ id: z.literal('byName'), options: z.string() }),
      properties: z.array(z.strictObject({ id: z.literal('links'), value: z.array(linkSchema) })),
    }),
  ),
});

const placeSchema = z
  .strictObject({ h: z.int().min(1), w: z.int().min(1).max(24), x: z.int().min(0), y: z.int().min(0) })
  .refine(({ x, w }) => x + w <= 24, 'stands beyond the 24 columns');
type Place = z.infer<typeof placeSchema>;

const panelSchema = z.strictObject({
  id: z.int().min(1),
  type: z.enum(['timeseries', 'stat', 'table', 'bargauge']),
  title: z.string().min(1),
  description: z.string().regex(/\.$/, 'has no sentence behind its (i)'),
  gridPos: placeSchema,
  datasource: sourceSchema,
  targets: z.array(targetSchema).min(1),
  fieldConfig: fieldConfigSchema,
  options: z.looseObject({}),
  transformations: z
    .array(
      z.strictObject({
        id: z.enum(['merge', 'filterFieldsByName', 'organize']),
        options: z.looseObject({}),
      }),
    )
    .optional(),
});
type Panel = z.infer<typeof panelSchema>;

const rowSchema = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: z.string().min(1),
  gridPos: placeSchema,
  collapsed: z.boolean(),
  panels: z.array(panelSchema),
});

const usualVariable = {
  name: z.string().regex(/^[a-z]+$/),
  label: z.string().min(1),
  regex: z.literal(''),
  hide: z.literal(0),
  multi: z.boolean(),
  includeAll: z.boolean(),
  options: z.array(z.never()),
};
const variableSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...usualVariable,
    type: z.literal('datasource'),
    query: z.enum(['prometheus', 'tempo', 'jaeger']),
    refresh: z.literal(1),
    current: z.strictObject({}),
  }),
  z.strictObject({
    ...usualVariable,
    type: z.literal('query'),
    datasource: sourceSchema,
    definition: z.string().regex(/^label_values\(.+, \w+\)$/),
    query: z.strictObject({ query: z.string(), refId: z.string() }),
    refresh: z.literal(2),
    sort: z.literal(1),
    allValue: z.literal('.*').optional(),
    current: z.strictObject({ selected: z.literal(true), text: z.unknown(), value: z.unknown() }),
  }),
]);

const dashboardSchema = z.strictObject({
  uid: z.string().regex(/^[a-z-]{1,40}$/),
  title: z.string().startsWith('Sluice / '),
  description: z.string().regex(/\.$/),
  tags: z.array(z.string()),
  schemaVersion: z.literal(39),
  version: z.literal(1),
  editable: z.boolean(),
  graphTooltip: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  timezone: z.string(),
  refresh: z.string().regex(/^\d+[sm]$/),
  time: z.strictObject({ from: z.string().regex(/^now-\d+[hd]$/), to: z.literal('now') }),
  links: z.array(z.looseObject({ type: z.literal('dashboards'), title: z.string() })),
  templating: z.strictObject({ list: z.array(variableSchema) }),
  annotations: z.strictObject({
    list: z.array(
      z.strictObject({
        name: z.string(),
        datasource: sourceSchema,
        enable: z.boolean(),
        hide: z.boolean(),
        iconColor: z.string(),
        expr: z.string().min(1),
        titleFormat: z.string(),
        useValueForTime: z.boolean(),
      }),
    ),
  }),
  panels: z.array(z.discriminatedUnion('type', [rowSchema, panelSchema])).min(1),
});

function isRising(values: readonly (number | null)[]): boolean {
  return values.every(
    (value, index) => value !== null && (index === 0 || value > (values[index - 1] ?? value)),
  );
}

function overlap(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

const read = allDashboards.map((dashboard) => {
  const json = dashboardSchema.parse(JSON.parse(renderDashboard(dashboard)));
  const panels = json.panels.flatMap((one): Panel[] => (one.type === 'row' ? one.panels : [one]));
  return { uid: dashboard.uid, json, panels };
});

describe('the JSON of a dashboard', () => {
  test('has an identity of its own', () => {
    expect(new Set(read.map(({ uid }) => uid)).size).toBe(read.length);
    expect(new Set(read.map(({ json }) => json.title)).size).toBe(read.length);
  });

  test.each(read)('$uid: each panel is there once and covers no other', ({ json }) => {
    const all = json.panels.flatMap((one) => (one.type === 'row' ? [one, ...one.panels] : [one]));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const open = json.panels.map(({ gridPos }) => gridPos);
    for (const [index, place] of open.entries())
      for (const other of open.slice(index + 1)) expect(overlap(place, other)).toBe(false);
  });

  test.each(read)('$uid: queries of a panel have letters of their own', ({ panels }) => {
    for (const { targets } of panels)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });

  test.each(read)('$uid: a table chooses its columns, and its links hang on one of them', ({ panels }) => {
    for (const { type, transformations, fieldConfig, title } of panels) {
      expect(transformations !== undefined, title).toBe(type === 'table');
      const organized = transformations?.find(({ id }) => id === 'organize')?.options['renameByName'];
      const titles = Object.values(z.record(z.string(), z.string()).parse(organized ?? {}));
      for (const { matcher } of fieldConfig.overrides) expect(titles).toContain(matcher.options);
    }
  });

  test.each(read)('$uid: columns that a link takes a value from are there', ({ panels }) => {
    for (const { type, transformations, fieldConfig } of panels) {
      if (type !== 'table') continue;
      const organized = transformations?.find(({ id }) => id === 'organize')?.options['renameByName'];
      const titles = Object.values(z.record(z.string(), z.string()).parse(organized ?? {}));
      const urls = JSON.stringify(fieldConfig.overrides);
      for (const [, field = ''] of urls.matchAll(/__data\.fields\.(\w+)/g)) expect(titles).toContain(field);
    }
  });

  test.each(read)('$uid: sources that links name are variables', ({ json, panels }) => {
    const names = json.templating.list.map(({ name }) => name);
    const texts = JSON.stringify(panels.map(({ fieldConfig }) => fieldConfig));
    for (const [, name = ''] of texts.matchAll(/\$\{(tempo|jaeger)\}/g)) expect(names).toContain(name);
  });
});

test('a link to traces is Explore’s state, once Grafana has filled in its variables', () => {
  const [tempo, jaeger] = traceLinks('sluice', { 'keptn.deployment.app.name': '${__field.labels.app}' });
  const state = (url = ''): unknown => {
    const filled = url
      .replaceAll(/\$\{(tempo|jaeger)\}/g, 'uid-of-$1')
      .replaceAll('${__field.labels.app}', 'shop%20%26%20co')
      .replaceAll('${__from}', '1')
      .replaceAll('${__to}', '2');
    return JSON.parse(new URL(filled, 'http://grafana').searchParams.get('panes') ?? '');
  };
  expect(state(tempo?.url)).toMatchObject({
    sluice: {
      datasource: 'uid-of-tempo',
      queries: [
        {
          queryType: 'traceql',
          query: '{ resource.service.name="sluice" && span.keptn.deployment.app.name="shop & co" }',
        },
      ],
      range: { from: '1', to: '2' },
    },
  });
  expect(state(jaeger?.url)).toMatchObject({
    sluice: {
      queries: [{ queryType: 'search', service: 'sluice', tags: 'keptn.deployment.app.name="shop & co"' }],
    },
  });
});
