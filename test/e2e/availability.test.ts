import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { describeFailures } from '../ha/open-loop.ts';
import { liveThroughOutage } from '../ha/outage.ts';
import { during, openPodLoad } from '../ha/pod-load.ts';
import { Releases } from '../ha/releases.ts';
import { isOurs, processOf, Site } from '../ha/site.ts';

/** The short form of `make test-ha`: few pods a second, so that other suites may run beside it. */
const pace = 25;
let site: Site;

beforeAll(async () => {
  site = await Site.open(inject('kubeconfig'));
});
afterAll(() => site?.close());

test('L3: a rolling update of the webhook refuses no pod', async () => {
  const load = await openPodLoad(site.api, 'e2e-load');
  const { failures } = await during(load, pace, () => site.restart('webhook'));
  await load.close();
  expect(describeFailures(failures)).toBe('');
});

test.skipIf(!isOurs(inject('kubeconfig')))(
  'S2: the leader crashes in the middle of a release: it goes on, and nothing runs twice',
  async () => {
    const releases = await Releases.open('e2e-lead', site.kubeconfig);
    await releases.release();
    await releases.scene.until('its task runs', () => releases.scene.jobsEver().length > 0, 60_000);
    const holder = await site.holder();
    process.kill(processOf(await site.leader()), 'SIGKILL');
    await site.untilOtherLeads(holder, 60_000);
    await releases.end(90_000);
    expect(releases.doubled).toBe(0);
    expect(releases.escaped).toEqual([]);
    await releases.close();
    await site.untilRolledOut('controller');
  },
);

test('L3: all of Sluice goes away and comes back', async () => {
  expect(await liveThroughOutage(site, 'webhook')).toMatchObject({ doubled: 0 });
});
