import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { annotations, prechecksGate } from '../../../src/api/constants.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Action, ObjectRef } from '../../../src/domain/action.ts';
import type { Result } from '../../../src/kernel/result.ts';
import { ok } from '../../../src/kernel/result.ts';
import { isRecord } from '../../../src/runtime/api-status.ts';
import { controller, watch } from '../../../src/runtime/controller.ts';
import type { ActionFailure, Changes } from '../../../src/runtime/execute.ts';
import {
  applyCrds,
  at,
  configMap,
  connect,
  keptnTask,
  make,
  must,
  newNamespace,
  type World,
  world,
} from './world.ts';

const client = connect();
let namespace = '';
let scene: World;
let leading = true;

/** Watches what the executor compares with; does nothing itself. */
const onlooker = controller<never>({
  name: 'onlooker',
  watches: [watch('keptntasks', () => []), watch('configmaps', () => [])],
  indexes: [],
  permissions: [],
  workers: 0,
  observe: () => Promise.resolve(ok(undefined)),
  decide: (snapshot) => snapshot,
});

beforeAll(async () => {
  await applyCrds(client);
  scene = await world(client, [onlooker], { fence: () => leading });
});
beforeEach(async () => {
  namespace = await newNamespace(client, 'execute');
});
afterAll(async () => {
  await scene.stop();
  client.close();
});

const act = (...actions: Action[]): Promise<Result<Changes, ActionFailure>> =>
  scene.execute('tester', actions);

async function changes(...actions: Action[]): Promise<number> {
  const result = await act(...actions);
  if (!result.ok)
    throw new Error(`${result.error.action}: ${result.error.error.tag} ${result.error.error.message}`);
  return result.value.length;
}

function part(object: unknown, ...path: string[]): unknown {
  return path.reduce((value: unknown, name) => (isRecord(value) ? value[name] : undefined), object);
}

/** A child of an owner that exists, or the garbage collector of the cluster would take it. */
async function childOf(owner: string): Promise<KubeObject> {
  const uid = String(part(await make(client, configMap(namespace, owner)), 'metadata', 'uid'));
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid, controller: true }];
  return {
    ...configMap(namespace, 'child', { owner }),
    metadata: { name: 'child', namespace, ownerReferences },
  };
}

async function gatedPod(name: string): Promise<ObjectRef> {
  const pod = await make(client, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, annotations: { theirs: 'kept' } },
    spec: {
      schedulingGates: [
        { name: 'kueue.x-k8s.io/admission' },
        { name: prechecksGate },
        { name: 'example.com/other' },
      ],
      containers: [{ name: 'c', image: 'none.invalid/none' }],
    },
  });
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid: String(part(pod, 'metadata', 'uid')) };
}

async function gatesOf(name: string): Promise<unknown> {
  return part(must(await client.get(at('pods', namespace, name))), 'spec', 'schedulingGates');
}

test('createIfAbsent creates once, takes its own child for done, and never takes over another', async () => {
  const create: Action = { kind: 'createIfAbsent', object: await childOf('one') };
  expect(await changes(create)).toBe(1);
  expect(await changes(create)).toBe(0);
  const other = await act({ kind: 'createIfAbsent', object: await childOf('two') });
  expect(other).toMatchObject({ ok: false, error: { error: { tag: 'name-taken' } } });
  const stored = must(await client.get(at('configmaps', namespace, 'child')));
  expect(part(stored, 'data')).toEqual({ owner: 'one' });
});

test('what was created is in the cache before the watch can tell', async () => {
  await changes({ kind: 'createIfAbsent', object: configMap(namespace, 'at-once') });
  expect(scene.cache.get('configmaps', namespace, 'at-once')).toBeDefined();
});

test('apply owns exactly the fields that it sends and leaves those of others', async () => {
  await make(client, configMap(namespace, 'shared', { theirs: '1' }));
  const ours = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'shared', namespace },
    data: { ours: '1' },
  };
  expect(await changes({ kind: 'apply', object: ours })).toBe(1);
  const stored = must(await client.get(at('configmaps', namespace, 'shared')));
  expect(part(stored, 'data')).toEqual({ theirs: '1', ours: '1' });
  const managers = part(stored, 'metadata', 'managedFields');
  const mine = Array.isArray(managers)
    ? managers.filter((entry) => part(entry, 'manager') === 'sluice/tester')
    : [];
  expect(mine).toHaveLength(1);
  expect(part(mine[0], 'operation')).toBe('Apply');
  expect(part(mine[0], 'fieldsV1')).toEqual({ 'f:data': { 'f:ours': {} } });
});

