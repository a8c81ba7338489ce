import type { ClusterPlan } from './plan.ts';

export const nodeName = 'node1';

export interface NodePrograms {
  /** Folders of built components. */
  readonly kubernetes: string;
  readonly node: string;
  readonly cni: string;
  readonly pause: string;
}

/** containerd's socket; everything about images and containers goes through it. Pure. */
export function containerdSocket(dir: string): string {
  return `${dir}/run/containerd.sock`;
}

/** The kubelet's own top cgroup: two kubelets in one would end each other's pods. Pure. */
export function cgroupName(name: string): string {
  return `sluice-${name}`;
}

/** CNI configuration: one bridge, addresses of the pod subnet. Pure. */
export function cniConfig({ dir, network }: ClusterPlan): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'kube',
    plugins: [
      {
        type: 'bridge',
        bridge: 'kube0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: network.podCidr, gateway: network.podGateway }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: `${dir}/cni-state`,
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

/** containerd's configuration. `snapshotter` is overlayfs, or native where the disk is an overlay itself. Pure. */
export function containerdConfig(dir: string, programs: NodePrograms, snapshotter: string): string {
  return `version = 3
root = '${dir}/containerd'
state = '${dir}/run/containerd'
disabled_plugins = ['io.containerd.nri.v1.nri']
[grpc]
  address = '${containerdSocket(dir)}'
[plugins.'io.containerd.cri.v1.images']
  snapshotter = '${snapshotter}'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = 'localhost/pause:1'
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true # lowering a score needs CAP_SYS_RESOURCE, which a sandboxed root may lack
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['${programs.cni}']
  conf_dir = '${dir}/cni'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = '${programs.node}/runc'
  SystemdCgroup = false
`;
}

/** The kubelet's configuration, as JSON. Pure. */
export function kubeletConfig({ dir, name, network }: ClusterPlan): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: network.apiHost,
    healthzPort: 0,
    readOnlyPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${dir}/pki/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupName(name)}`,
    failCgroupV1: false,
    failSwapOn: false,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    containerRuntimeEndpoint: `unix://${containerdSocket(dir)}`,
    podCIDR: network.podCidr,
    podLogsDir: `${dir}/log/pods`,
    volumePluginDir: `${dir}/kubelet/volume-plugins`,
    clusterDomain: 'cluster.local',
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
    },
    imageGCHighThresholdPercent: 100,
  });
}
