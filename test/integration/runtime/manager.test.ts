import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { ConfigMap } from '../../../src/api/core/cluster.ts';
import type { Decision } from '../../../src/domain/decision.ts';
import { failure } from '../../../src/kernel/errors.ts';
import { done } from '../../../src/kernel/outcome.ts';
import { err, ok } from '../../../src/kernel/result.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import {
  type AnyController,
  type Controller,
  controller,
  index,
  watch,
} from '../../../src/runtime/controller.ts';
import { remedies } from '../../../src/runtime/settle.ts';
import { at, configMap, connect, make, must, newNamespace, type World, world } from './world.ts';

const client = connect();
const scenes: World[] = [];
let namespace = '';

beforeEach(async () => {
  namespace = await newNamespace(client, 'manager');
});
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.stop();
});
afterAll(() => {
  client.close();
});

const key = (name: string): { namespace: string; name: string } => ({ namespace, name });

/** A controller of the ConfigMaps of this test's namespace. */
function over(
  decide: (source: ConfigMap) => Decision,
  more: Partial<Controller<ConfigMap>> = {},
): AnyController {
  return controller<ConfigMap>({
    name: 'probe',
    watches: [
      watch('configmaps', ({ metadata }) =>
        metadata.namespace === namespace && metadata.name !== 'kube-root-ca.crt' ? [key(metadata.name)] : [],
      ),
    ],
    indexes: [],
    permissions: [],
    workers: 3,
    observe: (at, reader) => Promise.resolve(ok(reader.get('configmaps', at.namespace, at.name))),
    decide,
    ...more,
  });
}

async function start(probe: AnyController, lines?: string[]): Promise<World> {
  const logger = createLogger('debug', { write: (line) => lines?.push(line) });
  const scene = await world(client, [probe], { logger });
  scenes.push(scene);
  scene.manager.start();
  return scene;
}

function seen(): { readonly names: string[]; readonly note: (source: ConfigMap) => Decision } {
  const names: string[] = [];
  return {
    names,
    note: ({ metadata }) => {
      names.push(metadata.name);
      return { actions: [], outcome: done };
    },
  };
}

test('a decider that throws is logged with its stack and tried again, and the other keys go on', async () => {
  const lines: string[] = [];
  const { names, note } = seen();
  let throws = 0;
  const scene = await start(
    over((source) => {
      if (source.metadata.name !== 'bug' || throws >= 3) return note(source);
      throws += 1;
      throw new Error('this is a bug');
    }),
    lines,
  );
  await make(client, configMap(namespace, 'bug'));
  await make(client, configMap(namespace, 'fine'));
  await expect.poll(() => names).toEqual(expect.arrayContaining(['bug', 'fine']));
  expect(scene.metrics.value('sluice_reconciles_total', { controller: 'probe', outcome: 'panic' })).toBe(3);
  const logged = lines.filter((line) => line.includes('"reconcile threw"'));
  expect(logged).toHaveLength(3);
  expect(logged[0]).toMatch(/manager\.test\.ts/);
});

test('a failed read is tried again, and counts as failed', async () => {
  let reads = 0;
  const { names, note } = seen();
  const scene = await start(
    over(note, {
      observe: (at, reader) => {
        reads += 1;
        const snapshot = reader.get('configmaps', at.namespace, at.name);
        return Promise.resolve(reads < 4 ? err(failure('unavailable', 'away')) : ok(snapshot));
      },
    }),
  );
  await make(client, configMap(namespace, 'patient'));
  await expect.poll(() => names).toEqual(['patient']);
  expect(scene.metrics.value('sluice_reconciles_total', { controller: 'probe', outcome: 'failed' })).toBe(3);
});

