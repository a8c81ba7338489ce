import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './command.ts';
import { ClusterFault } from './fault.ts';
import { cgroupName } from './node-config.ts';
import type { ClusterPlan } from './plan.ts';
import { markProcess, type ProcessCommand, type ProcessTable } from './process-table.ts';
import { until } from './progress.ts';

// A node cluster lives in network, mount and process namespaces of its own. Two kube-proxies in one network namespace
// would overwrite each other's rules; and when the first process of the namespaces ends, the kernel ends every shim
// and container in them and drops their mounts, rules and bridge: nothing can be left behind.

/** The same command, inside the namespaces whose first process is `initPid`. Pure. */
export function inNamespace(initPid: number, command: ProcessCommand): ProcessCommand {
  return { ...command, program: 'nsenter', args: [...enterArgs(initPid), command.program, ...command.args] };
}

function enterArgs(initPid: number): string[] {
  // Not `ip netns exec`: that mounts /sys anew and hides the cgroups.
  return [`--target=${initPid}`, '--net', '--mount', '--pid', '--'];
}

/** Sets the inside up: mounts, the bridge, the link to the host. Pure. */
export function insideScript({ network }: ClusterPlan): string {
  return `set -eu
mount --make-rshared /
for folder in /run/netns /run/containerd /var/lib/cni /var/log/containers; do
  mkdir -p "$folder"
  mount -t tmpfs tmpfs "$folder"
done
# A resolver on the host's loopback is out of reach in here; systemd keeps the real one in this file.
if [ -e /run/systemd/resolve/resolv.conf ]; then mount --bind /run/systemd/resolve/resolv.conf /etc/resolv.conf; fi
ip link set lo up
ip link add kube0 type bridge
ip addr add ${network.podGateway}/24 dev kube0
ip link set kube0 up
ip addr add ${network.apiHost}/30 dev uplink
ip link set uplink up
ip route add default via ${network.uplinkHostIp}
echo 1 > /proc/sys/net/ipv4/ip_forward
iptables -t nat -A POSTROUTING -s ${network.podCidr} -o uplink -j MASQUERADE
`;
}

/** The host's firewall rules of one cluster, without the leading -A, -I or -D. Pure. */
export function hostRules({
  name,
  network,
}: ClusterPlan): { table: string; chain: string; rule: string[] }[] {
  const comment = ['-m', 'comment', '--comment', `sluice cluster ${name}`];
  const link = network.uplinkName;
  return [
    {
      table: 'nat',
      chain: 'POSTROUTING',
      rule: ['-s', `${network.apiHost}/32`, '!', '-o', link, ...comment, '-j', 'MASQUERADE'],
    },
    // Docker sets the policy of this chain to DROP.
    { table: 'filter', chain: 'FORWARD', rule: ['-i', link, ...comment, '-j', 'ACCEPT'] },
    { table: 'filter', chain: 'FORWARD', rule: ['-o', link, ...comment, '-j', 'ACCEPT'] },
  ];
}

/** Makes the namespaces and their link to the host; answers the number of their first process. */
export async function createNamespace(
  plan: ClusterPlan,
  pauseProgram: string,
  table: ProcessTable,
): Promise<number> {
  await assertSubnetFree(plan);
  const holder = table.start({
    name: 'namespace',
    program: 'unshare',
    args: ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', pauseProgram],
  });
  let initPid: number | undefined;
  await until(() => {
    initPid = childOf(holder.pid);
    return initPid !== undefined || !table.isRunning('namespace');
  }, 5_000);
  const mark = initPid === undefined ? undefined : markProcess(initPid);
  if (initPid === undefined || mark === undefined) throw table.deathOf('namespace');
  table.record('init', mark);
  await connectHost(plan, initPid);
  await must('nsenter', [...enterArgs(initPid), 'sh', '-c', insideScript(plan)]);
  makeCgroups(plan.name);
  return initPid;
}

