import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors, z } from '../../test/builders/vectors.ts';
import { lookup, parseList, parseMetadata } from './annotations.ts';

const texts = z.record(z.string(), z.string());
const list = z.object({
  text: z.string(),
  keptn: z.array(z.string()),
  sluice: z.array(z.string()).optional(),
});
test.each(loadVectors('identity/list', list))('list "$text"', ({ text, keptn, sluice }) => {
  expect(parseList(text)).toEqual(sluice ?? keptn);
});

const metadata = z.object({ text: z.string(), keptn: texts, sluice: texts.optional() });
test.each(loadVectors('identity/metadata', metadata))('metadata "$text"', ({ text, keptn, sluice }) => {
  expect(parseMetadata(text)).toEqual(sluice ?? keptn);
});

const found = z.object({
  annotations: texts.optional(),
  labels: texts.optional(),
  keptn: z.string().nullable(),
});
test.each(loadVectors('identity/lookup', found))('lookup gives $keptn', ({ keptn, ...object }) => {
  expect(lookup(object, { primary: 'p', secondary: 's' }) ?? null).toBe(keptn);
});

test('without a secondary key only the primary counts', () => {
  expect(lookup({ labels: { s: '1' } }, { primary: 'p' })).toBeUndefined();
});

test('a list read and written again is the same list', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ',', ' ', '\t', 'ü') }), (text) => {
      const once = parseList(text);
      expect(parseList(once.join(', '))).toEqual(once);
      expect(new Set(once).size).toBe(once.length);
      expect(once.filter((item) => item.trim() !== item || item === '')).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('metadata is total and keeps what it can', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ',', ' ', '=', '_') }), (text) => {
      const once = parseMetadata(text);
      const written = Object.entries(once).map(([key, value]) => `${key}=${value}`);
      expect(parseMetadata(written.join(','))).toEqual(once);
    }),
    { numRuns: 1000 },
  );
});
