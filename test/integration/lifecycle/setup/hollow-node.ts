import { taskLabel } from '../../../../src/api/constants.ts';
import { type Pod, podSchema } from '../../../../src/api/core/pod.ts';
import { z } from '../../../../src/api/schema.ts';
import type { Api } from '../api.ts';

/** The node that the scheduler puts every pod of this suite on. */
export const hollowNode = 'hollow-0';
/** Label of pods that this node leaves unready, as if their image could not be pulled. */
export const stuckLabel = 'test.sluice/stuck';

const nodePath = `/api/v1/nodes/${hollowNode}`;
/** Well below the 50 s after which the control plane gives a node up. */
const heartbeatMs = 8_000;
const nodeSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ taints: z.array(z.unknown()).default([]) }).prefault({}),
});

/**
 * Keeps a Node ready and does what a kubelet would: pods on it run and are ready at once and go when they are deleted.
 * Pods of tasks are left alone, because a test says how they end.
 */
export async function runHollowNode(api: Api): Promise<() => void> {
  await cordonOthers(api);
  const labels = { 'kubernetes.io/hostname': hollowNode, 'kubernetes.io/os': 'linux' };
  await api.request('POST', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: hollowNode, labels },
  });
  await heartbeat(api);
  const timer = setInterval(() => {
    heartbeat(api).catch(passOver);
  }, heartbeatMs);
  const stopping = new AbortController();
  void watchPods(api, stopping.signal);
  await untilSchedulable(api);
  return () => {
    clearInterval(timer);
    stopping.abort();
  };
}

/** An API server that is away comes back, and is told again then. */
function passOver(): void {}

/** A cluster that brings nodes of its own must not run what the tests move themselves. */
async function cordonOthers(api: Api): Promise<void> {
  const listed = z
    .object({ items: z.array(nodeSchema) })
    .parse((await api.request('GET', '/api/v1/nodes')).body);
  for (const { metadata } of listed.items) {
    if (metadata.name !== hollowNode)
      await api.request('PATCH', `/api/v1/nodes/${metadata.name}`, { spec: { unschedulable: true } });
  }
}

async function heartbeat(api: Api): Promise<void> {
  const now = new Date().toISOString();
  const room = { cpu: '64', memory: '256Gi', pods: '1000' };
  await api.request('PATCH', `${nodePath}/status`, {
    status: {
      capacity: room,
      allocatable: room,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Hollow',
          message: 'pods are moved by tests',
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        },
      ],
    },
  });
}

async function untilSchedulable(api: Api): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    const { taints } = nodeSchema.parse((await api.request('GET', nodePath)).body).spec;
    if (taints.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`node ${hollowNode} kept its taints for 60 s: does kube-controller-manager run?`);
}

async function watchPods(api: Api, signal: AbortSignal): Promise<void> {
  const where = { fieldSelector: `spec.nodeName=${hollowNode}` };
  const see = (raw: unknown): void => {
    const pod = podSchema.safeParse(raw);
    if (pod.success) act(api, pod.data).catch(passOver);
  };
  while (!signal.aborted) {
    const listed = await api.client.list('/api/v1/pods', { ...where, onItem: see, signal });
    if (!listed.ok) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    await api.client.watch('/api/v1/pods', {
      ...where,
      resourceVersion: listed.value,
      timeoutSeconds: 300,
      signal,
      onEvent: ({ type, object }) => {
        if (type === 'ADDED' || type === 'MODIFIED') see(object);
      },
    });
  }
}

async function act(api: Api, { metadata, status }: Pod): Promise<void> {
  const path = `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined) {
    await api.request('DELETE', path, { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } });
    return;
  }
  if (status?.phase !== 'Pending' || metadata.labels?.[taskLabel] || metadata.labels?.[stuckLabel]) return;
  const lastTransitionTime = new Date().toISOString();
  const conditions = ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime,
  }));
  await api.request('PATCH', `${path}/status`, { status: { phase: 'Running', conditions } });
}
