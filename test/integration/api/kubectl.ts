import { spawn } from 'node:child_process';
import { inject } from 'vitest';
import { customKinds } from '../../../src/api/kinds.ts';
import { parseYamlDocuments } from '../../../src/api/yaml.ts';

/** What a run of kubectl left behind. */
export interface KubectlRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl (from KUBECTL or the PATH) against the test cluster, whether it succeeds or not. */
export async function tryKubectl(args: readonly string[], input = ''): Promise<KubectlRun> {
  const child = spawn(inject('kubectl'), [`--kubeconfig=${inject('kubeconfig')}`, ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs kubectl and returns what it printed. Throws when it fails. */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const run = await tryKubectl(args, input);
  if (run.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

/** Several objects as one List, for the standard input of kubectl. */
export function asList(objects: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

/** Runs kubectl and returns the object it printed as JSON or YAML. */
export async function kubectlObject(args: readonly string[], input = ''): Promise<unknown> {
  const parsed = parseYamlDocuments(await kubectl(args, input));
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value[0]?.object;
}

/** Tries to create objects without keeping them. Gives the names of those that would be made, and an error for each other. */
export async function dryRun(
  manifests: readonly unknown[],
): Promise<{ readonly made: readonly string[]; readonly errors: readonly string[] }> {
  const flags = ['--dry-run=server', '--validate=false', '-o', 'name', '-f', '-'];
  const { stdout, stderr } = await tryKubectl(['create', ...flags], asList(manifests));
  return {
    made: stdout.split('\n').filter((line) => line !== ''),
    errors: stderr.split(/\n(?=The |Error )/),
  };
}

/**
 * Installs every kind, waits for it, and makes a namespace; gives what deletes that. A schema whose rules the API server
 * thinks too costly, or cannot compile, ends here.
 */
export async function installKinds(namespace: string): Promise<() => Promise<void>> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', 'manifests/crds']);
  const names = customKinds.map(({ plural, group }) => `${plural}.${group}`);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...names]);
  await kubectl(['create', 'namespace', namespace]);
  return async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  };
}
