import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { allDashboards } from '../../scripts/monitoring/dashboards/all.ts';
import { sampled } from '../../scripts/monitoring/grafana/sampled.ts';
import { allAlerts, allGroups } from '../../scripts/monitoring/rules/all.ts';
import { ruleGroups } from '../../scripts/monitoring/rules/render-rules.ts';
import { allQueries, finds } from '../builders/dashboard-queries.ts';
import type { Mood } from '../builders/exposed-families.ts';
import { exposedPage } from '../builders/exposed-page.ts';
import {
  askPrometheus,
  loadedRules,
  type RealPrometheus,
  startPage,
  startPrometheus,
} from './real-prometheus.ts';

/** A Prometheus with our rules that scrapes a controller and a webhook of that mood. */
interface Watched {
  readonly prometheus: RealPrometheus;
  readonly stop: () => Promise<void>;
}

const rules = JSON.stringify(ruleGroups(allGroups, '250ms'));

async function watch(mood: Mood, roles: readonly string[]): Promise<Watched> {
  const pages = await Promise.all(roles.map((role) => startPage(exposedPage(mood, role))));
  const prometheus = await startPrometheus({ targets: pages.map(({ target }) => target), rules });
  return {
    prometheus,
    stop: async () => {
      await prometheus.stop();
      await Promise.all(pages.map(({ stop }) => stop()));
    },
  };
}

let well: Watched;
let inTrouble: Watched;
beforeAll(async () => {
  // In trouble there is no webhook, and no controller leads.
  [well, inTrouble] = await Promise.all([
    watch('well', ['controller', 'webhook']),
    watch('in trouble', ['controller']),
  ]);
  for (const { prometheus } of [well, inTrouble])
    await untilSome(prometheus, 'count_over_time(sluice_build_info{roles="controller"}[1h]) > 12');
});
afterAll(() => Promise.all([well?.stop(), inTrouble?.stop()]));

async function untilSome(prometheus: RealPrometheus, expression: string): Promise<void> {
  await vi.waitFor(async () => expect(await askPrometheus(prometheus, expression)).not.toEqual([]), {
    timeout: 30_000,
    interval: 100,
  });
}

describe('every query of every dashboard', () => {
  test.each(allQueries.filter(({ emptyWhen }) => emptyWhen === undefined))(
    'Q-31: $uid, $title: $legend finds something where all is well',
    async ({ text }) => {
      expect(await finds(well.prometheus, text), text).toBe(true);
    },
  );

  test.each(allQueries)(
    '$uid, $title: $legend finds more than the 0 that stands for nothing',
    async ({ bare }) => {
      const found = [await finds(well.prometheus, bare), await finds(inTrouble.prometheus, bare)];
      expect(found, bare).toContain(true);
    },
  );

  test.each(allDashboards.flatMap(({ uid, variables }) => variables.map((one) => ({ uid, ...one }))))(
    '$uid: $title can be chosen',
    async ({ series, label }) => {
      const found = await askPrometheus(well.prometheus, `count by (${label}) (${sampled(series)})`);
      expect(found.map(({ labels }) => labels[label])).not.toContain(undefined);
      expect(found).not.toEqual([]);
    },
  );
});

describe('every rule', () => {
  const recorded = allGroups.flatMap(({ recordings = [] }) => recordings);

  test('is taken and evaluated without an error', async () => {
    for (const { prometheus } of [well, inTrouble]) {
      const loaded = await loadedRules(prometheus);
      expect(loaded.map(({ name }) => name).toSorted()).toEqual(
        [...recorded.map(({ record }) => record), ...allAlerts.map(({ name }) => name)].toSorted(),
      );
      for (const { name, health, lastError } of loaded)
        expect(`${name} ${health} ${lastError ?? ''}`).toBe(`${name} ok `);
    }
  });

  test.each(recorded)('$record has a value where all is well', async ({ record }) => {
    await vi.waitFor(async () => expect(await finds(well.prometheus, record)).toBe(true), {
      timeout: 10_000,
    });
  });

  const stateOf = async ({ prometheus }: Watched, name: string): Promise<string | undefined> =>
    (await loadedRules(prometheus)).find((rule) => rule.name === name)?.state;

  test.each(allAlerts)('$name is quiet where all is well and speaks in trouble', async ({ name }) => {
    expect(await stateOf(well, name)).toBe('inactive');
    await vi.waitFor(async () => expect(await stateOf(inTrouble, name)).toMatch(/^(pending|firing)$/), {
      timeout: 10_000,
    });
  });
});
