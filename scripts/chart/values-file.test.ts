import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from '../../src/api/schema.ts';
import { keptnValues } from './keptn-values.ts';
import { valuesSchema } from './schema.ts';
import { type ChartValue, count, flag, group, word } from './value.ts';
import { chartValues } from './values.ts';
import { valueRows, valuesFile } from './values-file.ts';

function standards(value: ChartValue): unknown {
  if (value.kind === 'leaf') return value.standard;
  return Object.fromEntries(Object.entries(value.fields).map(([name, field]) => [name, standards(field)]));
}

test('values.yaml holds the default of every value, and above each what it does', () => {
  const file = valuesFile(chartValues);
  const parsed: unknown = parse(file);
  expect(parsed).toEqual(standards(chartValues));
  for (const line of file.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
  const few = group('', { a: group('About a.', { b: flag('Whether b.', true) }), c: word('C.', '') });
  expect(valuesFile(few)).toBe('# About a.\na:\n  # Whether b.\n  b: true\n\n# C.\nc: ""\n');
});

test('the schema refuses what it does not know, at every depth, and keeps groups of Keptn together', () => {
  const schema = valuesSchema(group('', { a: group('A.', { n: count('N.', 1, [0, 2]) }) }), [
    { paths: ['keptn.x', 'x'], schema: { type: 'string' }, counts: ['a.n'] },
    { paths: ['keptn.y.z'], schema: { type: 'boolean' }, why: 'no use' },
  ]);
  const closed = { type: 'object', additionalProperties: false };
  expect(schema).toMatchObject({
    ...closed,
    properties: {
      a: { ...closed, properties: { n: { type: 'integer', minimum: 0, maximum: 2 } } },
      keptn: { ...closed, properties: { x: { type: 'string' }, y: { ...closed, properties: { z: {} } } } },
      x: { type: 'string', description: 'A value of Keptn; counts as a.n.' },
    },
  });
});

test('no name of Keptn is one of ours, and each has a fate', () => {
  const names = z.object({ properties: z.record(z.string(), z.unknown()) });
  const ours = Object.keys(names.parse(valuesSchema(chartValues, [])).properties);
  for (const { paths, counts, why } of keptnValues) {
    for (const path of paths) expect(ours).not.toContain(path.split('.')[0]);
    expect(counts === undefined ? why : 'counts', paths.join()).toBeTruthy();
  }
});

test('no choice is a word that Helm, which reads YAML 1.1, takes for a boolean', () => {
  const choices = JSON.stringify(valuesSchema(chartValues, [])).match(/"enum":\[[^\]]*\]/g) ?? [];
  expect(choices.length).toBeGreaterThan(0);
  for (const choice of choices) expect(choice).not.toMatch(/"(on|off|yes|no|y|n|true|false)"/i);
});

test('a row for each value', () => {
  const rows = valueRows(chartValues, '');
  expect(new Set(rows.map(({ path }) => path)).size).toBe(rows.length);
  expect(rows.find(({ path }) => path === 'uninstall.gatedPods')?.standard).toBe('"keep"');
});