test('apply is not sent again until what it asks for, or what is there, has changed', async () => {
  const { metadata } = configMap(namespace, 'steady');
  const labelled = {
    ...configMap(namespace, 'steady', { a: '1', b: '2' }),
    metadata: { ...metadata, labels: { l: '1' } },
  };
  expect(await changes({ kind: 'apply', object: labelled })).toBe(1);
  expect(await changes({ kind: 'apply', object: labelled })).toBe(0);
  must(await client.patch(at('configmaps', namespace, 'steady'), 'merge', { data: { a: 'theirs' } }, 'test'));
  await expect.poll(() => scene.cache.get('configmaps', namespace, 'steady')?.data?.['a']).toBe('theirs');
  expect(await changes({ kind: 'apply', object: labelled })).toBe(1);
  // A field that is no longer asked for goes, though the cache shows all that is.
  expect(await changes({ kind: 'apply', object: configMap(namespace, 'steady', { a: '1' }) })).toBe(1);
  const stored = must(await client.get(at('configmaps', namespace, 'steady')));
  expect(part(stored, 'data')).toEqual({ a: '1' });
  expect(part(stored, 'metadata', 'labels')).toBeUndefined();
});

test('applyStatus writes the status under our name, and nothing when the cache shows it already', async () => {
  await make(client, keptnTask(namespace, 'task'));
  await expect.poll(() => scene.cache.get('keptntasks', namespace, 'task')).toBeDefined();
  const status = { status: 'Progressing', jobName: 'job', message: undefined };
  const action: Action = {
    kind: 'applyStatus',
    object: { ...keptnTask(namespace, 'task'), spec: undefined, status },
  };
  expect(await changes(action)).toBe(1);
  const first = must(await client.get(at('keptntasks', namespace, 'task')));
  expect(part(first, 'status')).toEqual({ status: 'Progressing', jobName: 'job' });
  expect(await changes(action)).toBe(0);
  const second = must(await client.get(at('keptntasks', namespace, 'task')));
  expect(part(second, 'metadata', 'resourceVersion')).toBe(part(first, 'metadata', 'resourceVersion'));
  // A field that is no longer sent is no longer there.
  expect(await changes({ ...action, object: { ...action.object, status: { status: 'Succeeded' } } })).toBe(1);
  const third = must(await client.get(at('keptntasks', namespace, 'task')));
  expect(part(third, 'status')).toEqual({ status: 'Succeeded' });
});

test('liftGate removes our gate only, marks the pod, and may be repeated', async () => {
  const pod = await gatedPod('gated');
  expect(await changes({ kind: 'liftGate', pod })).toBe(1);
  const foreign = [{ name: 'kueue.x-k8s.io/admission' }, { name: 'example.com/other' }];
  expect(await gatesOf('gated')).toEqual(foreign);
  const stored = must(await client.get(at('pods', namespace, 'gated')));
  expect(part(stored, 'metadata', 'annotations')).toEqual({
    theirs: 'kept',
    [annotations.gateRemoved]: 'true',
  });
  expect((await act({ kind: 'liftGate', pod })).ok).toBe(true);
  expect(await gatesOf('gated')).toEqual(foreign);
});

test('liftGate leaves a pod that took the name of the one meant, and is content when there is none', async () => {
  const pod = await gatedPod('replaced');
  const old = { ...pod, uid: '33333333-3333-3333-3333-333333333333' };
  expect(await changes({ kind: 'liftGate', pod: old })).toBe(0);
  expect(await gatesOf('replaced')).toHaveLength(3);
  expect(await changes({ kind: 'liftGate', pod: { ...pod, name: 'never-was' } })).toBe(0);
});

test('many gates are lifted in one breath', async () => {
  const pods = await Promise.all(Array.from({ length: 60 }, (_, index) => gatedPod(`crowd-${index}`)));
  expect(await changes(...pods.map((pod): Action => ({ kind: 'liftGate', pod })))).toBe(60);
  const gates = await Promise.all(pods.map(({ name }) => gatesOf(name)));
  expect(gates.every((left) => Array.isArray(left) && left.length === 2)).toBe(true);
});

test('deleteOwned deletes that incarnation only', async () => {
  const made = await make(client, configMap(namespace, 'doomed'));
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'doomed' };
  const stale = { ...ref, uid: '44444444-4444-4444-4444-444444444444' };
  expect(await changes({ kind: 'deleteOwned', ref: stale })).toBe(0);
  expect((await client.get(at('configmaps', namespace, 'doomed'))).ok).toBe(true);
  const exact = { ...ref, uid: String(part(made, 'metadata', 'uid')) };
  expect(await changes({ kind: 'deleteOwned', ref: exact })).toBe(1);
  expect((await client.get(at('configmaps', namespace, 'doomed'))).ok).toBe(false);
  expect(await changes({ kind: 'deleteOwned', ref: exact })).toBe(0);
});

