import { realpathSync } from 'node:fs';
import { run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';
import type { TarEntry } from './tar.ts';

/** Paths of the libraries in the output of `ldd`, the loader among them. Pure. */
export function parseLdd(output: string): string[] {
  return [...output.matchAll(/(\/\S+) \(0x[0-9a-f]+\)/g)].map((found) => found[1] ?? '');
}

/** Members for all shared libraries that the programs link, at the paths where their loader looks. */
export async function libraryEntries(programs: readonly string[]): Promise<TarEntry[]> {
  const found = new Set<string>();
  for (const program of programs) {
    const result = await run('ldd', [program]);
    if (result.stdout.includes('not found')) {
      throw new ClusterFault(
        program,
        `a library is missing:\n${result.stdout}`,
        'Install the Debian package that holds it.',
      );
    }
    for (const library of parseLdd(result.stdout)) found.add(library);
  }
  return [...found].map((library) => ({
    path: library.slice(1),
    mode: 0o755,
    body: { kind: 'file', source: realpathSync(library) },
  }));
}
