import { createHash } from 'node:crypto';
import path from 'node:path';

/** `control-plane`: no nodes; `kwok`: hollow nodes; `node`: one real node that runs containers. */
export const clusterTypes = ['control-plane', 'kwok', 'node'] as const;
export type ClusterType = (typeof clusterTypes)[number];

export interface ClusterRequest {
  readonly type: ClusterType;
  readonly name: string;
  readonly port: number;
}

/** Addresses of one cluster. Those of a real node are unique by port, so that the host can route to several at once. */
export interface ClusterNetwork {
  /** Where the API server listens and is reached by tests, components and pods. */
  readonly apiHost: string;
  readonly apiPort: number;
  readonly etcdPort: number;
  readonly serviceCidr: string;
  readonly firstServiceIp: string;
  readonly podCidr: string;
  readonly podGateway: string;
  /** The host's end of the link into the node's network namespace. */
  readonly uplinkHostIp: string;
  readonly uplinkName: string;
}

export interface ClusterPlan extends ClusterRequest {
  readonly dir: string;
  readonly kubeconfig: string;
  readonly server: string;
  readonly network: ClusterNetwork;
}

/** Lays out one cluster under `root` (the folder that holds all clusters). Pure. */
export function planCluster(request: ClusterRequest, root: string): ClusterPlan {
  const dir = path.join(root, request.name);
  const network = planNetwork(request);
  return {
    ...request,
    dir,
    kubeconfig: path.join(dir, 'kubeconfig'),
    server: `https://${network.apiHost}:${network.apiPort}`,
    network,
  };
}

/** Ports and subnets from the type, name and port alone. Pure. */
export function planNetwork({ type, name, port }: ClusterRequest): ClusterNetwork {
  const slot = networkSlot(port);
  const isNode = type === 'node';
  return {
    apiHost: isNode ? `10.243.${slot}.2` : '127.0.0.1',
    apiPort: port,
    // Far from the API port, so that neighbours (16443, 16444) do not meet.
    etcdPort: port + 10_000 <= 65_535 ? port + 10_000 : port - 10_000,
    serviceCidr: isNode ? `10.96.${slot}.0/24` : '10.96.0.0/16',
    firstServiceIp: isNode ? `10.96.${slot}.1` : '10.96.0.1',
    podCidr: isNode ? `10.244.${slot}.0/24` : '10.244.0.0/16',
    podGateway: isNode ? `10.244.${slot}.1` : '10.244.0.1',
    uplinkHostIp: `10.243.${slot}.1`,
    // Interface names hold 15 characters at most.
    uplinkName: `sl-${digest(`${name}:${port}`).slice(0, 10)}`,
  };
}

/** Third octet of a node cluster's subnets (0-255): ports that differ by less than 256 never share one. Pure. */
export function networkSlot(port: number): number {
  return port % 256;
}

/** A port from `base` on that a checkout keeps, so that the tests of two checkouts on one machine do not meet. Pure. */
export function portOfCheckout(base: number, checkout: string): number {
  return base + (Number.parseInt(digest(checkout).slice(0, 8), 16) % portsOfCheckouts);
}

const portsOfCheckouts = 250;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
