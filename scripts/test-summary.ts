import { existsSync, readFileSync } from 'node:fs';
import { summarise } from './test-report.ts';

/** Prints one line for all vitest JSON reports named on the command line; fails when a test failed or none ran. */
// A report that was not even begun reads as an empty one, which counts as a failure.
const texts = process.argv.slice(2).map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''));
const { line, ok } = summarise(texts);
process.stdout.write(`${line}\n`);
process.exitCode = ok ? 0 : 1;
