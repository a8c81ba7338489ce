import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { clustersDir } from '../../scripts/cluster/cluster.ts';
import { run } from '../../scripts/cluster/command.ts';
import { until } from '../../scripts/cluster/progress.ts';
import { Kubectl } from '../../scripts/install/kubectl.ts';
import { z } from '../../src/api/schema.ts';
import { type Api, connectApi } from '../integration/lifecycle/api.ts';

/** Namespace of the installation. */
export const systemNamespace = 'sluice-system';
export type Component = 'webhook' | 'controller';

/** A pod of Sluice. */
export interface Replica {
  readonly name: string;
  readonly ip: string;
  readonly isReady: boolean;
}

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.object({
        podIP: z.string().default(''),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      }),
    }),
  ),
});
const leaseSchema = z.object({ spec: z.object({ holderIdentity: z.string().default('') }) });

/** An installed Sluice on a real node, and what can be done to it. */
export class Site {
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  readonly api: Api;

  private constructor(kubeconfig: string, kubectl: Kubectl) {
    this.kubeconfig = kubeconfig;
    this.kubectl = kubectl;
    this.api = connectApi(kubeconfig);
  }

  static async open(kubeconfig: string): Promise<Site> {
    return new Site(kubeconfig, await Kubectl.on(kubeconfig));
  }

  close(): void {
    this.api.client.close();
  }

  /** The pods of a component that are not on their way out. */
  async replicas(component: Component): Promise<Replica[]> {
    const selector = `labelSelector=app.kubernetes.io/component=${component}`;
    const { body } = await this.api.request('GET', `/api/v1/namespaces/${systemNamespace}/pods?${selector}`);
    return podsSchema
      .parse(body)
      .items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata, status }) => ({
        name: metadata.name,
        ip: status.podIP,
        isReady: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      }));
  }

  /** Any replica of a component. */
  async anyReplica(component: Component): Promise<Replica> {
    const [first] = await this.replicas(component);
    if (first === undefined) throw new Error(`no pod of the ${component}`);
    return first;
  }

  /** Rolls a component's pods and waits until that is done. */
  async restart(component: Component): Promise<void> {
    await this.system('rollout', 'restart', `deployment/sluice-${component}`);
    await this.untilRolledOut(component);
  }

  async scale(component: Component, replicas: number): Promise<void> {
    await this.system('scale', `deployment/sluice-${component}`, `--replicas=${replicas}`);
    const pods = ['wait', 'pod', '-l', `app.kubernetes.io/component=${component}`, '--for=delete'];
    if (replicas === 0) await this.system(...pods, '--timeout=60s');
    else await this.untilRolledOut(component);
  }

  async untilRolledOut(component: Component): Promise<void> {
    await this.system('rollout', 'status', `deployment/sluice-${component}`, '--timeout=180s');
  }

  /** kubectl in Sluice's namespace. */
  system(...args: readonly string[]): Promise<string> {
    return this.kubectl.do(args.slice(0, 3).join(' '), [...args, '-n', systemNamespace]);
  }

  /** Whom the Lease names; empty for nobody. */
  async holder(): Promise<string> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${systemNamespace}/leases/sluice-controller`;
    const { status, body } = await this.api.request('GET', path);
    return status === 200 ? leaseSchema.parse(body).spec.holderIdentity : '';
  }

  /** The pod that leads. */
  async leader(): Promise<string> {
    let holder = '';
    const isHeld = async (): Promise<boolean> => {
      holder = await this.holder();
      return holder !== '';
    };
    if (!(await until(isHeld, 30_000))) throw new Error('nobody leads within 30 s');
    return holder.slice(0, holder.lastIndexOf('_'));
  }

  /** Waits until another process than this holder leads; gives the seconds that it took. */
  async untilOtherLeads(than: string, withinMs: number): Promise<number> {
    const startedAt = performance.now();
    const isOther = async (): Promise<boolean> => {
      const holder = await this.holder();
      return holder !== '' && holder !== than;
    };
    if (!(await until(isOther, withinMs))) throw new Error(`${than} still leads after ${withinMs} ms`);
    return (performance.now() - startedAt) / 1000;
  }
}

/** True for a cluster of this checkout: its processes are on this machine, and it takes images from here. */
export function isOurs(kubeconfig: string): boolean {
  return dirname(dirname(kubeconfig)) === clustersDir;
}

/** The process of a pod of Sluice, by what its manifest writes into its environment. Needs root, on the node's machine. */
export function processOf(pod: string): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
      if (environment.includes(`POD_NAME=${pod}`)) return Number(entry);
    } catch {
      // it has ended meanwhile
    }
  }
  throw new Error(`no process of pod ${pod} on this machine`);
}

/** Cuts a pod off the network; what is given puts it back. */
export async function cutOff(pod: string): Promise<() => Promise<void>> {
  const pid = processOf(pod);
  const rule = async (how: '-I' | '-D'): Promise<void> => {
    for (const [chain, side] of [
      ['OUTPUT', '-o'],
      ['INPUT', '-i'],
    ] as const) {
      const args = ['-t', String(pid), '-n', 'iptables', how, chain, side, 'eth0', '-j', 'DROP'];
      const done = await run('nsenter', args);
      if (!done.ok) throw new Error(`nsenter: ${done.stderr}`);
    }
  };
  await rule('-I');
  return () => rule('-D');
}
