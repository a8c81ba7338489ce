import { describe, expect, test } from 'vitest';
import { type KnownSeries, labelsOf } from './labels.ts';
import { parsePromql } from './parse.ts';

const known: KnownSeries = new Map([
  ['up', new Set(['job'])],
  ['app_active', new Set(['app', 'version', 'pod'])],
  ['wait_seconds_bucket', new Set(['app', 'le', 'pod'])],
  ['team', new Set(['app', 'owner'])],
]);

const seen = (text: string) => labelsOf(parsePromql(text), known);

describe('labels that an expression gives', () => {
  test.each([
    ['up', ['job']],
    ['up{job=~"a|b[)]", job!="c"}', ['job']],
    ['{__name__="up", job="x"}', ['job']],
    ['1 + 1.5e3', []],
    ['-up offset 1h', ['job']],
    ['sum(app_active)', []],
    ['sum by (app) (max without (pod) (app_active))', ['app']],
    ['max(app_active) without (pod, container)', ['app', 'version']],
    ['topk(3, sum by (app) (app_active))', ['app']],
    ['count_values("version", app_active)', ['version']],
    ['histogram_quantile(0.95, sum by (le, app) (rate(wait_seconds_bucket[5m])))', ['app']],
    ['label_replace(up, "kind", "$1", "job", "(.*)")', ['job', 'kind']],
    ['max_over_time(app_active[1h:1m])', ['app', 'pod', 'version']],
    ['absent(app_active == 1)', []],
    ['time() - max by (app) (app_active)', ['app']],
    ['sum by (app) (app_active) / on (app) count by (app) (team)', ['app']],
    ['app_active * on (app) group_left (owner) team', ['app', 'owner', 'pod', 'version']],
    ['app_active and ignoring (pod, version) (team > bool 0)', ['app', 'pod', 'version']],
    ['sum(app_active) or vector(0) # nothing', []],
    ['2 ^ 2 ^ up', ['job']],
  ])('%s', (text, labels) => {
    const { labels: found, problems } = seen(text);
    expect(problems).toEqual([]);
    expect([...found].toSorted()).toEqual(labels);
  });
});

describe('what does not exist is named', () => {
  test.each([
    ['down', 'there is no series down'],
    ['up{app="x"}', 'up has no label app'],
    ['sum by (pod) (sum by (app) (app_active))', 'sum: there is no label pod here'],
    ['histogram_quantile(0.5, app_active)', 'histogram_quantile: there is no label le here'],
    ['app_active * on (owner) team', 'the left of *: there is no label owner here'],
    ['up + 1 > down', 'there is no series down'],
    ['label_replace(up, "a", "$1", "pod", "(.*)")', 'label_replace: there is no label pod here'],
  ])('%s: %s', (text, problem) => {
    expect(seen(text).problems).toContain(problem);
  });
});

test.each(['up{', 'up{job}', 'up{job=5}', 'sum(up', 'up up', 'up + ', '$app', '5m ) '])(
  'what is no PromQL is refused: %s',
  (text) => {
    expect(() => parsePromql(text)).toThrow();
  },
);
