import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from '../../src/api/schema.ts';

const sandbox = join(import.meta.dirname, '../../scripts/argo-cd/sandbox.lua');

/** A script and what it sees as `obj`. */
export interface LuaCase {
  readonly script: string;
  readonly object: unknown;
}

/** Runs scripts as Argo CD does, with Debian's Lua and no more libraries than Argo CD gives them. What each returned. */
export function runLua(cases: readonly LuaCase[]): unknown[] {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-lua-'));
  try {
    const file = join(folder, 'cases.lua');
    const listed = cases.map(({ script, object }) => `{ ${literal(script)}, ${literal(object)} }`);
    writeFileSync(file, `return {\n${listed.join(',\n')}\n}\n`);
    const run = spawnSync('lua5.4', [sandbox, file], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    if (run.error !== undefined)
      throw new Error(`lua5.4 cannot be run (${run.error.message}); install it with make setup-debian`);
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const healthSchema = z.strictObject({
  status: z.enum(['Progressing', 'Healthy', 'Degraded', 'Suspended']),
  message: z.string().min(1),
});
export type Health = z.infer<typeof healthSchema>;

/** The health of objects by one script; fails where it returns what Argo CD does not take. */
export function healthOf(script: string, objects: readonly unknown[]): Health[] {
  return runLua(objects.map((object) => ({ script, object }))).map((result) => healthSchema.parse(result));
}

/** A JSON value as Lua reads it. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `{ ${value.map(literal).join(', ')} }`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `[${quoted(key)}] = ${literal(field)}`);
  return `{ ${fields.join(', ')} }`;
}

/** Bytes beyond plain ASCII as decimal escapes, which every Lua reads alike. */
function quoted(text: string): string {
  const bytes = [...Buffer.from(text, 'utf8')];
  const escaped = bytes.map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\${String(byte).padStart(3, '0')}`,
  );
  return `"${escaped.join('')}"`;
}
