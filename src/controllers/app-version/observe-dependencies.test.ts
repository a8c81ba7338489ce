import { expect, test } from 'vitest';
import { filledCache } from '../../../test/builders/filled-cache.ts';
import { keptnApp, keptnAppVersion } from '../../../test/builders/version-objects.ts';
import type { Dependency } from '../../api/lifecycle/v1/dependency.ts';
import { keptnAppContextSchema } from '../../api/lifecycle/v1/keptn-app-context.ts';
import { appVersionName } from '../../domain/names.ts';
import { allDependentsOf, dependentIndexes, dependentsOf } from '../dependents.ts';
import { observeDependencies } from './observe-dependencies.ts';

const names = ['keptnapps', 'keptnappcontexts', 'keptnappversions'] as const;
const app = (name: string, dependsOn: readonly Dependency[] = [], generation = 1) =>
  keptnApp({ metadata: { name, uid: name, generation }, spec: { dependsOn } });
const context = (name: string, dependsOn: readonly Dependency[]) =>
  keptnAppContextSchema.parse({ metadata: { name }, spec: { dependsOn } });
const version = (name: string, dependsOn: readonly Dependency[], status = {}, generation = 1) =>
  keptnAppVersion({
    metadata: {
      name: appVersionName(name, '1', generation),
      uid: `${name}-${generation}`,
      namespace: 'shop',
    },
    spec: { appName: name, dependsOn },
    status,
  });

const released = { status: 'Succeeded', currentPhase: 'Completed' };

test('the version object of the present generation counts, not an older one that was released', () => {
  const own = version('web', [{ app: 'db' }]);
  const keptnappversions = [own, version('db', [], released)];
  const foundAt = (generation: number) =>
    observeDependencies(
      filledCache({ keptnapps: [app('db', [], generation)], keptnappversions }, names, []),
      own,
    ).dependencies[0]?.found;
  expect(foundAt(1)).toMatchObject({ kind: 'found', state: 'Succeeded', phase: 'Completed' });
  expect(foundAt(2)).toEqual({ kind: 'unseen', version: '1' });
});

test('an app that is not there, or is going, is missing', () => {
  const own = version('web', [{ app: 'db' }, { app: 'db', namespace: 'other' }]);
  const going = keptnApp({ metadata: { name: 'db', deletionTimestamp: '2026-01-01T00:00:00Z' } });
  const cache = filledCache(
    { keptnapps: [going], keptnappversions: [version('db', [], released)] },
    names,
    [],
  );
  const { dependencies } = observeDependencies(cache, own);
  expect(dependencies.map(({ found }) => found.kind)).toEqual(['missing', 'missing']);
});

test('a cycle over KeptnApps and KeptnAppContexts is seen by those on it, not by those before it', () => {
  const cache = filledCache(
    { keptnapps: [app('a', [{ app: 'b' }]), app('b')], keptnappcontexts: [context('b', [{ app: 'a' }])] },
    names,
    [],
  );
  const cycleOf = (name: string, on: string) =>
    observeDependencies(cache, version(name, [{ app: on }])).dependencyCycle;
  expect(cycleOf('a', 'b')).toEqual(['shop/a', 'shop/b', 'shop/a']);
  expect(cycleOf('web', 'a')).toBeUndefined();
});

test('those who wait for an app are woken by it, and by what it depends on, however far, until they have begun', () => {
  const web = version('web', [{ app: 'api' }]);
  const cache = filledCache(
    {
      keptnapps: [app('web', [{ app: 'api' }]), app('api', [{ app: 'db' }]), app('db')],
      keptnappversions: [
        web,
        version('old', [{ app: 'api' }], { currentPhase: 'AppDeploy' }),
        version('gone', [{ app: 'api' }], { status: 'Deprecated', endTime: '2026-01-01T00:00:00Z' }),
      ],
    },
    names,
    dependentIndexes,
  );
  const key = { namespace: 'shop', name: web.metadata.name };
  expect(dependentsOf(cache, 'shop', 'api')).toEqual([key]);
  expect(dependentsOf(cache, 'shop', 'db')).toEqual([]);
  expect(allDependentsOf(cache, 'shop', 'db')).toEqual([key]);
});
