import path from 'node:path';
import { run } from '../cluster/command.ts';

const sluice = path.join(import.meta.dirname, '../../dist/sluice.mjs');

/** The release of the app as a tree, drawn by the program itself; empty where it cannot be drawn: the demo has ended well. */
export async function releaseTree(
  kubeconfig: string,
  release: { readonly app: string; readonly namespace: string },
): Promise<readonly string[]> {
  const drawn = await run('node', [sluice, 'trace', release.app, '-n', release.namespace], {
    env: { KUBECONFIG: kubeconfig },
  });
  return drawn.ok ? ['', ...drawn.stdout.trimEnd().split('\n'), ''] : [];
}
