import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clustersDir, down, up } from '../../../scripts/cluster/cluster.ts';
import { portOfCheckout } from '../../../scripts/cluster/plan.ts';
import { ProcessTable } from '../../../scripts/cluster/process-table.ts';
import { findCluster } from '../../../scripts/cluster/source.ts';
import { type Api, connectApi } from './api.ts';
import { taskDefinition, workload } from './manifests.ts';
import { Scene } from './scene.ts';
import { runHollowNode } from './setup/hollow-node.ts';
import { install } from './setup/install.ts';
import { freshEnvironment, type Sluice, startSluice } from './sluice.ts';

const outageMs = 1000 * Number(process.env['SLUICE_OUTAGE_SECONDS'] ?? 30);
/** A control plane of its own, since it is taken away from everybody on it. */
const cluster = {
  type: 'control-plane',
  name: 'outage',
  port: portOfCheckout(17_600, process.cwd()),
} as const;
const source = await findCluster(cluster.type);

describe.skipIf(source.kind === 'given' || source.kind === 'kind')('L3: the API server goes away', () => {
  let kubeconfig: string;
  let api: Api;
  let stopNode: () => void;
  let sluice: Sluice;

  beforeAll(async () => {
    kubeconfig = (await up(cluster)).plan.kubeconfig;
    api = connectApi(kubeconfig);
    await install(api);
    stopNode = await runHollowNode(api);
    const environment = await freshEnvironment(kubeconfig);
    sluice = await startSluice(api, { roles: ['webhook', 'controller'], environment });
  });
  afterAll(async () => {
    await sluice.stop();
    stopNode();
    api.client.close();
    await down(cluster.name);
  });

  /** A release whose check runs when the outage comes; afterwards it ends, and so does one that begins then. */
  async function releaseThrough(outage: () => Promise<void>): Promise<void> {
    const scene = await Scene.open('outage', undefined, kubeconfig);
    await scene.make(taskDefinition('lint'));
    await scene.make(taskDefinition('smoke'));
    await scene.make(workload('Deployment', { preTasks: 'lint', postTasks: 'smoke' }));
    await scene.until('the task runs', () => scene.jobsEver().length === 1);
    await outage();
    expect(scene.isHeld()).toBe(true);
    await scene.endTask('lint');
    await scene.make(workload('Deployment', { name: 'later', preTasks: 'lint' }));
    await scene.endTask('smoke', { exitCode: 0 }, 'post');
    await scene.endTask('lint');
    await scene.until('both versions are through', () => {
      const versions = scene.all('keptnworkloadversions');
      return versions.length === 2 && versions.every(({ status }) => status?.currentPhase === 'Completed');
    });
    expect(scene.jobsEver()).toHaveLength(3);
    await scene.close();
  }

  function apiServerPid(): number {
    const mark = new ProcessTable(join(clustersDir, cluster.name)).read('kube-apiserver');
    if (mark === undefined) throw new Error('no API server is recorded');
    return mark.pid;
  }

  /** How long an outage lasts is its nature, and nothing can be watched meanwhile. */
  const passTime = () => new Promise((resolve) => setTimeout(resolve, outageMs));

  test('silent for a while: everything goes on', { timeout: outageMs + 90_000 }, () =>
    releaseThrough(async () => {
      const pid = apiServerPid();
      process.kill(pid, 'SIGSTOP');
      await passTime();
      process.kill(pid, 'SIGCONT');
    }),
  );

  test('killed and started again: everything goes on', { timeout: 120_000 }, () =>
    releaseThrough(async () => {
      process.kill(apiServerPid(), 'SIGKILL');
      await up(cluster);
    }),
  );
});
