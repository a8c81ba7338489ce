import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { tell } from './figures.ts';
import { seconds } from './pod-load.ts';
import { Releases } from './releases.ts';
import { cutOff, processOf, Site } from './site.ts';

let site: Site;

beforeAll(async () => {
  site = await Site.open(inject('kubeconfig'));
});
afterAll(() => site?.close());

/** How a leader is lost; what is given brings back what can come back. */
type Loss = (pod: string) => Promise<() => Promise<void>>;

const nothingToMend = (): Promise<void> => Promise.resolve();

const losses: readonly (readonly [what: string, withinSeconds: number, lose: Loss])[] = [
  [
    'is deleted',
    6,
    async (pod) => {
      await site.system('delete', 'pod', pod, '--wait=false');
      return nothingToMend;
    },
  ],
  [
    'crashes, and its container starts again',
    12,
    async (pod) => {
      process.kill(processOf(pod), 'SIGKILL');
      return nothingToMend;
    },
  ],
  [
    'is frozen beyond its lease',
    20,
    async (pod) => {
      const pid = processOf(pod);
      process.kill(pid, 'SIGSTOP');
      return async () => {
        process.kill(pid, 'SIGCONT');
      };
    },
  ],
  ['is cut off the network', 20, cutOff],
];

describe('applications are released one after the other and the leader', () => {
  test.each(losses)(
    'S2: %s: another goes on, nothing is lost and nothing runs twice',
    async (what, within, lose) => {
      const releases = await Releases.open('ha-lead', site.kubeconfig);
      releases.begin(2_000);
      await seconds(6);
      const holder = await site.holder();
      const lostAtMs = performance.now();
      const mend = await lose(await site.leader());
      const took = await site.untilOtherLeads(holder, 60_000);
      const successor = await site.holder();
      await seconds(4);
      await mend();
      // Whoever was thought lost is back, and does not lead.
      await seconds(4);
      expect(await site.holder()).toBe(successor);
      await releases.end();
      const liftedAfterMs = releases.liftedAfter(lostAtMs + took * 1000) ?? Number.POSITIVE_INFINITY;
      const round = (value: number): number => Math.round(value * 10) / 10;
      tell({ what: `the leader ${what}: until another leads`, value: round(took), unit: 's', limit: within });
      tell({
        what: 'the same, from then to the next gate lifted',
        value: round(liftedAfterMs / 1000),
        unit: 's',
      });
      tell({
        what: `the same, Jobs beyond two for each of ${releases.names.length} releases`,
        value: releases.doubled,
        unit: 'Jobs',
        limit: 0,
      });
      expect(releases.escaped).toEqual([]);
      await releases.close();
      await site.untilRolledOut('controller');
    },
  );
});