async function connectHost(plan: ClusterPlan, initPid: number): Promise<void> {
  const { apiHost, podCidr, serviceCidr, uplinkHostIp, uplinkName } = plan.network;
  await removeHostNetwork(plan);
  await must('ip', [
    'link',
    'add',
    uplinkName,
    'type',
    'veth',
    'peer',
    'name',
    'uplink',
    'netns',
    String(initPid),
  ]);
  await must('ip', ['addr', 'add', `${uplinkHostIp}/30`, 'dev', uplinkName]);
  await must('ip', ['link', 'set', uplinkName, 'up']);
  // Tests and people on this machine reach pods and Services directly.
  for (const subnet of [podCidr, serviceCidr]) await must('ip', ['route', 'replace', subnet, 'via', apiHost]);
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  for (const { table, chain, rule } of hostRules(plan))
    await must('iptables', ['-w', '-t', table, '-I', chain, ...rule]);
}

/** Removes the link, its routes and the firewall rules from the host; harmless when they are gone. */
export async function removeHostNetwork(plan: ClusterPlan): Promise<void> {
  await run('ip', ['link', 'del', plan.network.uplinkName]);
  for (const { table, chain, rule } of hostRules(plan)) {
    // Twice the same rule after a crash: delete until there is none.
    while ((await run('iptables', ['-w', '-t', table, '-D', chain, ...rule])).ok);
  }
}

async function assertSubnetFree({ name, port, network }: ClusterPlan): Promise<void> {
  const used = (
    await run('ip', ['-o', '-4', 'addr', 'show', 'to', `${network.uplinkHostIp}/30`])
  ).stdout.trim();
  const device = used.split(/\s+/)[1];
  if (used === '' || device === network.uplinkName) return;
  throw new ClusterFault(
    `subnet ${network.uplinkHostIp}/30`,
    `interface ${device} has it already, and cluster ${name} derives it from port ${port}`,
    'Give another CLUSTER_PORT: ports that differ by 1 to 255 get different subnets.',
  );
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const result = await run(program, args);
  if (result.ok) return;
  const shown = args.length > 8 ? `${args.slice(0, 8).join(' ')} …` : args.join(' ');
  throw new ClusterFault(
    `${program} ${shown}`,
    result.stderr.trim(),
    'It needs root with the rights to make namespaces and interfaces (in Docker: --privileged).',
  );
}

function childOf(pid: number): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
    return first === undefined || first === '' ? undefined : Number(first);
  } catch {
    return undefined; // ended
  }
}

/** Mount points of all cgroup hierarchies in the text of /proc/self/mountinfo. Pure. */
export function cgroupMounts(mountInfo: string): string[] {
  const mounts = mountInfo.split('\n').map((line) => line.split(' - '));
  return mounts
    .filter(([, source]) => /^cgroup2? /.test(source ?? ''))
    .map(([place]) => place?.split(' ')[4] ?? '')
    .filter((place) => place !== '');
}

function cgroupFolders(name: string): string[] {
  return cgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8')).map((mount) =>
    path.join(mount, cgroupName(name)),
  );
}

function makeCgroups(name: string): void {
  for (const folder of cgroupFolders(name)) {
    mkdirSync(folder, { recursive: true });
    enableControllers(path.dirname(folder));
  }
}

/** cgroup v2 hands controllers down only when asked; v1 has no such file. */
function enableControllers(parent: string): void {
  let offered: string;
  try {
    offered = readFileSync(path.join(parent, 'cgroup.controllers'), 'utf8').trim();
  } catch {
    return; // v1
  }
  for (const controller of offered.split(' ').filter((word) => word !== '')) {
    try {
      writeFileSync(path.join(parent, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // Some controllers cannot be shared; the kubelet says which one it misses.
    }
  }
}

/** Removes the cluster's cgroups, innermost first; their processes must have ended. */
export function removeCgroups(name: string): void {
  for (const folder of cgroupFolders(name)) removeTree(folder);
}

function removeTree(folder: string): void {
  let entries: string[];
  try {
    entries = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return; // there is none
  }
  for (const entry of entries) removeTree(path.join(folder, entry));
  rmdirSync(folder);
}
