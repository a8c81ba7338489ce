import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeImage } from '../image/archive.ts';
import { busyboxSpec, pauseSpec } from '../image/node-images.ts';
import { askApi } from './api.ts';
import { missingPackage } from './binaries.ts';
import { isOnPath, run } from './command.ts';
import { ClusterFault } from './fault.ts';
import { importImages } from './load.ts';
import { inNamespace } from './namespace.ts';
import {
  cniConfig,
  containerdConfig,
  containerdSocket,
  kubeletConfig,
  type NodePrograms,
  nodeName,
} from './node-config.ts';
import { isNodeReady } from './node-ready.ts';
import { kubeconfigFor } from './pki.ts';
import type { ClusterPlan } from './plan.ts';
import type { ProcessCommand, ProcessTable } from './process-table.ts';
import { until } from './progress.ts';

const overlayMagic = 0x794c7630;
/** Longest path of a Unix socket that Linux takes, in bytes. */
const longestSocketPath = 107;

/** Programs that a node needs on the machine, by Debian package. */
const nodePackages: Readonly<Record<string, string>> = {
  iproute2: 'ip',
  iptables: 'iptables',
  conntrack: 'conntrack',
  'util-linux': 'unshare',
  mount: 'mount',
};

/** Refuses, saying what is missing, where a real node cannot run. */
export async function assertNodeCanRun(plan: ClusterPlan): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new ClusterFault(
      `cluster ${plan.name}`,
      'a real node needs root: it makes namespaces, interfaces and cgroups',
      'Run it as root, or use CLUSTER=control-plane or CLUSTER=kwok, which need no rights.',
    );
  }
  for (const [aptPackage, program] of Object.entries(nodePackages)) {
    if (!(await isOnPath(program))) throw missingPackage(aptPackage, `a real node needs "${program}"`);
  }
  if (!existsSync('/bin/busybox'))
    throw missingPackage('busybox-static', 'the node serves it as its busybox image');
  const socket = containerdSocket(plan.dir);
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw new ClusterFault(
      `path ${socket}`,
      `a socket's path holds ${longestSocketPath} bytes at most`,
      'Use a shorter CLUSTER_NAME or a checkout nearer to the root.',
    );
  }
}

/** Starts containerd, kubelet and kube-proxy in the cluster's namespaces and waits until the node is ready. */
export async function startNode(
  plan: ClusterPlan,
  programs: NodePrograms,
  table: ProcessTable,
  initPid: number,
): Promise<void> {
  writeNodeFiles(plan, programs);
  const start = (command: ProcessCommand): void => void table.start(inNamespace(initPid, command));
  start({
    name: 'containerd',
    program: path.join(programs.node, 'containerd'),
    args: ['--config', `${plan.dir}/containerd.toml`],
    // Shims are found next to containerd.
    env: { PATH: `${programs.node}:${process.env['PATH'] ?? ''}` },
  });
  await untilContainerdAnswers(plan, programs, table);
  await importBaseImages(plan, programs);
  const startedAt = new Date();
  start({ name: 'kubelet', program: path.join(programs.kubernetes, 'kubelet'), args: kubeletArgs(plan) });
  start({ name: 'kube-proxy', program: path.join(programs.kubernetes, 'kube-proxy'), args: proxyArgs(plan) });
  await untilNodeReady(plan, table, startedAt);
}

function writeNodeFiles(plan: ClusterPlan, programs: NodePrograms): void {
  const { dir } = plan;
  // Of the run before: its containers are gone, and with them their sockets and addresses.
  for (const stale of ['run/containerd', 'run/containerd.sock', 'run/containerd.sock.ttrpc', 'cni-state']) {
    rmSync(path.join(dir, stale), { recursive: true, force: true });
  }
  for (const folder of ['cni', 'kubelet', 'images']) mkdirSync(path.join(dir, folder), { recursive: true });
  const snapshotter = statfsSync(dir).type === overlayMagic ? 'native' : 'overlayfs';
  const files: Record<string, string> = {
    'cni/10-bridge.conflist': cniConfig(plan),
    'containerd.toml': containerdConfig(dir, programs, snapshotter),
    'kubelet.json': kubeletConfig(plan),
    'node.kubeconfig': kubeconfigFor(plan, 'node'),
    'kube-proxy.kubeconfig': kubeconfigFor(plan, 'kube-proxy'),
  };
  for (const [name, text] of Object.entries(files))
    writeFileSync(path.join(dir, name), text, { mode: 0o600 });
}

async function untilContainerdAnswers(
  plan: ClusterPlan,
  programs: NodePrograms,
  table: ProcessTable,
): Promise<void> {
  const ctr = path.join(programs.node, 'ctr');
  const socket = containerdSocket(plan.dir);
  const answered = await until(async () => {
    if (!table.isRunning('containerd')) return true;
    return existsSync(socket) && (await run(ctr, ['-a', socket, 'version'])).ok;
  }, 30_000);
  if (!answered || !table.isRunning('containerd')) throw table.deathOf('containerd');
}

async function importBaseImages(plan: ClusterPlan, programs: NodePrograms): Promise<void> {
  const file = (name: string): string => path.join(plan.dir, 'images', `${name}.tar`);
  writeImage(file('pause'), pauseSpec(path.join(programs.pause, 'pause')));
  writeImage(file('busybox'), await busyboxSpec('/bin/busybox'));
  await importImages(plan.dir, path.join(programs.node, 'ctr'), [file('pause'), file('busybox')]);
}

function kubeletArgs({ dir, network }: ClusterPlan): string[] {
  return [
    `--config=${dir}/kubelet.json`,
    `--kubeconfig=${dir}/node.kubeconfig`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${network.apiHost}`,
    `--root-dir=${dir}/kubelet`,
    `--cert-dir=${dir}/kubelet/pki`,
  ];
}

function proxyArgs({ dir, network }: ClusterPlan): string[] {
  return [
    `--kubeconfig=${dir}/kube-proxy.kubeconfig`,
    `--hostname-override=${nodeName}`,
    '--proxy-mode=iptables',
    `--cluster-cidr=${network.podCidr}`,
    '--conntrack-max-per-core=0', // that setting belongs to the host
    '--masquerade-all', // a Service's pod may sit on the caller's own bridge
  ];
}

async function untilNodeReady(plan: ClusterPlan, table: ProcessTable, startedAt: Date): Promise<void> {
  let dead: string | undefined;
  const ready = await until(async () => {
    dead = table.names().find((name) => !table.isRunning(name));
    if (dead !== undefined) return true;
    const answer = await askApi(plan, `/api/v1/nodes/${nodeName}`);
    return answer?.status === 200 && isNodeReady(answer.body, startedAt);
  }, 90_000);
  if (dead !== undefined) throw table.deathOf(dead);
  if (!ready) {
    throw new ClusterFault(
      `node ${nodeName}`,
      'it did not become ready within 90 s',
      `Read ${table.logFile('kubelet')} and ${table.logFile('containerd')}.`,
    );
  }
}
