import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';

/**
 * Bundles the one entry, the CLI, into `dist/sluice.mjs`, and what its commands and roles load on demand into chunks
 * beside it, so that a process holds only the code that it runs. Prints their size.
 */
const root = join(import.meta.dirname, '..');
const entry = join(root, 'src', 'cli', 'main.ts');
const outdir = join(root, 'dist');
const isOurs = (file: string): boolean => /\.mjs(\.|$)/.test(file);

if (!existsSync(entry)) {
  process.stderr.write(`error: ${entry} does not exist, so there is nothing to bundle\n`);
  process.exit(1);
}
const startedAt = performance.now();
if (existsSync(outdir)) for (const file of readdirSync(outdir).filter(isOurs)) rmSync(join(outdir, file));
await bundle({ sluice: entry }, outdir);
const bundles = readdirSync(outdir).filter((file) => file.endsWith('.mjs'));
const bytes = bundles.reduce((sum, file) => sum + statSync(join(outdir, file)).size, 0);
const took = Math.round(performance.now() - startedAt);
process.stdout.write(
  `dist/sluice.mjs and ${bundles.length - 1} chunks, ${(bytes / 1e6).toFixed(2)} MB in ${took} ms\n`,
);
