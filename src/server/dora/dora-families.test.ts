import { expect, test } from 'vitest';
import { failedRecord, releaseRecord } from '../../../test/builders/release-record.ts';
import { sortedByEnd } from '../../domain/dora/numbers.ts';
import { failure } from '../../kernel/errors.ts';
import { err } from '../../kernel/result.ts';
import { renderFamilies } from '../../observability/exposition.ts';
import { doraFamilies, historyFamilies, mostApps } from './dora-families.ts';

const now = new Date('2026-02-01T00:00:00Z');
const ago = (days: number): number => now.getTime() - days * 24 * 3_600_000;

function lines(records: Parameters<typeof doraFamilies>[0]): string[] {
  return renderFamilies(doraFamilies(records, now))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

test('each app has its numbers over 7, 30 and 90 days; what is unknown is left out', () => {
  const records = sortedByEnd([
    releaseRecord({ endMs: ago(1), commitMs: ago(2) }),
    failedRecord({ endMs: ago(20) }),
    releaseRecord({ endMs: ago(60), environment: 'production' }),
  ]);
  const text = lines(records);
  const labels = 'namespace="team",app="shop",environment=""';
  expect(text).toContain(`sluice_dora_deployments{${labels},window="7d"} 1`);
  expect(text).toContain(`sluice_dora_deployments{${labels},window="30d"} 2`);
  expect(text).toContain(`sluice_dora_change_fail_ratio{${labels},window="30d"} 0.5`);
  expect(text).toContain(`sluice_dora_change_lead_time_seconds{${labels},window="7d",quantile="0.5"} 86400`);
  expect(text).toContain(
    `sluice_dora_failed_deployment_recovery_seconds{${labels},window="90d",quantile="0.9"} ${19 * 86_400}`,
  );
  expect(text.filter((line) => line.includes('recovery_seconds') && line.includes('"7d"'))).toEqual([]);
  const production = text.filter((line) => line.includes('environment="production"'));
  expect(production.length).toBeGreaterThan(0);
  expect(production.filter((line) => !line.includes('window="90d"'))).toEqual([]);
  expect(production.filter((line) => line.includes('lead_time_seconds'))).toEqual([]);
});

test('the number of apps with gauges is bounded: the latest have them, and the others are counted', () => {
  const records = Array.from({ length: mostApps + 5 }, (_, n) =>
    releaseRecord({ uid: `u${n}`, app: `app-${n}`, endMs: ago(50) + n }),
  );
  const text = lines(records);
  expect(text).toContain('sluice_dora_apps_left_out 5');
  expect(text.some((line) => line.includes('app="app-4"'))).toBe(false);
  expect(text.some((line) => line.includes('app="app-5"'))).toBe(true);
  expect(text.length).toBeLessThan(mostApps * 3 * 12);
});

test('a history that cannot be read is told, and nothing else is', () => {
  const unreadable = historyFamilies(
    err(failure('unavailable', 'no')),
    { kind: 'sqlite', dropped: 0, sinceMs: undefined },
    now,
  );
  expect(renderFamilies(unreadable)).toContain('sluice_history_up{kind="sqlite"} 0');
  expect(unreadable).toHaveLength(1);
});
