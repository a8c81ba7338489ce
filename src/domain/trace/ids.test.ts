import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTraceparent, parseTraceparent, spanIdOf, traceIdOf } from './ids.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';
const parent = `00-${trace}-${span}-01`;

test('ids are valid and the same each time', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (uid, parts) => {
      expect(traceIdOf(uid)).toMatch(/^[0-9a-f]{32}$/);
      expect(spanIdOf(uid, ...parts)).toMatch(/^[0-9a-f]{16}$/);
      expect(spanIdOf(uid, ...parts)).toBe(spanIdOf(uid, ...parts));
    }),
  );
});

test('ids of one object stay what they were in earlier versions of this program', () => {
  expect(traceIdOf('0b8f7a2e')).toBe('f71897ca58d1f75649b0f8ea941032c5');
  expect(spanIdOf('0b8f7a2e', 'AppDeploy', 0)).toBe('1083615091d6b014');
});

test('every context survives being written and read', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (a, b) => {
      const context = { traceId: traceIdOf(a), spanId: spanIdOf(b) };
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
    }),
  );
});

test.each([
  ['as the standard shows it', parent],
  ['of a later version with more behind', `cc-${trace}-${span}-01-what-will-be`],
  ['not sampled', `00-${trace}-${span}-00`],
  ['with a line break around it', ` ${parent}\n`],
])('a traceparent %s is read', (_what, text) => {
  expect(parseTraceparent(text)).toEqual({ traceId: trace, spanId: span });
});

test.each([
  undefined,
  '',
  'garbage',
  `00-${'0'.repeat(32)}-${span}-01`,
  `00-${trace}-${'0'.repeat(16)}-01`,
  `ff-${trace}-${span}-01`,
  `${parent}-more`,
  parent.toUpperCase(),
  `00-${trace}-${span}`,
  `00-${trace}-${span}-1`,
  `00-${trace}${span}-01`,
  `cc-${trace}-${span}-01.what`,
  `cc-${trace}-${span}-01-${'x'.repeat(1000)}`,
])('%j is no traceparent', (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test('no text is too strange', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseTraceparent(text);
    }),
  );
});
