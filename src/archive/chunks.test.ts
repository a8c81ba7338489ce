import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failedRecord, releaseRecord } from '../../test/builders/release-record.ts';
import { Chunks, chunkBytes, mostChunks } from './chunks.ts';
import { lineOf, readLine } from './lines.ts';

const record = (n: number, version = '1') => releaseRecord({ uid: `uid-${n}`, endMs: 1_000 * n, version });

/** What another process reads of what this one would write. */
function reread(chunks: Chunks, bytes?: number): Chunks {
  const next = new Chunks(bytes);
  for (let index = 0; index < mostChunks; index += 1) next.load(chunks.stored(index));
  return next;
}

test('a line tells a record whole, and what is no line is none', () => {
  const all = failedRecord({ commitMs: 5, environment: 'produ"ction\n', isRollback: true });
  expect(readLine(lineOf(all))).toEqual(all);
  expect(['', '{', '[]', '["uid"]', 'null'].map(readLine)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('thousands of releases stay below 900 kB, the newest of them, and what went is counted', () => {
  const chunks = new Chunks();
  for (let n = 0; n < 10_000; n += 1) chunks.put(record(n));
  const texts = Array.from({ length: mostChunks }, (_, index) => chunks.stored(index).releases);
  expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(chunkBytes);
  expect(Buffer.byteLength(texts.join(''))).toBeLessThan(900_000);
  const kept = chunks.all();
  expect(kept.length).toBeGreaterThan(3_000);
  expect(chunks.dropped + kept.length).toBe(10_000);
  expect(Math.min(...kept.map(({ endMs }) => endMs))).toBe(
    chunks.sinceMs === undefined ? -1 : chunks.sinceMs - 1 + 1_000,
  );
  expect(reread(chunks).dropped).toBe(chunks.dropped);
});

test('what had to go does not come back, and is not counted again', () => {
  const chunks = new Chunks(400);
  for (let n = 0; n < 100; n += 1) chunks.put(record(n));
  const { dropped } = chunks;
  const next = reread(chunks, 400);
  expect(next.isPast(record(0))).toBe(true);
  expect(next.put(record(0))).toEqual(new Set());
  expect([next.dropped, next.get('uid-0')]).toEqual([dropped, undefined]);
});

test('a release that ended anew stays in its chunk, and one chunk is written', () => {
  const chunks = new Chunks(2_000);
  for (let n = 0; n < 20; n += 1) chunks.put(record(n));
  const [index] = chunks.put({ ...record(3), endMs: 900_000 });
  expect(index).toBe(0);
  expect(chunks.get('uid-3')?.endMs).toBe(900_000);
  expect(chunks.all()).toHaveLength(20);
});

test('lines that cannot be read are told and passed over', () => {
  const chunks = new Chunks();
  const releases = `${lineOf(record(1))}\nnonsense\n`;
  expect(chunks.load({ index: 0, releases, dropped: 3, since: 'never' })).toBe(1);
  expect([chunks.all().length, chunks.dropped, chunks.sinceMs]).toEqual([1, 3, undefined]);
});

test('whatever is put: no chunk grows beyond its size, none is there twice, and what is there is read again', () => {
  const puts = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.string({ maxLength: 200 })), { maxLength: 120 });
  fc.assert(
    fc.property(puts, (given) => {
      const chunks = new Chunks(1_500);
      for (const [n, version] of given) chunks.put(record(n, version));
      const next = reread(chunks, 1_500);
      const sorted = (all: Chunks) => all.all().toSorted((a, b) => (a.uid < b.uid ? -1 : 1));
      expect(sorted(next)).toEqual(sorted(chunks));
      expect(new Set(chunks.all().map(({ uid }) => uid)).size).toBe(chunks.all().length);
      for (let index = 0; index < mostChunks; index += 1)
        // A release that ended anew may be longer than it was.
        expect(Buffer.byteLength(chunks.stored(index).releases)).toBeLessThan(3_000);
    }),
    { numRuns: 200 },
  );
});
