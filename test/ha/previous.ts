import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { load } from '../../scripts/cluster/cluster.ts';
import { type CommandResult, run } from '../../scripts/cluster/command.ts';
import { say } from '../../scripts/cluster/progress.ts';
import { writeImage } from '../../scripts/image/archive.ts';
import { sluiceSpec } from '../../scripts/image/images.ts';
import { isOurs } from './site.ts';

const repository = join(import.meta.dirname, '../..');
const folder = join(repository, '.cache/ha/previous');
const image = 'localhost/sluice:previous';

/** An earlier Sluice, built and known to the node: install either as a user of its checkout would. */
export interface Previous {
  readonly commit: string;
  readonly installPrevious: () => Promise<void>;
  readonly installThis: () => Promise<void>;
}

/** Builds the Sluice before this one and loads its image. Answers why where that is not possible here. */
export async function buildPrevious(kubeconfig: string): Promise<Previous | { readonly why: string }> {
  const commit = await previousCommit();
  if (commit === undefined)
    return { why: 'no earlier commit: this is no clone with history, or a shallow one' };
  if (!isOurs(kubeconfig)) return { why: 'images cannot be loaded into a given cluster' };
  say(`building the Sluice of ${commit}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, 'source.tar');
  succeeded(await run('git', ['archive', '--output', archive, commit], { cwd: repository }));
  succeeded(await run('tar', ['-xf', archive, '-C', folder]));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  succeeded(await run(process.execPath, ['scripts/build.ts'], { cwd: folder }));
  const file = join(folder, 'sluice-previous.tar');
  writeImage(file, await sluiceSpec(join(folder, 'dist'), image));
  await load(basename(dirname(kubeconfig)), [file]);
  const env = { KUBECONFIG: kubeconfig, METRICS_API: 'off' };
  const install = async (cwd: string, more: Readonly<Record<string, string>>): Promise<void> => {
    const args = ['scripts/install/main.ts', 'install'];
    succeeded(await run(process.execPath, args, { cwd, env: { ...env, ...more }, onErrorLine: say }));
  };
  return {
    commit,
    installPrevious: () => install(folder, { IMAGE: image }),
    installThis: () => install(repository, {}),
  };
}

/** SLUICE_PREVIOUS, else the last tag, else the last commit before what now makes the product. */
async function previousCommit(): Promise<string | undefined> {
  const parts = ['--', 'src', 'manifests'];
  const isChanged = (await git('status', '--porcelain', ...parts)) !== '';
  const last = isChanged ? 'HEAD' : `${await git('log', '-1', '--format=%H', ...parts)}^`;
  const named = process.env['SLUICE_PREVIOUS'] ?? (await git('describe', '--tags', '--abbrev=0')) ?? last;
  return git('rev-parse', '--verify', '--quiet', `${named}^{commit}`);
}

async function git(...args: readonly string[]): Promise<string | undefined> {
  const { ok, stdout } = await run('git', args, { cwd: repository });
  return ok ? stdout.trim() : undefined;
}

function succeeded({ ok, stderr, code }: CommandResult): void {
  if (!ok) throw new Error(`ended with ${code}: ${stderr.trim()}`);
}
