import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { say, until } from '../../scripts/cluster/progress.ts';
import { deleteSecret, dropServing, putStrangers } from './certificates.ts';
import { exitsDuring } from './exits.ts';
import { tell } from './figures.ts';
import { describeFailures, type LoadReport } from './open-loop.ts';
import { measureAdded, sustainablePace } from './pace.ts';
import { during, openPodLoad, type PodLoad, seconds } from './pod-load.ts';
import { processOf, Site } from './site.ts';

let site: Site;
let load: PodLoad;
let pace: number;

beforeAll(async () => {
  site = await Site.open(inject('kubeconfig'));
  load = await openPodLoad(site.api, 'ha-load');
  pace = await sustainablePace(site, load);
  say(`pods are created at ${pace} a second`);
});
afterAll(async () => {
  await load?.close();
  site?.close();
});

function report(what: string, { asked, perSecond, failures, latency }: LoadReport, limit?: number): void {
  say(`${what}: ${asked} pods at ${perSecond}/s, p99 ${latency.p99} ms, longest ${latency.max} ms`);
  if (failures.length > 0) say(describeFailures(failures));
  const figure = {
    value: failures.length,
    unit: 'errors' as const,
    ...(limit === undefined ? {} : { limit }),
  };
  tell({ what: `${what}, ${pace} pods/s: refused of ${asked}`, ...figure });
}

const p99Of = (reports: readonly LoadReport[]): number =>
  reports.map(({ latency }) => latency.p99).toSorted((a, b) => a - b)[Math.floor(reports.length / 2)] ?? 0;

test('what Sluice adds to the creation of a pod', async () => {
  const { without, withSluice } = await measureAdded(site, load, pace, 3);
  for (const { failures } of [...without, ...withSluice]) expect(describeFailures(failures)).toBe('');
  const floor = p99Of(without);
  const what = `creating ${pace} pods/s, p99`;
  tell({ what, value: p99Of(withSluice), unit: 'ms', floor });
  const added = Math.round((p99Of(withSluice) - floor) * 100) / 100;
  tell({ what: `${what}, added by Sluice`, value: added, unit: 'ms', limit: 20 });
});

describe('while pods are created, none is refused', () => {
  test('through a rolling update of the webhook, whose old processes end well', async () => {
    const exits = exitsDuring(site, 'webhook');
    report('rolling update of the webhook', await during(load, pace, () => site.restart('webhook')), 0);
    const ended = await exits.stop();
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const longest = Math.max(...ended.map(({ seconds: took }) => took));
    tell({ what: 'webhook, from SIGTERM to its end under load', value: longest, unit: 's', limit: 8 });
  });

  test('through the deletion of a replica', async () => {
    const act = async (): Promise<void> => {
      await site.system('delete', 'pod', (await site.anyReplica('webhook')).name);
      await site.untilRolledOut('webhook');
    };
    report('a webhook replica is deleted', await during(load, pace, act), 0);
  });

  test('through a change of the leader', async () => {
    const act = async (): Promise<void> => {
      const holder = await site.holder();
      await site.system('delete', 'pod', await site.leader(), '--wait=false');
      await site.untilOtherLeads(holder, 30_000);
    };
    report('change of the leader', await during(load, pace, act), 0);
  });

  test.each([
    ['a new serving certificate', dropServing],
    ['the Secret is deleted: a new authority', deleteSecret],
    ['the Secret is replaced by that of strangers', putStrangers],
  ])('through the rotation of certificates: %s', async (what, act) => {
    let took = 0;
    const acted = async (): Promise<void> => {
      took = await act(site);
    };
    report(what, await during(load, pace, acted), 0);
    tell({ what: `${what}, until all replicas show it`, value: Math.round(took), unit: 's' });
  });
});

describe('while pods are created and a replica ends without notice, some are refused for a short while', () => {
  const isWhole = async (): Promise<boolean> =>
    (await site.replicas('webhook')).filter(({ isReady }) => isReady).length === 2;
  const untilWhole = async (): Promise<void> => {
    await seconds(2);
    expect(await until(isWhole, 120_000)).toBe(true);
  };
  const recovered = ({ failures }: LoadReport): number => {
    const times = failures.map(({ atSeconds }) => atSeconds);
    return times.length === 0 ? 0 : Math.round((Math.max(...times) - Math.min(...times)) * 10) / 10;
  };

  test.each<[string, () => Promise<void>]>([
    [
      'a webhook replica is deleted with --force --grace-period=0',
      async () => {
        const { name } = await site.anyReplica('webhook');
        await site.system('delete', 'pod', name, '--force', '--grace-period=0');
        await untilWhole();
      },
    ],
    [
      'a webhook process is killed',
      async () => {
        process.kill(processOf((await site.anyReplica('webhook')).name), 'SIGKILL');
        await untilWhole();
      },
    ],
    [
      'a webhook process is frozen for 20 s',
      async () => {
        const pid = processOf((await site.anyReplica('webhook')).name);
        process.kill(pid, 'SIGSTOP');
        await seconds(20);
        process.kill(pid, 'SIGCONT');
        await untilWhole();
      },
    ],
  ])('%s', async (what, act) => {
    const met = await during(load, pace, act);
    report(what, met);
    tell({ what: `${what}: first to last refusal`, value: recovered(met), unit: 's', limit: 12 });
  });
});
