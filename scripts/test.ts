/**
 * Runs every suite and ends with one line of counts: the unit tests first, then two suites at a time, each with a cluster
 * of its own; one at a time where a cluster is given (SLUICE_KUBECONFIG). Fails when a test failed or none ran.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { clusterSuites, first, runSuites, type Suite, suitesOfOneCluster } from './suites.ts';
import { summarise } from './test-report.ts';

const reports = '.cache/reports';
const isGiven = Boolean(process.env['SLUICE_KUBECONFIG'] ?? process.env['KUBEBUILDER_ASSETS']);
const hasRoot = process.getuid?.() === 0;

/**
 * For the programs of Kubernetes: memory is plenty here and processors are two, so that they collect garbage a quarter as
 * often, until they are as large as most of them may be.
 */
const goEnvironment = { GOGC: '400', GOMEMLIMIT: '1500MiB' };

const minutes = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;

/** Runs one suite into its log; alone it speaks for itself, else its log is shown when it ended. */
async function run(suite: Suite, isAlone: boolean): Promise<boolean> {
  const startedAt = performance.now();
  console.log(`\n${suite.name} begins, usually ${minutes(suite.usually)}`);
  const log = join(reports, `${suite.name}.log`);
  const file = isAlone ? undefined : openSync(log, 'w');
  const report = `--outputFile.json=${join(reports, `${suite.name}.json`)}`;
  const args = ['run', '--reporter=default', '--reporter=json', report, ...suite.args];
  const out = file ?? 'inherit';
  const child = spawn('vitest', args, {
    stdio: ['ignore', out, out],
    env: { ...goEnvironment, ...process.env, ...suite.env },
  });
  const code = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      console.error(`vitest did not start: ${error.message}`);
      resolve(1);
    });
    child.on('close', (ended) => resolve(ended ?? 1));
  });
  if (file !== undefined) {
    closeSync(file);
    console.log(readFileSync(log, 'utf8').trimEnd());
  }
  const took = minutes((performance.now() - startedAt) / 1000);
  console.log(`${suite.name} ${code === 0 ? 'passed' : 'FAILED'} after ${took}`);
  return code === 0;
}

mkdirSync(reports, { recursive: true });
for (const name of readdirSync(reports)) rmSync(join(reports, name));
const suites = isGiven ? suitesOfOneCluster(hasRoot) : clusterSuites(hasRoot);
const failed = [
  ...(await runSuites([first], 1, (suite) => run(suite, true))),
  ...(await runSuites(suites, isGiven ? 1 : 2, (suite) => run(suite, isGiven))),
];
const texts = [first, ...suites].map(({ name }) => {
  try {
    return readFileSync(join(reports, `${name}.json`), 'utf8');
  } catch {
    return ''; // a suite that never began counts as a failure
  }
});
const { line, ok, failures } = summarise(texts);
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(line);
process.exitCode = ok && failed.length === 0 ? 0 : 1;
