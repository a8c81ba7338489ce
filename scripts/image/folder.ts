import { readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { TarEntry } from './tar.ts';

/** Members for all regular files under a folder, as `dest/...`; `keep` says which relative paths go in. */
export function folderEntries(source: string, dest: string, keep: (relative: string) => boolean): TarEntry[] {
  const entries: TarEntry[] = [];
  for (const found of readdirSync(source, { withFileTypes: true, recursive: true })) {
    const file = path.join(found.parentPath, found.name);
    const relative = path.relative(source, file);
    if (!keep(relative) || found.isDirectory()) continue;
    const real = realpathSync(file);
    if (!statSync(real).isFile()) continue;
    entries.push({
      path: path.join(dest, relative),
      mode: fileMode(real),
      body: { kind: 'file', source: real },
    });
  }
  return entries;
}

/** Readable by all, whatever the umask was; executable where the owner may. */
function fileMode(file: string): number {
  return (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755;
}
