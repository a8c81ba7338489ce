import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { describeFailures } from '../ha/open-loop.ts';
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

/** Takes the leader away: without notice where its process is on this machine, else in order. */
async function loseLeader(): Promise<void> {
  const holder = await site.holder();
  const pod = await site.leader();
  if (isOurs(site.kubeconfig)) process.kill(processOf(pod), 'SIGKILL');
  else await site.system('delete', 'pod', pod, '--wait=false');
  await site.untilOtherLeads(holder, 60_000);
}

test('S2, L3: the webhook is rolled and the leader crashes in a release: no pod is refused, nothing runs twice', async () => {
  const [load, releases] = await Promise.all([
    openPodLoad(site.api, 'e2e-load'),
    Releases.open('e2e-lead', site.kubeconfig),
  ]);
  const crash = async (): Promise<void> => {
    await releases.release();
    await releases.scene.until('its task runs', () => releases.scene.jobsEver().length > 0, 60_000);
    await loseLeader();
    await releases.end(90_000);
  };
  const { asked, failures } = await during(load, pace, async () => {
    await Promise.all([site.restart('webhook'), crash()]);
  });
  expect(describeFailures(failures)).toBe('');
  expect(asked).toBeGreaterThan(5 * pace);
  expect(releases.doubled).toBe(0);
  expect(releases.escaped).toEqual([]);
  await Promise.all([load.close(), releases.close(), site.untilRolledOut('controller')]);
});
