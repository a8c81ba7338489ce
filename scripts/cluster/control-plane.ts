import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { answersOk } from './api.ts';
import { ClusterFault } from './fault.ts';
import { kubeconfigFor } from './pki.ts';
import type { ClusterPlan } from './plan.ts';
import type { ProcessCommand, ProcessTable } from './process-table.ts';
import { until } from './progress.ts';

/** Paths of the programs; a folder of test binaries may lack the last two. */
export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager?: string;
  readonly scheduler?: string;
}

const readyWithinMs = 60_000;

/** The commands of the control plane in starting order. Pure. */
export function controlPlaneCommands(plan: ClusterPlan, programs: ControlPlanePrograms): ProcessCommand[] {
  return [
    { name: 'etcd', program: programs.etcd, args: etcdArgs(plan) },
    {
      name: 'kube-apiserver',
      program: programs.apiServer,
      args: [
        ...apiServerArgs(plan),
        // Without a controller manager nobody makes the default service accounts that this plugin asks for.
        ...(programs.controllerManager === undefined ? ['--disable-admission-plugins=ServiceAccount'] : []),
      ],
    },
    ...(programs.controllerManager === undefined
      ? []
      : [
          {
            name: 'kube-controller-manager',
            program: programs.controllerManager,
            args: controllerManagerArgs(plan),
          },
        ]),
    ...(programs.scheduler === undefined
      ? []
      : [{ name: 'kube-scheduler', program: programs.scheduler, args: clientArgs(plan, 'scheduler') }]),
  ];
}

/** Starts the control plane and waits until it answers and serves the default service account. */
export async function startControlPlane(
  plan: ClusterPlan,
  commands: readonly ProcessCommand[],
  table: ProcessTable,
): Promise<void> {
  for (const client of ['controller-manager', 'scheduler']) {
    writeFileSync(path.join(plan.dir, `${client}.kubeconfig`), kubeconfigFor(plan, client), { mode: 0o600 });
  }
  for (const command of commands) {
    if (command.name === 'kube-controller-manager') await untilReady(plan, table, '/readyz');
    table.start(command);
  }
  const hasControllers = commands.some(({ name }) => name === 'kube-controller-manager');
  await untilReady(
    plan,
    table,
    hasControllers ? '/api/v1/namespaces/default/serviceaccounts/default' : '/readyz',
  );
}

async function untilReady(plan: ClusterPlan, table: ProcessTable, url: string): Promise<void> {
  let dead: string | undefined;
  const ready = await until(async () => {
    dead = table.names().find((name) => !table.isRunning(name));
    return dead !== undefined || (await answersOk(plan, url));
  }, readyWithinMs);
  if (dead !== undefined) throw table.deathOf(dead);
  if (ready) return;
  throw new ClusterFault(
    `API server ${plan.server}`,
    `GET ${url} did not answer 200 within ${readyWithinMs / 1000} s`,
    `Read ${table.logFile('kube-apiserver')} and ${table.logFile('etcd')}; cluster-down and cluster-up start afresh.`,
  );
}

function etcdArgs({ dir, network }: ClusterPlan): string[] {
  const url = `http://127.0.0.1:${network.etcdPort}`;
  return [
    '--name=sluice',
    `--data-dir=${dir}/etcd`,
    '--unsafe-no-fsync', // nothing here outlives a power cut
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
  ];
}

function apiServerArgs({ dir, network }: ClusterPlan): string[] {
  const pki = `${dir}/pki`;
  return [
    `--etcd-servers=http://127.0.0.1:${network.etcdPort}`,
    `--secure-port=${network.apiPort}`,
    `--bind-address=${network.apiHost}`,
    `--advertise-address=${network.apiHost}`,
    `--cert-dir=${dir}/run`,
    `--client-ca-file=${pki}/ca.crt`,
    `--tls-cert-file=${pki}/apiserver.crt`,
    `--tls-private-key-file=${pki}/apiserver.key`,
    `--kubelet-client-certificate=${pki}/kubelet-client.crt`,
    `--kubelet-client-key=${pki}/kubelet-client.key`,
    '--kubelet-preferred-address-types=InternalIP,Hostname',
    `--requestheader-client-ca-file=${pki}/front-proxy-ca.crt`,
    '--requestheader-allowed-names=front-proxy',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pki}/front-proxy.crt`,
    `--proxy-client-key-file=${pki}/front-proxy.key`,
    '--enable-aggregator-routing=true',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki}/sa.pub`,
    `--service-account-signing-key-file=${pki}/sa.key`,
    `--service-cluster-ip-range=${network.serviceCidr}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged',
  ];
}

function controllerManagerArgs(plan: ClusterPlan): string[] {
  const pki = `${plan.dir}/pki`;
  return [
    ...clientArgs(plan, 'controller-manager'),
    `--service-account-private-key-file=${pki}/sa.key`,
    `--root-ca-file=${pki}/ca.crt`,
    `--cluster-signing-cert-file=${pki}/ca.crt`,
    `--cluster-signing-key-file=${pki}/ca.key`,
    '--use-service-account-credentials',
    '--allocate-node-cidrs',
    `--cluster-cidr=${plan.network.podCidr}`,
    '--bind-address=127.0.0.1',
    '--horizontal-pod-autoscaler-sync-period=2s', // a test of autoscaling need not wait 15 s for each look
  ];
}

function clientArgs({ dir }: ClusterPlan, client: string): string[] {
  const file = `${dir}/${client}.kubeconfig`;
  return [
    `--kubeconfig=${file}`,
    `--authentication-kubeconfig=${file}`,
    `--authorization-kubeconfig=${file}`,
    '--leader-elect=false',
    '--secure-port=0', // no port of their own: several clusters run side by side
  ];
}
