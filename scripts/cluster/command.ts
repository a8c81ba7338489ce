import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly ok: boolean;
  /** Exit code; -1 when the program could not be started at all. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Called with each complete line of standard error as it arrives. */
  readonly onErrorLine?: (line: string) => void;
}

/** Runs a program to its end and collects what it wrote; never throws, a missing program is `code: -1`. */
export function run(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    let stdout = '';
    let stderr = '';
    let partial = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) options.onErrorLine?.(line);
    });
    child.on('error', (error) => resolve({ ok: false, code: -1, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, code: code ?? 1, stdout, stderr }));
    // A program that ends without reading its input closes the pipe; its exit code tells the story.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** True when the program is found on PATH. */
export async function isOnPath(program: string): Promise<boolean> {
  return (await run('sh', ['-c', 'command -v "$1"', 'sh', program])).ok;
}
