import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { answersOk } from './api.ts';
import { ensureComponent } from './binaries.ts';
import { run } from './command.ts';
import { controlPlaneCommands, startControlPlane } from './control-plane.ts';
import { ClusterFault } from './fault.ts';
import { startKwok } from './kwok.ts';
import { importImages } from './load.ts';
import { withLock } from './lock.ts';
import { createNamespace, inNamespace, removeCgroups, removeHostNetwork } from './namespace.ts';
import { assertNodeCanRun, startNode } from './node.ts';
import { hasPki, kubeconfigFor, makePki } from './pki.ts';
import { type ClusterPlan, type ClusterRequest, planCluster } from './plan.ts';
import { ProcessTable } from './process-table.ts';
import { type ClusterPrograms, programsFor } from './programs.ts';
import { say, timed, until } from './progress.ts';
import { readRecord, writeRecord } from './record.ts';
import { findCluster } from './source.ts';

/** Hollow nodes of a kwok cluster. */
const defaultNodes = 5;

const repository = path.join(import.meta.dirname, '../..');
/** The folder that holds one folder for each cluster of this checkout. */
export const clustersDir = path.join(repository, '.cluster');

export interface RunningCluster {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Where this machine is reached from the API server, for a webhook that a test serves itself. */
  readonly hostAddress: string;
  /** Takes down what this call started; nothing when the cluster was there before. */
  stop(): Promise<void>;
}

/** Gives a test run its cluster: named, kind, from given binaries or from Go modules, in this order; starts it when needed. */
export async function ensureCluster(request: ClusterRequest): Promise<RunningCluster> {
  const source = await findCluster(request.type);
  const stop = (): Promise<void> => Promise.resolve();
  switch (source.kind) {
    case 'given':
      return { kubeconfig: source.kubeconfig, hostAddress: '127.0.0.1', stop };
    case 'kind':
      return ensureKind(request);
    case 'assets':
    case 'modules': {
      const { plan, started } = await up(request);
      const isKept = !started || process.env['SLUICE_KEEP_CLUSTER'] === '1';
      const hostAddress = plan.type === 'node' ? plan.network.uplinkHostIp : '127.0.0.1';
      return { kubeconfig: plan.kubeconfig, hostAddress, stop: isKept ? stop : () => down(request.name) };
    }
  }
}

async function ensureKind({ name }: ClusterRequest): Promise<RunningCluster> {
  const script = path.join(repository, 'scripts/kind.sh');
  const kubeconfig = path.join(clustersDir, name, 'kubeconfig');
  const made = await timed(`kind cluster ${name} (about a minute when it is new)`, () =>
    run('bash', [script, 'up', name], { env: { SLUICE_KIND_KUBECONFIG: kubeconfig }, onErrorLine: say }),
  );
  if (!made.ok)
    throw new ClusterFault(
      `kind cluster ${name}`,
      `scripts/kind.sh failed with code ${made.code}`,
      'See the lines above.',
    );
  const gateway = await run('bash', [script, 'host-address']);
  return { kubeconfig, hostAddress: gateway.stdout.trim(), stop: () => Promise.resolve() };
}

/** Starts a cluster, or finds it healthy and leaves it alone. */
export async function up(
  request: ClusterRequest,
  nodes = defaultNodes,
): Promise<{ plan: ClusterPlan; started: boolean }> {
  const plan = planCluster(request, clustersDir);
  if (plan.type === 'node') await assertNodeCanRun(plan);
  return withLock(`${plan.dir}.lock`, `starting or stopping cluster ${plan.name}`, async () => {
    if (await isHealthy(plan)) {
      say(`cluster ${plan.name} (${plan.type}, ${plan.server}) is already running`);
      return { plan, started: false };
    }
    const programs = await programsFor(plan.type);
    await clearLeftovers(plan);
    await timed(`starting cluster ${plan.name} (${plan.type}, ${plan.server}; usually 5 to 15 s)`, () =>
      startOrClear(plan, programs, nodes),
    );
    return { plan, started: true };
  });
}

/** Stops every process of a cluster and removes its files; says so when there is none. */
export async function down(name: string): Promise<void> {
  const dir = path.join(clustersDir, name);
  await withLock(`${dir}.lock`, `starting or stopping cluster ${name}`, async () => {
    const table = new ProcessTable(dir);
    const existed = readRecord(dir) !== undefined || table.names().length > 0;
    await stopAll(dir, readRecord(dir));
    rmSync(dir, { recursive: true, force: true });
    say(existed ? `cluster ${name} is down` : `there is no cluster ${name}`);
  });
}

/** Imports image archives into the cluster's node, those that changed. */
export async function load(name: string, archives: readonly string[]): Promise<void> {
  const ctr = path.join(await ensureComponent('node'), 'ctr');
  await importImages(path.join(clustersDir, name), ctr, archives);
}

