import type { Admission } from './admission.ts';
import type { AnalysisFigures } from './analysis.ts';
import type { Dora } from './dora.ts';
import type { Figure } from './figure.ts';
import type { MetricsFigures } from './metrics.ts';
import type { MetricsApiLoad } from './metrics-api.ts';
import type { NoChecks } from './no-checks.ts';
import { rounded } from './percentile.ts';
import type { Release } from './release.ts';
import type { Scoring } from './scoring.ts';
import type { TelemetryFigures } from './telemetry.ts';

/** The release's figures against their limits. Pure. */
export function releaseFigures(release: Release): Figure[] {
  return [...liftFigures(release), ...scaleFigures(release)];
}

/** The gate's figures against their limits. Pure. */
function liftFigures(release: Release): Figure[] {
  const { oneByOne, inFlight, resident, start, apiServer } = release;
  const lift = (how: string, { lift, floor }: typeof oneByOne): Figure[] => [
    { what: `gate lift, ${how}, p50`, value: lift.p50, unit: 'ms', limit: 50, orFloors: 4, floor: floor.p50 },
    {
      what: `gate lift, ${how}, p99`,
      value: lift.p99,
      unit: 'ms',
      limit: 200,
      orFloors: 2.5,
      floor: floor.p99,
    },
  ];
  const mib = (what: string, value: number, limit?: number): Figure => ({
    what: `resident memory, ${what}`,
    value,
    unit: 'MiB',
    ...(limit === undefined ? {} : { limit }),
  });
  return [
    ...lift('200 pods waiting, one at a time', oneByOne),
    ...lift('5 releases in flight', inFlight),
    mib('controller, idle', resident.idle.controller, 120),
    mib('webhook, idle', resident.idle.webhook, 100),
    mib('controller, after 400 releases', resident.after.controller),
    mib('webhook, after 400 releases', resident.after.webhook),
    { what: 'start of the controller, first in the cluster', value: start.controller, unit: 's', limit: 3 },
    { what: 'start of the webhook, first in the cluster', value: start.webhook, unit: 's', limit: 3 },
    { what: 'webhook as the API server sees it, mean', value: apiServer.meanMs, unit: 'ms' },
    { what: 'webhook as the API server sees it, p99 at most', value: apiServer.p99AtMostMs, unit: 'ms' },
  ];
}

/** The figures of releases without checks. Pure. */
export function freeFigures({ added, plain, gated }: NoChecks): Figure[] {
  return [
    { what: 'added to a release without checks, p50', value: added.p50, unit: 'ms', floor: plain.p50 },
    {
      what: 'added to a release without checks, p99',
      value: added.p99,
      unit: 'ms',
      limit: 300,
      floor: plain.p99,
    },
    { what: 'the same in all, p99', value: gated.p99, unit: 'ms', floor: plain.p99 },
  ];
}

/** The figures of a large app and of a start with a long history. Pure. */
function scaleFigures({ oneApp, requestsPerWorkload, restart }: Release): Figure[] {
  const history = `start with ${restart.versions} finished versions, ${restart.tasks} finished tasks`;
  return [
    {
      what: `one app of ${oneApp.workloads} workloads with a task each: last Job to last gate lifted`,
      value: oneApp.lastLiftAfterLastJob,
      unit: 's',
      limit: 2,
    },
    { what: 'the same, first Deployment to last gate lifted', value: oneApp.whole, unit: 's' },
    {
      what: 'the same, API requests for each workload',
      value: requestsPerWorkload,
      unit: 'requests',
      limit: 60,
    },
    { what: `${history}: ready`, value: restart.ready, unit: 's', limit: 10 },
    { what: `${history}: resident memory`, value: restart.resident, unit: 'MiB', limit: 200 },
    { what: `${history}: Jobs made`, value: restart.jobs, unit: 'Jobs', limit: 0 },
    { what: `${history}: Events written`, value: restart.events, unit: 'Events', limit: 0 },
    { what: `${history}: requests besides watches`, value: restart.requests, unit: 'requests' },
  ];
}

/** The handler's figures against their limits. Pure. */
export function admissionFigures(measured: Admission): Figure[] {
  const { floorAt200PerSecond: floor, at200PerSecond: steady, with500Connections: crowd } = measured;
  const at = 'admission handler, 200 requests/s on one core';
  return [
    { what: `${at}, p50`, value: steady.p50, unit: 'ms', floor: floor.p50 },
    { what: `${at}, p99`, value: steady.p99, unit: 'ms', limit: 5, floor: floor.p99 },
    { what: `${at}, errors`, value: steady.errors, unit: 'errors', limit: 0 },
    { what: 'admission handler, 500 connections, errors', value: crowd.errors, unit: 'errors', limit: 0 },
  ];
}

