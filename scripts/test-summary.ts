import { existsSync, readFileSync } from 'node:fs';
import { summarise } from './test-report.ts';

/** Prints the failures and one line for all vitest JSON reports named on the command line; fails when a test failed or none ran. */
// A report that was not even begun reads as an empty one, which counts as a failure.
const texts = process.argv.slice(2).map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''));
const { line, ok, failures } = summarise(texts);
for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
process.stdout.write(`${line}\n`);
process.exitCode = ok ? 0 : 1;