test('what no retry cures is named in the log with its remedy, does not spin, and is not forgotten', async () => {
  const lines: string[] = [];
  const orphan = configMap('no-such-namespace', 'orphan');
  const scene = await start(
    over(() => ({ actions: [{ kind: 'createIfAbsent', object: orphan }], outcome: done })),
    lines,
  );
  await make(client, configMap(namespace, 'stuck'));
  // Once, and once more so that the decision can say in a status what was refused.
  await expect.poll(() => lines.filter((line) => line.includes('"reconcile failed"'))).toHaveLength(2);
  expect(JSON.parse(lines.find((line) => line.includes('"reconcile failed"')) ?? '')).toMatchObject({
    level: 'error',
    controller: 'probe',
    name: 'stuck',
    action: 'createIfAbsent ConfigMap no-such-namespace/orphan',
    tag: 'not-found',
    remedy: remedies['not-found'],
  });
  await expect.poll(() => scene.metrics.render()).toContain('sluice_queue_delayed{controller="probe"} 1');
  // A change of the object wakes it before the slow retry does.
  must(await client.patch(at('configmaps', namespace, 'stuck'), 'merge', { data: { n: '2' } }, 'test'));
  await expect
    .poll(() => lines.filter((line) => line.includes('"reconcile failed"')).length)
    .toBeGreaterThanOrEqual(3);
});

test('an outcome again comes back after its time, and a stalled one when what it waits for changes', async () => {
  const calls: string[] = [];
  await start(
    over(
      (source) => {
        const waitsFor = source.data?.['waitsFor'];
        calls.push(`${source.metadata.name}`);
        if (waitsFor === undefined || calls.length > 20) return { actions: [], outcome: done };
        if (waitsFor === 'time')
          return { actions: [], outcome: { kind: 'again', afterMs: 100, why: 'test' } };
        const on = [{ kind: 'ConfigMap', namespace, name: waitsFor }];
        return { actions: [], outcome: { kind: 'stalled', by: 'user', on, reason: 'Missing' } };
      },
      {
        indexes: [
          index('configmaps', 'waitsFor', ({ metadata, data }) => [
            `${metadata.namespace}/${data?.['waitsFor']}`,
          ]),
        ],
        watches: [
          watch('configmaps', ({ metadata, data }, reader) =>
            metadata.namespace !== namespace
              ? []
              : [
                  ...(data?.['waitsFor'] === undefined ? [] : [key(metadata.name)]),
                  ...reader
                    .byIndex('configmaps', 'waitsFor', `${namespace}/${metadata.name}`)
                    .map((waiting) => key(waiting.metadata.name)),
                ],
          ),
        ],
      },
    ),
  );
  await make(client, configMap(namespace, 'timed', { waitsFor: 'time' }));
  await make(client, configMap(namespace, 'waiting', { waitsFor: 'late' }));
  await expect.poll(() => calls.filter((name) => name === 'timed').length).toBeGreaterThan(3);
  expect(calls.filter((name) => name === 'waiting')).toHaveLength(1);
  await make(client, configMap(namespace, 'late'));
  await expect.poll(() => calls.filter((name) => name === 'waiting')).toHaveLength(2);
});

test('a change of many objects wakes each, and no key is worked on twice at once', async () => {
  const running = new Set<string>();
  const finished = new Set<string>();
  let clashes = 0;
  await start(
    over(() => ({ actions: [], outcome: done }), {
      observe: async ({ name }) => {
        if (running.has(name)) clashes += 1;
        running.add(name);
        await client.get(at('configmaps', namespace, name));
        running.delete(name);
        finished.add(name);
        return ok(undefined);
      },
    }),
  );
  const names = Array.from({ length: 40 }, (_, number) => `many-${number}`);
  await Promise.all(names.map((name) => make(client, configMap(namespace, name))));
  await Promise.all(
    names.map((name) =>
      client.patch(at('configmaps', namespace, name), 'merge', { data: { n: '1' } }, 'test'),
    ),
  );
  await expect.poll(() => finished.size).toBe(40);
  expect(clashes).toBe(0);
});

test('stopping lets the work that is under way end, and starting again finds everything', async () => {
  const { names, note } = seen();
  const scene = await start(over(note));
  await make(client, configMap(namespace, 'one'));
  await expect.poll(() => names).toEqual(['one']);
  await scene.manager.stop();
  await make(client, configMap(namespace, 'two'));
  await expect.poll(() => scene.cache.get('configmaps', namespace, 'two')).toBeDefined();
  expect(names).toEqual(['one']);
  scene.manager.start();
  await expect.poll(() => [...names].sort()).toEqual(['one', 'one', 'two']);
});
