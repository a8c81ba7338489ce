import * as z from 'zod';
import { ClusterFault } from '../cluster/fault.ts';
import type { Kubectl } from './kubectl.ts';

/** A Deployment of Keptn's lifecycle operator. */
export interface KeptnOperator {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** How many answer. */
  readonly ready: number;
}

/** What of Keptn acts on this cluster. */
export interface FoundKeptn {
  readonly operators: readonly KeptnOperator[];
  /** Its registrations, as `kind/name`. */
  readonly registrations: readonly string[];
}

/** Label of the operator's Deployment and of its pods. */
export const operatorLabel = 'control-plane=lifecycle-operator';
const registrations = [
  ['mutatingwebhookconfiguration', 'lifecycle-mutating-webhook-configuration'],
  ['validatingwebhookconfiguration', 'lifecycle-validating-webhook-configuration'],
] as const;

const deploymentsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      spec: z.object({ replicas: z.number().default(1) }),
      status: z.object({ readyReplicas: z.number().default(0) }).prefault({}),
    }),
  ),
});

/** Looks for Keptn's operator and its registrations. Reads only. */
export async function findKeptn(kubectl: Kubectl): Promise<FoundKeptn> {
  const listed = await kubectl.do('deployments of Keptn', [
    'get',
    'deployments',
    '--all-namespaces',
    '--selector',
    operatorLabel,
    '--output=json',
  ]);
  const operators = deploymentsSchema.parse(JSON.parse(listed)).items.map(({ metadata, spec, status }) => ({
    ...metadata,
    replicas: spec.replicas,
    ready: status.readyReplicas,
  }));
  const found = await Promise.all(
    registrations.map(async ([kind, name]) => {
      const args = ['get', kind, name, '--ignore-not-found', '--output=name'];
      const answer = await kubectl.do(`registrations of Keptn`, args);
      return answer.trim() === '' ? [] : [`${kind}/${name}`];
    }),
  );
  return { operators, registrations: found.flat() };
}

/** True while Keptn decides about pods: its operator runs, or every new pod of the cluster is still its to answer. Pure. */
export function isActive({ operators, registrations: registered }: FoundKeptn): boolean {
  return registered.length > 0 || operators.some(({ replicas }) => replicas > 0);
}

/** Why Sluice is not installed beside Keptn, and what to do. Pure. */
export function besideKeptn({ operators, registrations: registered }: FoundKeptn): ClusterFault {
  const running = operators.filter(({ replicas }) => replicas > 0);
  const things = [...running.map(({ namespace, name }) => `deployment ${namespace}/${name}`), ...registered];
  return new ClusterFault(
    'Keptn',
    `it is at work here (${things.join(', ')}), and two of its kind would run every check twice`,
    'To let Sluice take over: make install TAKE_OVER=1. It stops Keptn’s operator and keeps all objects; see docs/migrate-from-keptn.md.',
  );
}
