import { expect, test } from 'vitest';
import { nextVersion, progressLine, timelineTable } from './timeline.ts';

test('the table shows when, how long after the step before, and what the object records', () => {
  const table = timelineTable([
    { name: 'applied', atMs: 100 },
    { name: 'gate lifted', atMs: 12_345, recordedAt: '2026-01-01T10:20:30Z' },
  ]);
  expect(table).toEqual([
    'step             at    took  recorded',
    'applied       0.1 s   0.0 s',
    'gate lifted  12.3 s  12.2 s  10:20:30',
  ]);
});

test('progress starts with the seconds', () => {
  expect(progressLine(1_234, 'x')).toBe('    1.2 s  x');
});

test.each([
  [1, [], '1.0.0'],
  [1, [''], '1.0.0'],
  [1, ['1.0.9', '1.0.10', '2.0.50', '1.0.x'], '1.0.11'],
  [2, ['1.0.9'], '2.0.0'],
])('the version after %s.0 of %j is %s', (major, seen, next) => {
  expect(nextVersion(major, seen)).toBe(next);
});
