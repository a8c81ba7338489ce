/** Prints an error for people and gives the exit code for it. */
export function failWith(message: string): number {
  process.stderr.write(`error: ${message}\n`);
  return 1;
}

/** Prints lines to standard output. */
export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** Calls once when the process is asked to end (SIGTERM, SIGINT). */
export function onStopSignal(call: () => void): void {
  process.once('SIGTERM', call);
  process.once('SIGINT', call);
}

/** The arguments of this process. */
export function commandLine(): readonly string[] {
  return process.argv;
}

/** Sets the code with which the process ends. */
export function exitWith(code: number): void {
  process.exitCode = code;
}