/** The custom metrics API's figures against their limits. Pure. */
export function metricsApiFigures({ floor, byName, byLabel }: MetricsApiLoad): Figure[] {
  const at = 'custom metrics API, 200 requests/s of 1,000 metrics on one core';
  return [
    {
      what: `${at}, by name, p99`,
      value: byName.p99,
      unit: 'ms',
      limit: 10,
      orFloors: 2.5,
      floor: floor.p99,
    },
    {
      what: `${at}, by label, p99`,
      value: byLabel.p99,
      unit: 'ms',
      limit: 10,
      orFloors: 2.5,
      floor: floor.p99,
    },
    { what: `${at}, errors`, value: byName.errors + byLabel.errors, unit: 'errors', limit: 0 },
  ];
}

/** The figures of fetching while one backend hangs and one refuses. Pure. */
export function metricsFigures({
  metrics,
  providers,
  intervalSeconds,
  age,
  cores,
  resident,
}: MetricsFigures): Figure[] {
  const load = `${metrics} metrics every ${intervalSeconds} s of ${providers} providers, one hanging, one refusing`;
  return [
    { what: `${load}: age of the healthy ones, p50`, value: age.p50, unit: 's' },
    { what: 'the same, p99', value: age.p99, unit: 's', limit: 12 },
    { what: 'the same, processor time of the controller', value: cores, unit: 'cores', limit: 0.5 },
    { what: 'the same, resident memory', value: resident, unit: 'MiB', limit: 200 },
  ];
}

/** The figures of an Analysis whose backend is slow. Pure. */
export function analysisFigures({ objectives, answerSeconds, took, passed }: AnalysisFigures): Figure[] {
  const what = `an Analysis of ${objectives} objectives of one backend that takes ${answerSeconds} s for each`;
  return [
    { what, value: took, unit: 's', limit: 40 },
    { what: 'the same, without a verdict of pass', value: passed ? 0 : 1, unit: 'errors', limit: 0 },
  ];
}

/** The scoring's figures against their limits. Pure. */
export function scoringFigures({ objectives, points, firstMs, ms }: Scoring): Figure[] {
  const what = `Analysis of ${objectives} objectives, each the p95 of ${points} points: processor time`;
  return [
    { what: `${what}, first of a process`, value: firstMs, unit: 'ms', limit: 50 },
    { what: `${what}, p99`, value: ms.p99, unit: 'ms', limit: 50 },
  ];
}

/** The figures of the five DORA numbers over a long history. Pure. */
export function doraFigures({ releases, inMemory, sqlite, sqliteFirst, gauges }: Dora): Figure[] {
  const what = `DORA of ${releases} releases, any window: processor time`;
  const ms = (of: string, value: number, limit?: number): Figure => ({
    what: of,
    value,
    unit: 'ms',
    ...(limit === undefined ? {} : { limit }),
  });
  return [
    ms(`${what}, in memory, longest`, inMemory.max, 200),
    ms('the same, history in a SQLite file, longest', sqlite.max, 200),
    ms('the same, reading the file at the start of a process', sqliteFirst),
    ms('gauges of a scrape, p99', gauges.p99, 200),
  ];
}

/** The figures of telling others about releases. Pure. */
export function telemetryFigures(measured: TelemetryFigures): Figure[] {
  const { perMinute, cpu, hangMinutes, growth, delayPercent, off, hang } = measured;
  const cost = (told: number): number => rounded((told / cpu.nobody - 1) * 100);
  const hanging = `collector and receiver hang for ${hangMinutes} min at ${perMinute} releases/min`;
  return [
    {
      what: 'processor time a release, a collector told',
      value: cpu.collector,
      unit: 'ms',
      floor: cpu.nobody,
    },
    { what: 'what telling it costs of the controller', value: cost(cpu.collector), unit: '%', limit: 10 },
    {
      what: 'processor time a release, a receiver of CDEvents told beside it',
      value: cpu.both,
      unit: 'ms',
      floor: cpu.nobody,
    },
    { what: 'what telling both costs of the controller', value: cost(cpu.both), unit: '%', limit: 10 },
    { what: `${hanging}: memory grew by`, value: growth, unit: 'MiB', limit: 20 },
    { what: 'the same, a release takes longer by', value: delayPercent, unit: '%', limit: 1 },
    { what: 'the same, gate lift, p50', value: hang.lift.p50, unit: 'ms', floor: off.lift.p50 },
  ];
}
