import { expect, test } from 'vitest';
import { plainReader } from '../../../test/builders/plain-reader.ts';
import { keptnApp, keptnAppVersion } from '../../../test/builders/version-objects.ts';
import { failure } from '../../kernel/errors.ts';
import { err } from '../../kernel/result.ts';
import { appController } from './controller.ts';
import { observeApp } from './observe.ts';

const app = keptnApp({ metadata: { namespace: 'shop' } });
const key = { namespace: 'shop', name: app.metadata.name };
const context = { metadata: { name: app.metadata.name }, spec: { preDeploymentTasks: ['announce'] } };
const { indexes } = appController();
const now = new Date('2026-01-01T00:00:00Z');

test('S1: a context that the cache has not seen yet counts for a version that is about to be made', async () => {
  const reader = plainReader({ keptnapps: [app] }, indexes, { keptnappcontexts: [context] });
  const observed = await observeApp(key, reader, now);
  expect(observed).toMatchObject({
    ok: true,
    value: { context: { spec: { preDeploymentTasks: ['announce'] } } },
  });
});

test('S1: no version is decided on while contexts cannot be read past the cache', async () => {
  const reader = plainReader({ keptnapps: [app] }, indexes);
  const cut = {
    ...reader,
    fetchList: () => Promise.resolve(err(failure('unavailable', 'the API server cannot be reached'))),
  };
  expect(await observeApp(key, cut, now)).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
});

test('a version that is there is not made again, so contexts are not read', async () => {
  const version = keptnAppVersion();
  const reader = plainReader({ keptnapps: [app], keptnappversions: [version] }, indexes);
  const counted: string[] = [];
  const counting: typeof reader = {
    ...reader,
    fetchList: (resource, namespace) => {
      counted.push(resource);
      return reader.fetchList(resource, namespace);
    },
  };
  expect(await observeApp(key, counting, now)).toMatchObject({ ok: true, value: { version: {} } });
  expect(counted).toEqual([]);
});
