/**
 * Measures Sluice on a real control plane: `node bench/main.ts`, after `make build`. Writes bench/results/*.json and
 * the table of docs/benchmarks.md, prints it, and ends with 1 when a limit is missed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { say, timed } from '../scripts/cluster/progress.ts';
import { type Admission, measureAdmission } from './admission.ts';
import { type Figure, isWithin, limitHere, renderInto, table } from './figure.ts';
import { measureRelease, type Release } from './release.ts';
import { repository } from './world.ts';

/** The release's figures against their limits. Pure. */
function releaseFigures(release: Release): Figure[] {
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

/** The figures of releases without checks, of a large app and of a start with a long history. Pure. */
function scaleFigures({ noChecks, oneApp, requestsPerWorkload, restart }: Release): Figure[] {
  const { added, plain, gated } = noChecks;
  const history = `start with ${restart.versions} finished versions, ${restart.tasks} finished tasks`;
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
function admissionFigures(measured: Admission): Figure[] {
  const { floorAt200PerSecond: floor, at200PerSecond: steady, with500Connections: crowd } = measured;
  const at = 'admission handler, 200 requests/s on one core';
  return [
    { what: `${at}, p50`, value: steady.p50, unit: 'ms', floor: floor.p50 },
    { what: `${at}, p99`, value: steady.p99, unit: 'ms', limit: 5, floor: floor.p99 },
    { what: `${at}, errors`, value: steady.errors, unit: 'errors', limit: 0 },
    { what: 'admission handler, 500 connections, errors', value: crowd.errors, unit: 'errors', limit: 0 },
  ];
}

function writeResult(name: string, measured: object): void {
  const folder = join(repository, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    loadAverage: loadavg()[0],
  };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machine, ...measured }, undefined, 2)}\n`);
}

const release = await measureRelease();
writeResult('release', release);
const admission = await timed('admission handler: 3 rounds at 200 requests/s, then 500 connections', () =>
  measureAdmission(),
);
writeResult('admission', admission);
const figures = [...releaseFigures(release), ...scaleFigures(release), ...admissionFigures(admission)];
const page = join(repository, 'docs/benchmarks.md');
writeFileSync(page, renderInto(readFileSync(page, 'utf8'), table(figures)));
process.stdout.write(`${table(figures)}\n`);
const missed = figures.filter((figure) => !isWithin(figure));
for (const figure of missed) {
  const { what, value, unit } = figure;
  say(`error: ${what}: ${value} ${unit}, limit ${limitHere(figure)}`);
}
process.exitCode = missed.length === 0 ? 0 : 1;
