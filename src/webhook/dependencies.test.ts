import { expect, test } from 'vitest';
import { asReview, responseOf } from '../../test/builders/admission-review.ts';
import type { Dependency } from '../api/lifecycle/v1/dependency.ts';
import { ok } from '../kernel/result.ts';
import { type AdmissionPorts, dependenciesHandler } from './handler.ts';

type Stored = Readonly<Record<string, readonly Dependency[]>>;

const portsWith = (stored: Stored): AdmissionPorts => ({
  owners: { get: () => undefined, fetch: () => Promise.resolve(ok(undefined)) },
  fetchRollout: () => Promise.resolve(ok(undefined)),
  versions: { get: () => undefined },
  apps: {
    get: (resource, namespace, name) => {
      const dependsOn = stored[`${resource}/${namespace}/${name}`];
      return dependsOn === undefined ? undefined : { spec: { dependsOn } };
    },
  },
  reportBug: (error) => {
    throw error;
  },
});

/** Writes app `web` of namespace `shop`, or its context, while that is stored. */
function write(
  dependsOn: readonly Dependency[] | undefined,
  stored: Stored = {},
  resource: 'keptnapps' | 'keptnappcontexts' = 'keptnapps',
): ReturnType<typeof responseOf> {
  const object = { metadata: { name: 'web' }, spec: { version: '1', dependsOn } };
  const request = { resource: { group: 'lifecycle.keptn.sh', version: 'v1', resource } };
  return responseOf(dependenciesHandler(portsWith(stored)), asReview(object, request));
}

test.each([
  ['none', undefined],
  ['others', [{ app: 'db' }, { app: 'web', namespace: 'data', version: '>=1' }]],
])('dependencies on %s are allowed', async (_what, dependsOn) => {
  expect(await write(dependsOn, { 'keptnapps/shop/db': [{ app: 'disk' }] })).toMatchObject({ allowed: true });
});

test('a change that closes a cycle is refused, and the cycle is named with its namespaces', async () => {
  const stored = {
    'keptnapps/data/db': [{ app: 'queue' }],
    'keptnappcontexts/data/queue': [{ app: 'web', namespace: 'shop' }],
  };
  const answer = await write([{ app: 'db', namespace: 'data' }], stored);
  expect(answer).toMatchObject({ allowed: false, status: { code: 422 } });
  expect(answer.status?.message).toContain('KeptnApp "web" in namespace "shop"');
  expect(answer.status?.message).toContain('shop/web → data/db → data/queue → shop/web');
});

test('what the app and its context say counts together, and the new text takes the place of the stored one', async () => {
  const stored = {
    'keptnapps/shop/web': [{ app: 'db' }],
    'keptnapps/shop/db': [{ app: 'web' }],
    'keptnappcontexts/shop/web': [{ app: 'queue' }],
  };
  expect(await write([{ app: 'queue' }], stored)).toMatchObject({ allowed: true });
  expect(await write([{ app: 'queue' }], stored, 'keptnappcontexts')).toMatchObject({ allowed: false });
});

test('a cycle between others does not concern this app', async () => {
  const stored = { 'keptnapps/shop/a': [{ app: 'b' }], 'keptnapps/shop/b': [{ app: 'a' }] };
  expect(await write([{ app: 'a' }], stored)).toMatchObject({ allowed: true });
});

test.each([
  ['the app itself', [{ app: 'web' }], 'names the app itself'],
  ['the app itself by its namespace', [{ app: 'web', namespace: 'shop' }], 'names the app itself'],
  ['an app twice', [{ app: 'db' }, { app: 'db', namespace: 'shop', version: '1' }], 'names an app twice'],
  ['the same entry twice', [{ app: 'db' }, { app: 'db', namespace: 'shop' }], 'names an app twice'],
  ['a range that cannot be read', [{ app: 'db', version: 'latest' }], '"latest"'],
])('%s is refused', async (_what, dependsOn, words) => {
  const answer = await write(dependsOn);
  expect(answer).toMatchObject({ allowed: false, status: { code: 422 } });
  expect(answer.status?.message).toContain(words);
});

test('other resources are none of its business', async () => {
  const object = { metadata: { name: 'web' }, spec: { dependsOn: [{ app: 'web' }] } };
  expect(await responseOf(dependenciesHandler(portsWith({})), asReview(object))).toMatchObject({
    allowed: true,
  });
});
