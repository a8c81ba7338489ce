// Runs one user script in a Deno of its own, with the permissions that scripts get. Written against Node's built-in
// modules, which Deno has too.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** Variables that a script may read beside all that begin with KEPTN_. */
const readable = ['DATA', 'SECURE_DATA', 'CONTEXT', 'SCRIPT', 'CMD_ARGS', 'TRACEPARENT', 'TRACESTATE'];
const downloadWithinMs = 60_000;

/** Ends the launcher with one line that says what to change. */
class LaunchFault extends Error {}

const word = /(?:[^\s"'\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+/g;

/** Splits arguments as a shell does: blanks part words, quotes and backslashes keep them together. Pure. */
export function splitArguments(text: string): string[] {
  if (text.replace(word, '').trim() !== '')
    throw new LaunchFault('CMD_ARGS holds a quote that is never closed');
  return (text.match(word) ?? []).map(unquote);
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g,
    (_all, single?: string, double?: string, escaped?: string) => {
      if (single !== undefined) return single;
      return double === undefined ? (escaped ?? '') : double.replace(/\\(["\\$`])/g, '$1');
    },
  );
}

/** The command line of the script's own Deno. Pure. */
export function denoArguments(
  script: string,
  args: readonly string[],
  envNames: readonly string[],
): string[] {
  const env = [...readable, ...envNames.filter((name) => name.startsWith('KEPTN_'))].sort();
  return [
    'run',
    '--quiet',
    '--no-prompt',
    '--no-config',
    '--no-lock',
    '--allow-net',
    '--allow-read',
    `--allow-write=${tmpdir()}`,
    `--allow-env=${[...new Set(env)].join(',')}`,
    script,
    ...args,
  ];
}

/** True for what is fetched rather than opened. Pure. */
export function isUrl(script: string): boolean {
  return /^https?:\/\//i.test(script);
}

/** A script as it may be told, since logs end up in statuses: without a password or a token in its URL. Pure. */
export function shown(script: string): string {
  if (!isUrl(script)) return script;
  return script.replace(/^(\w+:\/\/)[^/?#]*@/, '$1').replace(/[?#][\s\S]*$/, '');
}

async function fetchScript(url: string): Promise<Uint8Array> {
  const told = shown(url);
  let answer: Response;
  try {
    answer = await fetch(url, { redirect: 'follow', signal: AbortSignal.timeout(downloadWithinMs) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // Deno's own words may hold the URL too.
    throw new LaunchFault(`SCRIPT ${told} cannot be fetched: ${why.replace(/\w+:\/\/[^\s)"']+/g, shown)}`);
  }
  if (!answer.ok)
    throw new LaunchFault(`SCRIPT ${told} cannot be fetched: the server answered ${answer.status}`);
  const body = new Uint8Array(await answer.arrayBuffer());
  if (body.length === 0) throw new LaunchFault(`SCRIPT ${told} is empty`);
  return body;
}

/** Finds what to run: a path, a URL, or a verified copy of either when a checksum is asked for. */
async function resolveScript(script: string, sha256: string): Promise<string> {
  const body = isUrl(script) ? await fetchScript(script) : readLocal(script);
  // Handed over as a URL, or relative imports of a remote script would be looked for on the disk.
  if (sha256 === '') return script;
  const found = createHash('sha256').update(body).digest('hex');
  if (found !== sha256.toLowerCase()) {
    throw new LaunchFault(
      `SCRIPT ${shown(script)} has SHA-256 ${found}, and SCRIPT_SHA256 asks for ${sha256}`,
    );
  }
  if (!isUrl(script)) return script;
  // What was verified is what runs: fetched again it might be another.
  const extension = path.extname(new URL(script).pathname);
  const copy = path.join(
    mkdtempSync(path.join(tmpdir(), 'script-')),
    `script${extension === '' ? '.ts' : extension}`,
  );
  writeFileSync(copy, body);
  return copy;
}

function readLocal(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LaunchFault(
      `SCRIPT ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function runDeno(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

async function main(): Promise<number> {
  const script = process.env['SCRIPT'] ?? '';
  if (script === '') throw new LaunchFault('SCRIPT is not set: it names the script, a path or a URL');
  const args = splitArguments(process.env['CMD_ARGS'] ?? '');
  const file = await resolveScript(script, process.env['SCRIPT_SHA256'] ?? '');
  return runDeno(denoArguments(file, args, Object.keys(process.env)));
}

if (import.meta.main) {
  try {
    process.exit(await main());
  } catch (error) {
    if (!(error instanceof LaunchFault)) throw error;
    process.stderr.write(`deno-runtime: ${error.message}\n`);
    process.exit(1);
  }
}
