import { productVersion } from '../kernel/product-version.ts';
import { runCommandLine } from './args.ts';
import { commandLine, exitWith } from './terminal.ts';

// Each command loads only what it needs: a process keeps the code of all that it imports in memory.
const exitCode = await runCommandLine(commandLine(), productVersion, {
  serve: async (options) => (await import('./serve.ts')).runServe(options),
  convert: async (options) => (await import('./convert.ts')).convert(options),
  dora: async (options) => (await import('./dora.ts')).dora(options),
  trace: async (options) => (await import('./trace.ts')).trace(options),
  prepareUninstall: async (options) => (await import('./prepare-uninstall.ts')).prepareUninstall(options),
  explain: async (options) => (await import('./explain.ts')).explain(options),
});
exitWith(exitCode);
