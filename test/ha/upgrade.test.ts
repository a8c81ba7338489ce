import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { say } from '../../scripts/cluster/progress.ts';
import { tell } from './figures.ts';
import { describeFailures } from './open-loop.ts';
import { during, openPodLoad, type PodLoad } from './pod-load.ts';
import { buildPrevious, type Previous } from './previous.ts';
import { Releases } from './releases.ts';
import { Site } from './site.ts';

/** The node runs the pods of releases beside. */
const pace = 50;
let site: Site;
let load: PodLoad;
let built: Previous | { readonly why: string };

beforeAll(async () => {
  site = await Site.open(inject('kubeconfig'));
  built = await buildPrevious(site.kubeconfig);
  load = await openPodLoad(site.api, 'ha-upgrade');
});
afterAll(async () => {
  await load?.close();
  site?.close();
});

describe('releases go on while Sluice is replaced', () => {
  test.for([
    ['back to the version before', 'installPrevious'],
    ['forward to this version', 'installThis'],
  ] as const)(
    '%s: no pod refused, no gate lost, no Job twice, none stuck',
    async ([what, install], { skip }) => {
      if ('why' in built) return skip(built.why);
      const change = built[install];
      const releases = await Releases.open('ha-upgrade', site.kubeconfig);
      releases.begin(3_000);
      const { asked, failures } = await during(load, pace, change);
      await releases.end();
      if (failures.length > 0) say(describeFailures(failures));
      const label = `${what}, ${pace} pods/s and a release each 3 s`;
      tell({ what: `${label}: refused of ${asked}`, value: failures.length, unit: 'errors', limit: 0 });
      tell({
        what: `the same, Jobs beyond two for each of ${releases.names.length} releases`,
        value: releases.doubled,
        unit: 'Jobs',
        limit: 0,
      });
      expect(releases.escaped).toEqual([]);
      await releases.close();
    },
  );
});
