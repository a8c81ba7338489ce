import { expect, test } from 'vitest';
import { failedRecord, releaseRecord } from '../../test/builders/release-record.ts';
import { doraAnswer } from '../domain/dora/answer.ts';
import { sortedByEnd } from '../domain/dora/numbers.ts';
import { doraCsv, doraTable } from './dora-text.ts';

const hourMs = 3_600_000;
const now = Date.UTC(2026, 1, 1);
const ago = (hours: number): number => now - hours * hourMs;
const window = { fromMs: ago(240), toMs: now };
const source = { kind: 'configmap', dropped: 0, sinceMs: undefined } as const;

const records = sortedByEnd([
  releaseRecord({ endMs: ago(100), commitMs: ago(104), commitSource: 'metadata commit-time' }),
  failedRecord({ endMs: ago(50) }),
  releaseRecord({ endMs: ago(48.5), rework: 'rollback' }),
  releaseRecord({ endMs: ago(10), result: 'failed', failure: 'before', deployment: 'none' }),
]);

test('the table says each number, what it was counted from, and what is unknown', () => {
  const answer = doraAnswer(records, window, { app: 'shop', namespace: 'team' }, source);
  expect(doraTable(answer)).toEqual([
    'DORA of app shop in namespace team, 10 days to 2026-02-01T00:00:00Z',
    '  deployment frequency             0.3 a day            3 deployments',
    '  change lead time                 4h (p90 4h)          commit time known of 1 of 3: 1 from metadata commit-time, 2 say none',
    '  change fail rate                 33.3 %               1 of 3 deployments failed; of releases 50 % (2 of 4, with 1 that a check stopped)',
    '  failed deployment recovery time  1h 30m (p90 1h 30m)  1 of 1 failed deployment recovered',
    '  deployment rework rate           33.3 %               1 of 3 deployments: 1 rolled back, 0 after a failure, 0 marked',
    '  of 4 releases that ended: 3 deployed, 1 stopped by a check before anything was deployed',
    '  from the history in ConfigMaps',
  ]);
});

test('where nothing happened everything says so', () => {
  const lines = doraTable(doraAnswer([], window, {}, { ...source, dropped: 7, sinceMs: ago(9) })).join('\n');
  expect(lines).toContain('DORA of all apps, 10 days');
  expect(lines.match(/unknown/g)).toHaveLength(5);
  expect(lines).toContain('kept since 2026-01-31T15:00:00Z; 7 older ones had to go for want of room');
});

test('several apps have a line each, and a row each in CSV', () => {
  const two = sortedByEnd([
    ...records,
    releaseRecord({ app: 'cart', endMs: ago(1), environment: 'production' }),
  ]);
  const answer = doraAnswer(two, window, {}, source);
  expect(
    doraTable(answer)
      .slice(-2)
      .map((line) => line.split(/\s+/).slice(0, 4)),
  ).toEqual([
    ['team', 'cart', 'production', '1'],
    ['team', 'shop', 'unknown', '3'],
  ]);
  const [head, cart, shop] = doraCsv(answer).split('\r\n');
  expect(head?.split(',')).toHaveLength(cart?.split(',').length ?? 0);
  expect(cart).toContain('team,cart,production,');
  expect(shop).toContain(',3,0.3,14400,14400,1,3,1,0.3333333333333333,1,5400,5400,0,0.3333333333333333');
});
