import { runCommandLine } from './args.ts';
import { explain } from './explain.ts';
import { runServe } from './serve.ts';
import { commandLine, exitWith } from './terminal.ts';

const version = '0.1.0';

exitWith(await runCommandLine(commandLine(), version, { serve: runServe, explain }));
