import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { isOnPath, run } from './command.ts';
import { type Component, type ComponentName, components, type GoBuild } from './component.ts';
import { ClusterFault } from './fault.ts';
import { withLock } from './lock.ts';
import { timed } from './progress.ts';
import { stampOf } from './stamp.ts';

const modulesDir = path.join(import.meta.dirname, 'modules');

/** Where built programs are kept for all checkouts of this user. */
export function cacheDir(): string {
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'sluice');
}

/** The folder with a component's programs; builds them first when this version of them is not in the cache yet. */
export async function ensureComponent(name: ComponentName): Promise<string> {
  const component = components[name];
  const out = path.join(cacheDir(), `${name}-${stampOf(stampInput(component))}`);
  if (existsSync(out)) return out;
  await withLock(`${out}.lock`, component.title, async () => {
    // The one that we waited for may have built it.
    if (!existsSync(out)) await build(component, out);
  });
  return out;
}

function stampInput(component: Component): Parameters<typeof stampOf>[0] {
  const dir = component.module === undefined ? undefined : path.join(modulesDir, component.module);
  const names = dir === undefined ? [] : readdirSync(dir);
  const files = Object.fromEntries(
    names.map((name) => [name, readFileSync(path.join(dir ?? '', name), 'utf8')]),
  );
  return {
    files,
    commands: [...component.builds.map(({ args }) => args), Object.values(component.files?.paths ?? {})],
    platform: `${process.platform}/${process.arch}`,
  };
}

async function build(component: Component, out: string): Promise<void> {
  await assertToolsFor(component);
  mkdirSync(cacheDir(), { recursive: true });
  dropDrafts(out);
  // Renamed when all is there: a half-built folder never bears the final name.
  const draft = mkdtempSync(`${out}.draft-`);
  try {
    let compiled = 0;
    let downloaded = 0;
    const count = (line: string): void => {
      if (line.startsWith('go: downloading')) downloaded += 1;
      else if (!line.startsWith('go: ')) compiled += 1;
    };
    await timed(
      component.title,
      async () => {
        for (const step of component.builds) await goBuild(component, step, { draft, count });
      },
      () => `${compiled} packages compiled${downloaded === 0 ? '' : `, ${downloaded} modules downloaded`}`,
    );
    await copyFiles(component, draft);
    for (const [link, target] of Object.entries(component.links ?? {}))
      symlinkSync(target, path.join(draft, link));
    renameSync(draft, out);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Removes what builds left that were killed: whoever holds the lock is the only one who builds. */
function dropDrafts(out: string): void {
  const prefix = `${path.basename(out)}.draft-`;
  for (const name of readdirSync(cacheDir()))
    if (name.startsWith(prefix)) rmSync(path.join(cacheDir(), name), { recursive: true, force: true });
}

async function goBuild(
  component: Component,
  step: GoBuild,
  to: { draft: string; count: (line: string) => void },
): Promise<void> {
  const result = await run(
    'go',
    step.args.map((arg) =>
      arg.startsWith('OUT/') ? path.join(to.draft, arg.slice(4)) + (arg === 'OUT/' ? '/' : '') : arg,
    ),
    {
      cwd: component.module === undefined ? to.draft : path.join(modulesDir, component.module),
      env: { GOBIN: to.draft, GOFLAGS: '-buildvcs=false', CGO_ENABLED: step.cgo ? '1' : '0' },
      onErrorLine: to.count,
    },
  );
  if (result.ok) return;
  const tail = result.stderr.trimEnd().split('\n').slice(-8).join('\n    ');
  throw new ClusterFault(
    component.name,
    `go ${step.args[0]} failed with code ${result.code}:\n    ${tail}`,
    'If modules could not be downloaded, check `go env GOPROXY`; what was compiled so far is kept.',
  );
}

async function copyFiles({ name, files }: Component, draft: string): Promise<void> {
  if (files === undefined) return;
  const found = await run('go', ['list', '-m', '-f', '{{.Dir}}', files.module], {
    cwd: draft,
    env: { GOFLAGS: '-mod=mod' },
  });
  const dir = found.stdout.trim();
  if (!found.ok || dir === '') {
    throw new ClusterFault(
      name,
      `go does not know where ${files.module} is: ${found.stderr.trim()}`,
      'Check `go env GOPROXY`.',
    );
  }
  for (const [to, from] of Object.entries(files.paths))
    copyFileSync(path.join(dir, from), path.join(draft, to));
}

/** Refuses at once, with the name of the package, when a tool that the build needs is missing. */
async function assertToolsFor(component: Component): Promise<void> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new ClusterFault(
      `platform ${process.platform}/${process.arch}`,
      'clusters from Go modules run on Linux (x64, arm64) only',
      'Start Docker and use `make kind-up`, or name another cluster in SLUICE_KUBECONFIG.',
    );
  }
  if (!(await isOnPath('go'))) {
    throw new ClusterFault(
      'Go tool chain',
      `"go" is not on PATH, and ${component.name} is built from source`,
      'Install Go 1.26 or newer (any Go since 1.21 fetches it itself), or set SLUICE_KUBECONFIG or KUBEBUILDER_ASSETS.',
    );
  }
  for (const [aptPackage, evidence] of Object.entries(component.needs ?? {})) {
    const found = evidence.startsWith('/') ? existsSync(evidence) : await isOnPath(evidence);
    if (!found) throw missingPackage(aptPackage, `${component.name} cannot be built without it`);
  }
}

/** The fault that a Debian package is not installed. */
export function missingPackage(aptPackage: string, cause: string): ClusterFault {
  return new ClusterFault(
    `package ${aptPackage}`,
    `it is not installed; ${cause}`,
    `Run: apt-get install ${aptPackage}   (or scripts/setup-debian.sh for all)`,
  );
}
