import { expect, test } from 'vitest';
import { durationBetween, readHistogram } from './webhook-histogram.ts';

const name = 'apiserver_admission_webhook_admission_duration_seconds';
const text = (counts: readonly [number, number, number], sum: number): string =>
  [
    `# TYPE ${name} histogram`,
    `${name}_bucket{name="pods",operation="CREATE",le="0.005"} ${counts[0]}`,
    `${name}_bucket{name="pods",operation="CREATE",le="0.025"} ${counts[1]}`,
    `${name}_bucket{name="pods",operation="CREATE",le="+Inf"} ${counts[2]}`,
    `${name}_sum{name="pods",operation="CREATE"} ${sum}`,
    `${name}_count{name="pods",operation="CREATE"} ${counts[2]}`,
    `${name}_count{name="other",operation="CREATE"} 77`,
  ].join('\n');

test('the difference of two readings gives mean and buckets', () => {
  const before = readHistogram(text([10, 10, 10], 0.1), 'pods');
  const after = readHistogram(text([109, 110, 110], 0.5), 'pods');
  expect(durationBetween(before, after)).toEqual({ calls: 100, meanMs: 4, p50AtMostMs: 5, p99AtMostMs: 5 });
  const slower = readHistogram(text([60, 100, 110], 0.5), 'pods');
  expect(durationBetween(before, slower)).toMatchObject({ p50AtMostMs: 5, p99AtMostMs: Infinity });
});

test('a webhook that was never called has an empty histogram', () => {
  expect(readHistogram(text([1, 1, 1], 1), 'absent').count).toBe(0);
  const same = readHistogram(text([1, 1, 1], 1), 'pods');
  expect(() => durationBetween(same, same)).toThrow('did not call');
});
