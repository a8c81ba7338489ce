import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { missingPackage } from './binaries.ts';
import { isOnPath, run } from './command.ts';
import { ClusterFault } from './fault.ts';
import type { ClusterPlan } from './plan.ts';

interface Leaf {
  readonly name: string;
  readonly authority: 'ca' | 'front-proxy-ca';
  readonly subject: string;
  readonly extensions: string;
}

const clientUse = 'extendedKeyUsage=clientAuth';

/** The certificates of one cluster. Pure. */
export function leavesOf(plan: ClusterPlan): Leaf[] {
  const { apiHost, firstServiceIp } = plan.network;
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map(
    (name) => `DNS:${name}`,
  );
  const addresses = [...new Set(['127.0.0.1', firstServiceIp, apiHost])].map((address) => `IP:${address}`);
  const leaf = (name: string, subject: string): Leaf => ({
    name,
    authority: 'ca',
    subject,
    extensions: clientUse,
  });
  return [
    {
      ...leaf('apiserver', '/CN=kube-apiserver'),
      extensions: `extendedKeyUsage=serverAuth\nsubjectAltName=${[...names, ...addresses].join(',')}`,
    },
    leaf('admin', '/O=system:masters/CN=admin'),
    leaf('controller-manager', '/CN=system:kube-controller-manager'),
    leaf('scheduler', '/CN=system:kube-scheduler'),
    leaf('kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client'),
    leaf('node', '/O=system:nodes/CN=system:node:node1'),
    leaf('kube-proxy', '/CN=system:kube-proxy'),
    // A CA of its own for request headers: under the cluster CA every client would pass as the proxy.
    { ...leaf('front-proxy', '/CN=front-proxy'), authority: 'front-proxy-ca' },
  ];
}

/** True when an earlier run wrote all keys and certificates. */
export function hasPki(plan: ClusterPlan): boolean {
  return existsSync(path.join(plan.dir, 'pki', 'complete'));
}

/** Makes all keys and certificates anew. Needs openssl; takes about half a second. */
export async function makePki(plan: ClusterPlan): Promise<void> {
  if (!(await isOnPath('openssl'))) throw missingPackage('openssl', 'the cluster needs certificates');
  const dir = path.join(plan.dir, 'pki');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const name of ['ca', 'front-proxy-ca']) {
    await makeKey(dir, name);
    await openssl(dir, [
      'req',
      '-x509',
      '-new',
      '-key',
      `${name}.key`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '3650',
      '-out',
      `${name}.crt`,
    ]);
  }
  for (const leaf of leavesOf(plan)) await makeLeaf(dir, leaf);
  await openssl(dir, ['genrsa', '-out', 'sa.key', '2048']);
  await openssl(dir, ['rsa', '-in', 'sa.key', '-pubout', '-out', 'sa.pub']);
  writeFileSync(path.join(dir, 'complete'), '');
}

async function makeKey(dir: string, name: string): Promise<void> {
  await openssl(dir, ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`]);
}

async function makeLeaf(dir: string, { name, authority, subject, extensions }: Leaf): Promise<void> {
  await makeKey(dir, name);
  writeFileSync(path.join(dir, `${name}.ext`), extensions);
  await openssl(dir, ['req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`]);
  const ca = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
  await openssl(dir, [
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    ...ca,
    '-days',
    '3650',
    '-out',
    `${name}.crt`,
    '-extfile',
    `${name}.ext`,
  ]);
}

async function openssl(dir: string, args: readonly string[]): Promise<void> {
  const result = await run('openssl', args, { cwd: dir });
  if (!result.ok) {
    throw new ClusterFault(
      `openssl ${args[0]}`,
      result.stderr.trim(),
      `Check that ${dir} can be written and openssl is 1.1.1 or newer.`,
    );
  }
}

/** A kubeconfig (JSON, which is YAML) with the certificates embedded, for one of the clients that `leavesOf` lists. */
export function kubeconfigFor(plan: ClusterPlan, client: string): string {
  const encoded = (file: string): string => readFileSync(path.join(plan.dir, 'pki', file)).toString('base64');
  const context = `sluice-${plan.name}`;
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: context, cluster: { server: plan.server, 'certificate-authority-data': encoded('ca.crt') } },
      ],
      users: [
        {
          name: client,
          user: {
            'client-certificate-data': encoded(`${client}.crt`),
            'client-key-data': encoded(`${client}.key`),
          },
        },
      ],
      contexts: [{ name: context, context: { cluster: context, user: client } }],
      'current-context': context,
    },
    null,
    2,
  )}\n`;
}
