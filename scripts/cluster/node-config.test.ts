import { expect, test } from 'vitest';
import { controlPlaneCommands } from './control-plane.ts';
import { cgroupMounts, hostRules, inNamespace, insideScript } from './namespace.ts';
import { cniConfig, containerdConfig, kubeletConfig } from './node-config.ts';
import { isNodeReady } from './node-ready.ts';
import { leavesOf } from './pki.ts';
import { planCluster } from './plan.ts';

const plan = planCluster({ type: 'node', name: 'a', port: 16_443 }, '/c');
const other = planCluster({ type: 'node', name: 'b', port: 16_444 }, '/c');
const programs = { kubernetes: '/k', node: '/n', cni: '/cni', pause: '/p' };

test('no setting of one cluster names another', () => {
  for (const render of [cniConfig, kubeletConfig, insideScript]) {
    expect(render(other)).not.toContain('.59.');
    expect(render(other)).not.toContain('/c/a/');
  }
  expect(hostRules(plan)).not.toEqual(hostRules(other));
});

test('two kubelets never share a top cgroup', () => {
  expect(JSON.parse(kubeletConfig(plan))).toMatchObject({
    cgroupRoot: '/sluice-a',
    podCIDR: '10.244.59.0/24',
  });
});

test('containerd finds its programs and the sandbox image', () => {
  const text = containerdConfig(plan.dir, programs, 'native');
  for (const part of ["'/n/runc'", "'/cni'", "sandbox = 'localhost/pause:1'", "snapshotter = 'native'"])
    expect(text).toContain(part);
});

test('the API server has a certificate for each address it is called by', () => {
  const server = leavesOf(plan).find(({ name }) => name === 'apiserver');
  for (const address of ['IP:127.0.0.1', 'IP:10.96.59.1', 'IP:10.243.59.2', 'DNS:kubernetes.default.svc']) {
    expect(server?.extensions).toContain(address);
  }
});

test('without a controller manager the plugin that waits for it is off', () => {
  const commands = controlPlaneCommands(plan, { etcd: '/etcd', apiServer: '/api' });
  expect(commands.map(({ name }) => name)).toEqual(['etcd', 'kube-apiserver']);
  expect(commands[1]?.args).toContain('--disable-admission-plugins=ServiceAccount');
});

test('a command in the namespaces keeps its name and arguments', () => {
  const command = inNamespace(7, { name: 'etcd', program: '/etcd', args: ['--x'] });
  expect(command).toMatchObject({ name: 'etcd', program: 'nsenter' });
  expect(command.args.slice(-3)).toEqual(['--', '/etcd', '--x']);
});

test('cgroup hierarchies of both versions are found', () => {
  const info = [
    '24 1 0:1 / /sys/fs/cgroup rw - tmpfs tmpfs rw',
    '25 24 0:2 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu',
    '26 24 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
  ].join('\n');
  expect(cgroupMounts(info)).toEqual(['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/unified']);
});

test.each([
  ['True', '2026-01-01T00:00:10Z', true],
  ['False', '2026-01-01T00:00:10Z', false],
  ['Unknown', '2026-01-01T00:00:10Z', false],
  ['True', '2026-01-01T00:00:09Z', false],
])('Ready=%s with a heartbeat at %s counts: %s', (status, lastHeartbeatTime, expected) => {
  const json = JSON.stringify({ status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime }] } });
  expect(isNodeReady(json, new Date('2026-01-01T00:00:10.900Z'))).toBe(expected);
});

test('a node without a status is not ready', () => {
  expect(isNodeReady('{}', new Date(0))).toBe(false);
});
