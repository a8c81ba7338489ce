import { expect, test } from 'vitest';
import { failedRecord, releaseRecord } from '../../../test/builders/release-record.ts';
import { isKept, mergeRecords } from './merge.ts';

const failed = failedRecord({ uid: 'one', endMs: 1_000, commitMs: 5, commitSource: 'metadata commit-time' });
const retried = releaseRecord({ uid: 'one', endMs: 9_000, failure: 'after', environment: 'production' });

test('a failed release that is retried and succeeds is one record that keeps the failure and its time', () => {
  const merged = mergeRecords(failed, retried);
  expect(merged).toMatchObject({ result: 'succeeded', endMs: 9_000, failure: 'after', failedMs: 1_000 });
  expect(merged).toMatchObject({ commitMs: 5, environment: 'production' });
  expect(mergeRecords(retried, failed)).toEqual(merged);
  expect(mergeRecords(merged, merged)).toEqual(merged);
});

test('the gravest failure counts, with its own time', () => {
  const held = releaseRecord({ endMs: 500, result: 'failed', failure: 'before', failedMs: 500 });
  expect(mergeRecords(held, failed)).toMatchObject({ failure: 'after', failedMs: 1_000 });
  expect(mergeRecords(held, releaseRecord({ endMs: 700 }))).toMatchObject({
    failure: 'before',
    failedMs: 500,
  });
});

test('a record stands until the release ends anew, whatever becomes of the objects it was made of', () => {
  expect(isKept(undefined, failed)).toBe(false);
  expect(isKept(failed, { ...failed, deployment: 'unknown', commitMs: null })).toBe(true);
  expect(isKept(failed, retried)).toBe(false);
});
