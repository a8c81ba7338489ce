import { expect, test } from 'vitest';
import { loadVectors, z } from '../../test/builders/vectors.ts';
import { fnv1a32, sha256Hex } from './hash.ts';

test.each(loadVectors('versions/fnv1a32', z.object({ text: z.string(), expected: z.string() })))(
  'FNV-1a of "$text"',
  ({ text, expected }) => {
    expect(fnv1a32(text)).toBe(expected);
  },
);

test('FNV-1a is taken over UTF-8 bytes', () => {
  // 0xc3 0xa9, worked out byte by byte.
  const step = (hash: bigint, byte: number): bigint => ((hash ^ BigInt(byte)) * 16777619n) % 2n ** 32n;
  expect(fnv1a32('é')).toBe(String(step(step(2166136261n, 0xc3), 0xa9)));
});

test('SHA-256 is cut to the length asked for', () => {
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256Hex('', 10)).toBe('e3b0c44298');
});
