import { expect, test } from 'vitest';
import { filledCache } from '../../../test/builders/filled-cache.ts';
import {
  keptnAppVersion,
  keptnWorkload,
  keptnWorkloadVersion,
} from '../../../test/builders/version-objects.ts';
import { heldBehind, notBegunByApp, observeSiblings } from './observe-siblings.ts';

const names = ['keptnworkloads', 'keptnworkloadversions'] as const;
const workload = (name: string, wave: number) =>
  keptnWorkload({ metadata: { name: `shop-${name}`, uid: name }, spec: { wave } });
const version = (name: string, wave: number, status = {}) =>
  keptnWorkloadVersion({
    metadata: { name: `shop-${name}-1`, uid: `${name}-1`, namespace: 'shop' },
    spec: { workloadName: `shop-${name}`, wave },
    status,
  });
const members = ['cart', 'db', 'queue', 'unseen'].map((name) => ({ name, version: '1' }));
const appVersion = keptnAppVersion({ spec: { workloads: members } });

test("a sibling's wave is what its version says, else its workload, else 0", () => {
  const cache = filledCache(
    { keptnworkloads: [workload('db', 9), workload('queue', -4)], keptnworkloadversions: [version('db', 3)] },
    names,
    [],
  );
  const siblings = observeSiblings(cache, version('cart', 5), appVersion);
  expect(siblings.map(({ ref, wave, version: found }) => [ref.name, wave, found !== undefined])).toEqual([
    ['db', 3, true],
    ['queue', -4, false],
    ['unseen', 0, false],
  ]);
});

test('a version that has begun looks at none, and one that is wanted again after it made way looks anew', () => {
  const cache = filledCache({}, names, []);
  const currentPhase = 'WorkloadDeploy';
  expect(observeSiblings(cache, version('cart', 5, { currentPhase }), appVersion)).toEqual([]);
  const again = version('cart', 5, { currentPhase, status: 'Deprecated' });
  expect(observeSiblings(cache, again, appVersion)).toHaveLength(3);
  expect(observeSiblings(cache, version('cart', 5), undefined)).toEqual([]);
});

test('a workload wakes those of higher waves of its app that have not begun', () => {
  const keptnworkloadversions = [
    version('db', 0),
    version('cart', 1),
    version('queue', 2),
    version('begun', 2, { currentPhase: 'WorkloadDeploy' }),
    version('again', 2, { currentPhase: 'WorkloadDeploy', status: 'Deprecated' }),
  ];
  const cache = filledCache({ keptnworkloadversions }, names, [notBegunByApp]);
  const woken = heldBehind(cache, version('other', 1)).map(({ name }) => name);
  expect(woken.toSorted()).toEqual(['shop-again-1', 'shop-queue-1']);
});
