import { build } from 'esbuild';
import { leaveOut } from './leave-out.ts';

// CommonJS packages (express among them) call require, which an ES module does not have.
const requireForCommonJs =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Bundles programs for Node, by the names of their files without `.mjs`, and what they load on demand as chunks beside them. */
export async function bundle(programs: Readonly<Record<string, string>>, outdir: string): Promise<void> {
  await build({
    entryPoints: { ...programs },
    outdir,
    outExtension: { '.js': '.mjs' },
    splitting: true,
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
}
