import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from './lines.ts';

/** The bytes in chunks that end at these places. */
function chunked(bytes: Buffer, ends: readonly number[]): Readable {
  const places = [0, ...ends.map((end) => end % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return Readable.from(places.slice(1).map((end, index) => bytes.subarray(places[index], end)));
}

test('lines come whole, wherever the bytes were cut', async () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(500)), async (lines, ends) => {
      const read: string[] = [];
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const ended = await readLines(chunked(bytes, ends), (text) => read.push(text) > 0);
      expect(ended.ok).toBe(true);
      expect(read).toEqual(lines);
    }),
  );
});

test('a stream is left as soon as its reader has had enough', async () => {
  const stream = Readable.from([Buffer.from('a\nb\n'), Buffer.from('c\n')]);
  const read: string[] = [];
  await readLines(stream, (text) => read.push(text) < 2);
  expect(read).toEqual(['a', 'b']);
  expect(stream.destroyed).toBe(true);
});

test('a stream that breaks off is unavailable, and a line without end is malformed', async () => {
  const broken = new Readable({
    read() {
      this.destroy(new Error('reset'));
    },
  });
  expect(await readLines(broken, () => true)).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    })(),
  );
  expect(await readLines(endless, () => true)).toMatchObject({ ok: false, error: { tag: 'malformed' } });
});