test('an Event is recorded once, however often it is asked for, and carries a long note in part', async () => {
  const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'subject', uid: 'u' };
  const emit: Action = {
    kind: 'emitEvent',
    regarding,
    type: 'Normal',
    reason: 'Tested',
    action: 'Test',
    note: 'ä'.repeat(2000),
  };
  expect(await changes(emit)).toBe(1);
  expect(await changes(emit)).toBe(0);
  const events: unknown[] = [];
  must(await client.list(at('events', namespace), { onItem: (item) => events.push(item) }));
  expect(events).toHaveLength(1);
  const note = String(part(events[0], 'note'));
  expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
  expect(note).toMatch(/^ä+…$/);
  expect(must(resources.events.parse(events[0]))).toMatchObject({
    reason: 'Tested',
    reportingController: 'sluice/tester',
    regarding,
  });
});

async function eventsNow(): Promise<unknown[]> {
  const events: unknown[] = [];
  must(await client.list(at('events', namespace), { onItem: (item) => events.push(item) }));
  return events;
}

test('an Event of a series is recorded once and counts what is said in other words, in few writes', async () => {
  const regarding: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'series', uid: 'u' };
  const related: ObjectRef = { ...regarding, name: 'other', uid: 'v' };
  const at = '2026-01-01T00:00:00.250001Z';
  const said = { kind: 'emitEvent', regarding, related, type: 'Normal', action: 'Test', at } as const;
  const attempt = (n: number): Action => ({
    ...said,
    reason: 'Missed',
    series: 'latency',
    note: `attempt ${n} missed`,
  });
  let written = 0;
  for (const n of [1, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9]) written += await changes(attempt(n));
  // The first, and the second, fourth and eighth.
  expect(written).toBe(4);
  const [event, ...others] = await eventsNow();
  expect(others).toEqual([]);
  expect(event).toMatchObject({ note: 'attempt 1 missed', eventTime: at, related: { name: 'other' } });
  expect(part(event, 'series')).toMatchObject({ count: 8 });

  // Another process does not know how often it was said.
  const second = await world(client, [onlooker], {});
  for (const n of [9, 10]) expect(await second.execute('tester', [attempt(n)])).toMatchObject({ ok: true });
  await second.stop();
  // It read eight, and the ninth is not worth a write.
  expect(part((await eventsNow())[0], 'series')).toMatchObject({ count: 8 });
});

test('what is applied to an object that is gone or was replaced does not make it again', async () => {
  const made = await make(client, configMap(namespace, 'marked'));
  const uid = String(part(part(made, 'metadata'), 'uid'));
  const marked = (value: string): Action => ({
    kind: 'apply',
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'marked', namespace, uid, annotations: { mark: value } },
    },
  });
  expect(await changes(marked('1'))).toBe(1);
  must(await client.delete(at('configmaps', namespace, 'marked'), {}));
  expect(await changes(marked('2'))).toBe(0);
  expect((await client.get(at('configmaps', namespace, 'marked'))).ok).toBe(false);
  await make(client, configMap(namespace, 'marked'));
  expect(await changes(marked('3'))).toBe(0);
  expect(must(await client.get(at('configmaps', namespace, 'marked')))).not.toHaveProperty(
    'metadata.annotations',
  );
});

test('an Event that cannot be recorded does not hold what follows', async () => {
  const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'no-such-namespace', name: 'subject' };
  const result = await changes(
    { kind: 'emitEvent', regarding, type: 'Normal', reason: 'Tested', action: 'Test', note: 'lost' },
    { kind: 'createIfAbsent', object: configMap(namespace, 'after-event') },
  );
  expect(result).toBe(1);
  expect((await client.get(at('configmaps', namespace, 'after-event'))).ok).toBe(true);
});

test('the first action that fails stops the rest', async () => {
  const result = await act(
    { kind: 'createIfAbsent', object: configMap(namespace, 'first') },
    { kind: 'createIfAbsent', object: configMap('no-such-namespace', 'second') },
    { kind: 'createIfAbsent', object: configMap(namespace, 'third') },
  );
  expect(result).toMatchObject({
    ok: false,
    error: {
      action: 'createIfAbsent ConfigMap no-such-namespace/second',
      error: { tag: 'not-found' },
      changes: [`createIfAbsent ConfigMap ${namespace}/first`],
    },
  });
  expect((await client.get(at('configmaps', namespace, 'third'))).ok).toBe(false);
});

test('nothing is written once the fence is down', async () => {
  leading = false;
  const result = await act({ kind: 'createIfAbsent', object: configMap(namespace, 'too-late') });
  leading = true;
  expect(result).toMatchObject({ ok: false, error: { error: { tag: 'unavailable' } } });
  expect((await client.get(at('configmaps', namespace, 'too-late'))).ok).toBe(false);
});
