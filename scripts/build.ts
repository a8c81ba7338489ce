import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leaveOut } from './leave-out.ts';

/** Bundles the one entry, the CLI with its `serve` command, into `dist/sluice.mjs` and prints its size. */
const root = join(import.meta.dirname, '..');
const entry = join(root, 'src', 'cli', 'main.ts');
const outfile = join(root, 'dist', 'sluice.mjs');

// CommonJS packages (express among them) call require, which an ES module does not have.
const requireForCommonJs =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

if (!existsSync(entry)) {
  process.stderr.write(`error: ${entry} does not exist, so there is nothing to bundle\n`);
  process.exit(1);
}
const startedAt = performance.now();
rmSync(outfile, { force: true });
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // `module` first: tree shaking does not reach into CommonJS.
  mainFields: ['module', 'main'],
  banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
  // Names and layout stay readable in stack traces.
  minifySyntax: true,
  plugins: [leaveOut],
  legalComments: 'linked',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
});
const megabytes = (statSync(outfile).size / 1e6).toFixed(2);
process.stdout.write(`dist/sluice.mjs ${megabytes} MB in ${Math.round(performance.now() - startedAt)} ms\n`);