/** One line for each cluster of this checkout: name, type, server, and which processes run. */
export async function status(): Promise<string[]> {
  const lines: string[] = [];
  for (const name of clusterNames()) {
    const dir = path.join(clustersDir, name);
    const record = readRecord(dir);
    if (record === undefined) continue;
    const plan = planCluster(record, clustersDir);
    const table = new ProcessTable(dir);
    const running = table.names().filter((process) => table.isRunning(process));
    const ready = (await answersOk(plan, '/readyz')) ? 'ready' : 'not ready';
    lines.push(`${name} ${plan.type} ${plan.server} ${ready} [${running.join(' ')}]`);
  }
  return lines;
}

function clusterNames(): string[] {
  try {
    const entries = readdirSync(clustersDir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return []; // no cluster was ever started here
  }
}

async function isHealthy(plan: ClusterPlan): Promise<boolean> {
  const record = readRecord(plan.dir);
  const table = new ProcessTable(plan.dir);
  const names = table.names();
  const running = names.filter((name) => table.isRunning(name));
  if (
    record !== undefined &&
    running.length > 0 &&
    (record.type !== plan.type || record.port !== plan.port)
  ) {
    throw new ClusterFault(
      `cluster ${plan.name}`,
      `it runs as ${record.type} on port ${record.port}, and ${plan.type} on port ${plan.port} was asked for`,
      `Run \`make cluster-down CLUSTER_NAME=${plan.name}\` first, or give another CLUSTER_NAME and CLUSTER_PORT.`,
    );
  }
  return (
    record !== undefined &&
    names.length > 1 &&
    running.length === names.length &&
    isComplete(plan) &&
    (await answersOk(plan, '/readyz'))
  );
}

/** True when an earlier start ran to its end. */
function isComplete(plan: ClusterPlan): boolean {
  try {
    return readFileSync(path.join(plan.dir, 'started'), 'utf8') === '';
  } catch {
    return false;
  }
}

/** Ends what is left of an earlier run; its data is kept when it is of the same kind and whole. */
async function clearLeftovers(plan: ClusterPlan): Promise<void> {
  const record = readRecord(plan.dir);
  const table = new ProcessTable(plan.dir);
  if (table.names().length > 0) say(`cluster ${plan.name}: ending what an earlier run left`);
  await stopAll(plan.dir, record);
  const isSame = record?.type === plan.type && record.port === plan.port;
  if (!isSame || !hasPki(plan)) rmSync(plan.dir, { recursive: true, force: true });
}

/** Starts; when that fails, ends what did start and keeps the logs. */
async function startOrClear(plan: ClusterPlan, programs: ClusterPrograms, nodes: number): Promise<void> {
  try {
    await start(plan, programs, nodes);
  } catch (error) {
    await stopAll(plan.dir, readRecord(plan.dir));
    throw error;
  }
}

async function start(plan: ClusterPlan, programs: ClusterPrograms, nodes: number): Promise<void> {
  if (plan.type !== 'node') await assertPortsFree(plan);
  rmSync(path.join(plan.dir, 'started'), { force: true });
  writeRecord(plan);
  if (!hasPki(plan)) await makePki(plan);
  writeFileSync(plan.kubeconfig, kubeconfigFor(plan, 'admin'), { mode: 0o600 });
  const table = new ProcessTable(plan.dir);
  const commands = controlPlaneCommands(plan, programs.controlPlane);
  if (programs.node === undefined) {
    await startControlPlane(plan, commands, table);
  } else {
    const initPid = await createNamespace(plan, path.join(programs.node.pause, 'pause'), table);
    await startControlPlane(
      plan,
      commands.map((command) => inNamespace(initPid, command)),
      table,
    );
    await startNode(plan, programs.node, table, initPid);
  }
  if (programs.kwok !== undefined) await startKwok(plan, programs.kwok, nodes, table);
  writeFileSync(path.join(plan.dir, 'started'), '');
}

/** Ends a cluster's processes and takes what it set on the machine back. */
async function stopAll(dir: string, record: ClusterRequest | undefined): Promise<void> {
  const table = new ProcessTable(dir);
  // With the first process of its namespaces the kernel ends all others in them.
  if (table.names().includes('init')) await table.stop('init', 0);
  // A short grace: the API server waits for its watchers, and there is nothing to save but what etcd already wrote.
  await Promise.all(table.names().map((name) => table.stop(name, 2_000)));
  if (record?.type !== 'node') return;
  await removeHostNetwork(planCluster(record, clustersDir));
  removeCgroups(record.name);
}

async function assertPortsFree({ name, network }: ClusterPlan): Promise<void> {
  for (const port of [network.apiPort, network.etcdPort]) {
    // What has just ended may hold it a moment longer.
    if (await until(() => isPortFree(port), 2_000)) continue;
    throw new ClusterFault(
      `port ${port}`,
      `another process listens on 127.0.0.1:${port}, which cluster ${name} needs`,
      `Find it with \`ss -ltnp 'sport = :${port}'\`, or give another CLUSTER_PORT.`,
    );
  }
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
