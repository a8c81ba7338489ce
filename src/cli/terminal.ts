import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** Prints an error for people and gives the exit code for it. */
export function failWith(message: string): number {
  process.stderr.write(`error: ${message}\n`);
  return 1;
}

/** Prints warnings for people, apart from the output. */
export function warn(...messages: readonly string[]): void {
  for (const message of messages) process.stderr.write(`warning: ${message}\n`);
}

/** Files of users are small; anything longer was given by mistake. */
const longestBytes = 4 * 1024 * 1024;

/** Reads a file, or standard input for `-`. Errors: not-found, or malformed when it is too long, naming the file. */
export function readInput(path: string): Result<string, SluiceError> {
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8');
    if (text.length <= longestBytes) return ok(text);
    return err(failure('malformed', `${path} is longer than 4 MiB; give an slo.yaml or sli.yaml`));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return err(failure('not-found', `cannot read ${path}: ${why}`));
  }
}

/** Prints lines to standard output. */
export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** How many characters a line of the terminal has, and whether it shows colours; 80 and none where output is no terminal. */
export function screen(): { readonly columns: number; readonly colours: boolean } {
  const { stdout } = process;
  return { columns: stdout.isTTY ? stdout.columns : 80, colours: stdout.isTTY && stdout.hasColors() };
}

/** Prints a text to standard output as it is. */
export function printText(text: string): void {
  process.stdout.write(text);
}

/**
 * Calls when the process is asked to end (SIGTERM, SIGINT). Asked again, it ends at once: the first process of a container
 * would not otherwise notice, since the system ends that one by no signal that it does not listen for.
 */
export function onStopSignal(call: () => void): void {
  let isAsked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // What a shell says of a process that a signal has ended.
      if (isAsked) process.exit(128 + constants.signals[signal]);
      isAsked = true;
      call();
    });
  }
}

/** The arguments of this process. */
export function commandLine(): readonly string[] {
  return process.argv;
}

/** Sets the code with which the process ends. */
export function exitWith(code: number): void {
  process.exitCode = code;
}
