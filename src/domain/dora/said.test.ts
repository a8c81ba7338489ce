import { expect, test } from 'vitest';
import { commitOf, markedAsRework, parseCommitTime } from './said.ts';

test.each([
  ['2026-01-01T12:00:00Z', '2026-01-01T12:00:00.000Z'],
  ['2026-01-01T14:00:00+02:00', '2026-01-01T12:00:00.000Z'],
  ['2026-01-01 14:00:00 +0200', '2026-01-01T12:00:00.000Z'],
  ['1767268800', '2026-01-01T12:00:00.000Z'],
  ['2026-01-01T12:00:00.250Z', '2026-01-01T12:00:00.250Z'],
  ['2026-01-01T12:00:00', undefined],
  ['2026-01-01', undefined],
  ['yesterday', undefined],
  ['2026-13-01T12:00:00Z', undefined],
  ['', undefined],
])('commit time %j is %s: a time without its zone is nobody’s', (text, expected) => {
  const ms = parseCommitTime(text);
  expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(expected);
});

test('what is said for the app counts before its workloads, of whom the oldest commit does', () => {
  const at = (hour: string, commit: string) => ({
    name: 'metadata of workload',
    texts: { 'commit-time': `2026-01-01T${hour}:00:00Z`, commit },
  });
  const unreadable = { name: 'metadata', texts: { 'commit-time': 'soon' } };
  expect(commitOf([unreadable], [at('12', 'b'), at('10', 'a')])).toMatchObject({
    revision: 'a',
    source: 'metadata of workload commit-time',
  });
  expect(commitOf([{ ...at('13', 'c'), name: 'metadata' }], [at('10', 'a')])).toMatchObject({
    revision: 'c',
  });
  expect(commitOf([], [])).toBeUndefined();
});

test.each([
  [{ rework: 'true' }, true],
  [{ rework: 'False' }, false],
  [{ rework: 'maybe' }, undefined],
  [{ 'release-type': 'hotfix' }, true],
  [{ 'release-type': 'feature' }, undefined],
  [{}, undefined],
])('%j marks rework: %s', (texts, expected) => {
  expect(markedAsRework([{ name: 'metadata', texts }])).toBe(expected);
});
