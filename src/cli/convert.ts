import type { ConvertArguments } from './args.ts';
import { convertFile } from './convert-file.ts';
import { failWith, printText, readInput, warn } from './terminal.ts';

/** Converts a file of Keptn v1: objects to standard output, what got lost to standard error. Gives the exit code. */
export async function convert(options: ConvertArguments): Promise<number> {
  if (options.file === undefined) return failWith('give the file to convert, or - for standard input');
  const text = readInput(options.file);
  if (!text.ok) return failWith(text.error.message);
  const converted = convertFile(text.value, options);
  if (!converted.ok) return failWith(converted.error.message);
  warn(...converted.value.warnings);
  printText(converted.value.yaml);
  return 0;
}
