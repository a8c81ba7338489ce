import path from 'node:path';
import { ensureCluster } from '../cluster/cluster.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { say } from '../cluster/progress.ts';
import { install } from '../install/install.ts';
import { Kubectl } from '../install/kubectl.ts';
import { showQuality } from './analysis.ts';
import { failedCheckLogs, follow, prepareNamespace, print, printTimeline } from './demo.ts';
import { showDora } from './dora.ts';
import { loadExample, namespace, openReserve } from './example.ts';
import { podtatoApp, podtatoNamespace, showPodtato } from './podtato.ts';
import { providePrometheus } from './prometheus.ts';
import type { Story } from './story.ts';
import { releaseTree } from './trace.ts';

/** The cluster that KUBECONFIG names, else one of our own, which stays for looking around. */
async function findKubeconfig(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const named = env['KUBECONFIG'] ?? '';
  if (named !== '') {
    print(`using the cluster of KUBECONFIG=${named}`);
    return path.resolve(named);
  }
  print('no KUBECONFIG is set, so a real Kubernetes with one node comes up on this machine');
  const name = env['CLUSTER_NAME'] || 'sluice';
  const port = Number(env['CLUSTER_PORT'] || 16_443);
  return (await ensureCluster({ type: 'node', name, port })).kubeconfig;
}

async function showRelease(kubectl: Kubectl, kubeconfig: string): Promise<void> {
  const example = await loadExample(kubectl, 'demo');
  await prepareNamespace(kubectl, example);
  const story = await follow(
    kubectl,
    example,
    ({ verdict }) => verdict !== undefined,
    () => openReserve(kubectl),
  );
  if (story.verdict === 'Succeeded') await showQuality(kubectl, kubeconfig, example.version);
  printTimeline(story);
  await showDora(kubeconfig, namespace, example.version);
  if (story.verdict !== 'Succeeded') {
    for (const line of await failedCheckLogs(kubectl, story)) print(line);
    throw new ClusterFault('the release', 'a check failed that should have passed', 'What it said is above.');
  }
  print(`shop ${example.version} was held until its checks had passed, rolled out, and was checked again.`);
}

async function showHold(kubectl: Kubectl, kubeconfig: string): Promise<void> {
  const example = await loadExample(kubectl, 'broken');
  await prepareNamespace(kubectl, example);
  const story = await follow(kubectl, example, ({ verdict }) => verdict !== undefined);
  printTimeline(story);
  await showDora(kubeconfig, namespace, example.version);
  assertHeld(story);
  print(`shop ${example.version} stays held: ${story.heldPods.join(', ')}`);
  const gated = story.conditions.find(({ type }) => type === 'Gated');
  if (gated !== undefined) print(`  ${gated.reason}: ${gated.message.split('\n', 1)[0]}`);
  for (const line of await failedCheckLogs(kubectl, story)) print(line);
  const others = [
    'get',
    'pods',
    '-n',
    namespace,
    '-l',
    'app=shop',
    '--field-selector',
    'status.phase=Running',
    '-o',
    'name',
  ];
  const serving = (await kubectl.do('the pods', others)).trim();
  print(
    serving === ''
      ? 'No earlier version runs in this namespace.'
      : `The version before it keeps serving: ${serving.split('\n').join(', ')}`,
  );
  print('It goes on once the check passes for a new version: make demo');
}

function assertHeld(story: Story): void {
  if (story.verdict === 'Failed' && story.heldPods.length > 0 && story.releasedPods.length === 0) return;
  throw new ClusterFault(
    'the gate',
    `the check was to fail and the pods to stay held, but the verdict is ${story.verdict}, held are [${story.heldPods.join(' ')}] and released [${story.releasedPods.join(' ')}]`,
    'This is a defect of Sluice; please report it with the lines above.',
  );
}

interface Demo {
  readonly namespace: string;
  readonly app: string;
  readonly run: (kubectl: Kubectl, kubeconfig: string) => Promise<void>;
}

const demos: ReadonlyMap<string, Demo> = new Map([
  ['release', { namespace, app: 'shop', run: showRelease }],
  ['broken', { namespace, app: 'shop', run: showHold }],
  ['podtato', { namespace: podtatoNamespace, app: podtatoApp, run: showPodtato }],
]);

async function main(): Promise<void> {
  const startedAt = performance.now();
  const wanted = process.env['DEMO'] || 'release';
  const show = demos.get(wanted);
  if (show === undefined) {
    throw new ClusterFault(
      'DEMO',
      `"${wanted}" is not known`,
      'Leave it out, or say DEMO=broken or DEMO=podtato.',
    );
  }
  const kubeconfig = await findKubeconfig(process.env);
  // INSTALL=0: beside a process that make run started.
  if (process.env['INSTALL'] !== '0') await install(kubeconfig, false);
  const kubectl = await Kubectl.on(kubeconfig);
  await providePrometheus(kubectl, kubeconfig);
  await show.run(kubectl, kubeconfig);
  for (const line of await releaseTree(kubeconfig, show)) print(line);
  print(`${((performance.now() - startedAt) / 1_000).toFixed(0)} s in all. Look around:`);
  print(`  export KUBECONFIG=${kubeconfig}`);
  print(`  kubectl get keptnworkloadversions,keptntasks,pods -n ${show.namespace}`);
  if (!process.env['KUBECONFIG']) print('  make cluster-down   # when you are done');
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ClusterFault)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
