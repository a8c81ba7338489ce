import path from 'node:path';
import { run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';
import type { Kubectl } from '../install/kubectl.ts';
import { apply, print } from './demo.ts';
import { namespace } from './example.ts';

const program = path.join(import.meta.dirname, '../../dist/sluice.mjs');
const withinSeconds = 60;

/** An Analysis of the shop over the last seconds. Pure. */
export function analysisManifest(name: string): string {
  return `apiVersion: metrics.keptn.sh/v1
kind: Analysis
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  timeframe: { recent: 15s }
  args: { service: shop, item: teapot }
  analysisDefinition: { name: shop-quality }
`;
}

/** Analyses the release that has just gone out and prints its scores; a failed Analysis ends the demo. */
export async function showQuality(kubectl: Kubectl, kubeconfig: string, version: string): Promise<void> {
  const name = `shop-${version}`;
  print(`analysing the release: Analysis ${name}, three objectives over the last 15 s`);
  await apply(kubectl, 'the Analysis', analysisManifest(name));
  const wait = [
    'wait',
    `analysis/${name}`,
    '-n',
    namespace,
    '--for=jsonpath={.status.state}=Completed',
    `--timeout=${withinSeconds}s`,
  ];
  const isCompleted = (await kubectl.try(wait)).ok;
  const explained = await run(process.execPath, [program, 'explain', 'analysis', name, '-n', namespace], {
    env: { KUBECONFIG: kubeconfig },
  });
  print('');
  print(explained.stdout.trimEnd());
  const args = ['get', 'analysis', name, '-n', namespace, '-o', 'jsonpath={.status.pass}'];
  if (isCompleted && (await kubectl.do('the Analysis', args)) === 'true') return;
  throw new ClusterFault(
    `Analysis ${name}`,
    isCompleted ? 'it did not pass' : `it was not completed within ${withinSeconds} s`,
    'The lines above say why.',
  );
}
