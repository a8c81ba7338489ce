import { expect, test } from 'vitest';
import { done } from '../../../src/kernel/outcome.ts';
import { ok } from '../../../src/kernel/result.ts';
import { isRecord } from '../../../src/runtime/api-status.ts';
import { controller, watch } from '../../../src/runtime/controller.ts';
import { at, configMap, connect, make, must, newNamespace, world } from './world.ts';

/** Copies each ConfigMap labelled copy=yes into one named `<name>-copy` that it owns. */
const copier = controller({
  name: 'copier',
  watches: [
    watch('configmaps', ({ metadata }) =>
      metadata.labels?.['copy'] === 'yes'
        ? [{ namespace: metadata.namespace ?? '', name: metadata.name }]
        : [],
    ),
  ],
  indexes: [],
  permissions: [],
  workers: 4,
  observe: (key, reader) => Promise.resolve(ok(reader.get('configmaps', key.namespace, key.name))),
  decide: (source) => ({
    actions: [
      {
        kind: 'createIfAbsent',
        object: {
          ...configMap(source.metadata.namespace ?? '', `${source.metadata.name}-copy`, source.data),
          metadata: {
            namespace: source.metadata.namespace ?? '',
            name: `${source.metadata.name}-copy`,
            ownerReferences: [
              {
                apiVersion: 'v1',
                kind: 'ConfigMap',
                name: source.metadata.name,
                uid: source.metadata.uid ?? '',
                controller: true,
              },
            ],
          },
        },
      },
    ],
    outcome: done,
  }),
});

test('a controller reconciles what is there at its start and what comes later', async () => {
  const client = connect();
  const namespace = await newNamespace(client, 'reconcile');
  const labelled = (name: string) => {
    const object = configMap(namespace, name, { from: name });
    return { ...object, metadata: { ...object.metadata, labels: { copy: 'yes' } } };
  };
  await make(client, labelled('early'));
  const running = await world(client, [copier]);
  try {
    running.manager.start();
    await expect
      .poll(() => client.get(at('configmaps', namespace, 'early-copy')).then((got) => got.ok))
      .toBe(true);
    await make(client, labelled('late'));
    await expect
      .poll(() => client.get(at('configmaps', namespace, 'late-copy')).then((got) => got.ok))
      .toBe(true);
    const copy = must(await client.get(at('configmaps', namespace, 'late-copy')));
    expect(isRecord(copy) ? copy['data'] : undefined).toEqual({ from: 'late' });
    expect(
      running.metrics.value('sluice_actions_total', {
        controller: 'copier',
        action: 'createIfAbsent',
        result: 'changed',
      }),
    ).toBe(2);
  } finally {
    await running.stop();
    client.close();
  }
});
