/**
 * Measures Sluice on a real control plane: `node bench/main.ts [PART …]`, after `make build`. Writes bench/results/*.json
 * and, when every part was measured, the table of docs/benchmarks.md; prints it, and ends with 1 when a limit is missed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { say, timed } from '../scripts/cluster/progress.ts';
import { measureAdmission } from './admission.ts';
import { measureAnalysis } from './analysis.ts';
import { measureDora } from './dora.ts';
import { type Figure, isWithin, limitHere, renderInto, table } from './figure.ts';
import {
  admissionFigures,
  analysisFigures,
  doraFigures,
  freeFigures,
  metricsApiFigures,
  metricsFigures,
  releaseFigures,
  scoringFigures,
  telemetryFigures,
} from './limits.ts';
import { measureMetrics } from './metrics.ts';
import { measureMetricsApi } from './metrics-api.ts';
import { measureFree, measureRelease } from './release.ts';
import { measureScoring } from './scoring.ts';
import { measureTelemetry } from './telemetry.ts';
import { repository } from './world.ts';

/** Measures, keeps what was measured under the name, and holds it against its limits. */
async function part<T extends object>(
  name: string,
  measure: () => T | Promise<T>,
  figures: (measured: T) => Figure[],
): Promise<Figure[]> {
  const measured = await measure();
  const folder = join(repository, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    loadAverage: loadavg()[0],
  };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machine, ...measured }, undefined, 2)}\n`);
  return figures(measured);
}

const admission = 'admission handler: 3 rounds at 200 requests/s, then 500 connections';
const metricsApi = 'custom metrics API: 3 rounds at 200 requests/s';

const parts: Readonly<Record<string, (name: string) => Promise<Figure[]>>> = {
  release: (name) => part(name, measureRelease, releaseFigures),
  free: (name) => part(name, measureFree, freeFigures),
  metrics: (name) => part(name, measureMetrics, metricsFigures),
  analysis: (name) => part(name, measureAnalysis, analysisFigures),
  admission: (name) => part(name, () => timed(admission, measureAdmission), admissionFigures),
  'metrics-api': (name) => part(name, () => timed(metricsApi, measureMetricsApi), metricsApiFigures),
  scoring: (name) => part(name, measureScoring, scoringFigures),
  dora: (name) => part(name, measureDora, doraFigures),
};

/** Measured only when they are asked for by name: each takes as long as all others together, and has a table of its own. */
const longParts: typeof parts = {
  telemetry: (name) => part(name, measureTelemetry, telemetryFigures),
};

/** Measures the named parts, or all but the long ones. Gives the exit code. */
async function main(wanted: readonly string[]): Promise<number> {
  const known = { ...parts, ...longParts };
  const unknown = wanted.filter((name) => !(name in known));
  if (unknown.length > 0) {
    say(`error: there is no part ${unknown.join(', ')}; there are ${Object.keys(known).join(', ')}`);
    return 2;
  }
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(known)) {
    if (wanted.length === 0 ? name in longParts : !wanted.includes(name)) continue;
    const measured = await run(name);
    figures.push(...measured);
    if (name in longParts) keep(measured, name);
  }
  process.stdout.write(`${table(figures)}\n`);
  if (wanted.length === 0) keep(figures);
  const missed = figures.filter((figure) => !isWithin(figure));
  for (const figure of missed)
    say(`error: ${figure.what}: ${figure.value} ${figure.unit}, limit ${limitHere(figure)}`);
  return missed.length === 0 ? 0 : 1;
}

function keep(figures: readonly Figure[], name?: string): void {
  const page = join(repository, 'docs/benchmarks.md');
  writeFileSync(page, renderInto(readFileSync(page, 'utf8'), table(figures), name));
}

process.exitCode = await main(process.argv.slice(2));
