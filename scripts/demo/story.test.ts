import { expect, test } from 'vitest';
import { resources } from '../../src/api/resources.ts';
import { type Sighting, Story } from './story.ts';

const since = '2026-01-01T00:00:00Z';
const notes = { 'keptn.sh/workload': 'shop', 'keptn.sh/version': '1.0.3' };

function take<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const pod = (
  gates: string[],
  ready = false,
  annotations: Record<string, string> = notes,
  isGone = false,
): Sighting => ({
  kind: 'pod',
  isGone,
  object: take(
    resources.pods.parse({
      metadata: { name: 'shop-a', annotations, creationTimestamp: since },
      spec: { schedulingGates: gates.map((name) => ({ name })) },
      status: {
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
      },
    }),
  ),
});
const meta = (kind: string) => ({
  apiVersion: 'lifecycle.keptn.sh/v1',
  kind,
  metadata: { name: kind.toLowerCase() },
});
const task = (status: object, version = '1.0.3'): Sighting => ({
  kind: 'task',
  object: take(
    resources.keptntasks.parse({
      ...meta('KeptnTask'),
      spec: {
        taskDefinition: 'stock-suffices',
        checkType: 'pre',
        context: { workloadName: 'shop-shop', workloadVersion: version },
      },
      status,
    }),
  ),
});
const evaluation = (overallStatus: string, value: string, workloadVersion = '1.0.3'): Sighting => ({
  kind: 'evaluation',
  object: take(
    resources.keptnevaluations.parse({
      ...meta('KeptnEvaluation'),
      spec: { evaluationDefinition: 'enough', workload: 'shop-shop', workloadVersion },
      status: {
        overallStatus,
        evaluationStatus: { teapots: { value, status: 'Failed', message: `value '${value}' against '>15'` } },
      },
    }),
  ),
});
const workloadVersion = (status: object): Sighting => ({
  kind: 'workload version',
  object: take(
    resources.keptnworkloadversions.parse({
      ...meta('KeptnWorkloadVersion'),
      spec: {
        app: 'shop',
        version: '1.0.3',
        workloadName: 'shop-shop',
        resourceReference: { uid: 'u', kind: 'ReplicaSet', name: 'r' },
      },
      status,
    }),
  ),
});
const appVersion = (status: object): Sighting => ({
  kind: 'app version',
  object: take(
    resources.keptnappversions.parse({
      ...meta('KeptnAppVersion'),
      spec: { appName: 'shop', version: 'x', workloads: [{ name: 'shop', version: '1.0.3' }] },
      status,
    }),
  ),
});
const event = (fields: object): Sighting => ({
  kind: 'event',
  object: take(
    resources.events.parse({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e', creationTimestamp: since },
      reportingController: 'sluice/pod',
      regarding: { kind: 'Pod', name: 'shop-a' },
      reason: 'Gated',
      note: 'waits',
      ...fields,
    }),
  ),
});

const gate = 'keptn-prechecks-gate';
const tell = (...sightings: Sighting[]) => {
  const story = new Story('shop', '1.0.3', since);
  const lines = sightings.flatMap((sighting, i) => story.see(sighting, i * 1_000));
  return { story, lines };
};

test('a release is told step by step, each step once', () => {
  const { story, lines } = tell(
    pod([gate]),
    pod([gate]),
    task({ jobName: 'j', startTime: since }),
    task({ jobName: 'j', status: 'Succeeded', endTime: since }),
    pod([]),
    pod([], true),
    workloadVersion({ status: 'Succeeded', deploymentStatus: 'Succeeded', currentPhase: 'Completed' }),
    appVersion({ status: 'Succeeded' }),
  );
  expect(story.verdict).toBe('Succeeded');
  expect(story.steps.map(({ name, atMs }) => [name, atMs])).toEqual([
    ['first pod created, held by the gate', 0],
    ['pre-deployment task stock-suffices started', 2_000],
    ['pre-deployment task stock-suffices passed', 3_000],
    ['gate lifted', 4_000],
    ['first pod ready', 5_000],
    ['rollout complete', 6_000],
    ['workload version succeeded', 6_000],
    ['app version succeeded', 7_000],
  ]);
  expect(lines).toHaveLength(8);
  expect(story.heldPods).toEqual([]);
});

test('a failed check is a verdict, and a held pod counts as held', () => {
  const { story } = tell(
    pod([gate]),
    task({ jobName: 'j', status: 'Failed', message: 'backoff limit' }),
    workloadVersion({ status: 'Failed' }),
  );
  expect(story.verdict).toBe('Failed');
  expect(story.heldPods).toEqual(['shop-a']);
  expect(story.releasedPods).toEqual([]);
  expect(story.failedTasks).toHaveLength(1);
});

test('a pod that only another gate holds counts as released', () => {
  expect(tell(pod(['kueue.x-k8s.io/admission'])).story.releasedPods).toEqual(['shop-a']);
});

test('a workload that succeeded is no verdict before its app is through', () => {
  expect(tell(workloadVersion({ status: 'Succeeded' })).story.verdict).toBeUndefined();
  expect(
    tell(workloadVersion({ status: 'Succeeded' }), appVersion({ status: 'Deprecated' })).story.verdict,
  ).toBeUndefined();
});

test('another version, another workload and pods that went are not ours', () => {
  const { story, lines } = tell(
    pod([gate], false, { ...notes, 'keptn.sh/version': '1.0.2' }),
    pod([gate], false, {}),
    task({ jobName: 'j' }, '1.0.2'),
  );
  expect(lines).toEqual([]);
  expect(story.heldPods).toEqual([]);
  expect(tell(pod([gate]), pod([gate], false, notes, true)).story.heldPods).toEqual([]);
});

test('events of ours are told once; old ones and those of others are not', () => {
  expect(tell(event({}), event({})).lines).toEqual(['  event on pod shop-a: Gated: waits']);
  expect(tell(event({ reportingController: 'kubelet' })).lines).toEqual([]);
  expect(tell(event({ regarding: { kind: 'KeptnTask', name: 't' } })).lines).toEqual([]);
  expect(tell(event({ note: 'one\ntwo' })).lines).toEqual(['  event on pod shop-a: Gated: one']);
  const old = { metadata: { name: 'e', creationTimestamp: '2025-12-31T23:59:59Z' } };
  expect(tell(event(old)).lines).toEqual([]);
});

test('an evaluation tells each value once, that it holds, and how it ended', () => {
  const story = new Story('shop', '1.0.3', since);
  expect(story.see(evaluation('Progressing', '12', '1.0.2'), 1)).toEqual([]);
  expect(story.isHeldByEvaluation).toBe(false);
  const held = "pre-deployment evaluation enough holds: value '12' against '>15'";
  expect(story.see(evaluation('Progressing', '12'), 2)).toEqual([held]);
  expect(story.see(evaluation('Progressing', '12'), 3)).toEqual([]);
  expect(story.isHeldByEvaluation).toBe(true);
  expect(story.see(evaluation('Succeeded', '20'), 4)).toEqual([
    "pre-deployment evaluation enough passed: value '20' against '>15'",
  ]);
  expect(story.steps.map(({ name, atMs }) => `${name} ${atMs}`)).toEqual([
    'pre-deployment evaluation enough holds 2',
    'pre-deployment evaluation enough passed 4',
  ]);
});
