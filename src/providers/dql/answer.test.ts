import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dqlResult, readDql } from './answer.ts';

function read(records: unknown[], given: { mappings?: object; all?: boolean; field?: string } = {}): string {
  const { mappings = {}, all = false, field } = given;
  const result = readDql(dqlResult.parse({ records, types: [{ mappings }] }), { all, field });
  return result.ok ? result.value.samples.join(' ') : `${result.error.tag}: ${result.error.message}`;
}

const long = { type: 'long' };
const longs = { type: 'array', types: [{ mappings: { element: long } }] };

describe('the value', () => {
  test.each([
    ['a number', [{ a: 1.5 }], {}, '1.5'],
    [
      'a whole number sent as text',
      [{ a: '12345678901234567890' }],
      { mappings: { a: long } },
      '12345678901234567890',
    ],
    ['the last of a series', [{ a: [1, 2, 3] }], {}, '3'],
    ['the last that there is', [{ a: [1, 2, null] }], {}, '2'],
    ['the last of whole numbers sent as texts', [{ a: ['1', '7'] }], { mappings: { a: longs } }, '7'],
    ['the series beside what it was made by', [{ host: '4711', n: 3, a: [1, 2] }], {}, '2'],
    ['the one that metricPath names', [{ a: [1], b: [2] }], { field: 'b' }, '2'],
    ['the number that metricPath names beside a series', [{ a: [1], n: 5 }], { field: 'n' }, '5'],
  ])('is %s', (_, records, given, value) => {
    expect(read(records, given)).toBe(value);
  });

  test.each([
    ['no records', [], {}, /^not-found: no values in query result: the query gives no records/],
    [
      'no number',
      [{ a: 'x', b: '7', c: true, d: ['x'], e: { f: 1 } }],
      {},
      /^not-found: .*no field with a number/,
    ],
    ['an empty series (MQ-2b)', [{ a: [] }], {}, /^not-found: .*the series of the record is empty/],
    [
      'several fields',
      [{ a: 1, b: 2 }],
      {},
      /^malformed: too many values in query result: it has "a", "b"; name one in metricPath/,
    ],
    [
      'several records',
      [{ a: 1 }, { a: 2 }],
      {},
      /^malformed: too many values in query result: 2 records; make them one with summarize/,
    ],
    [
      'another name',
      [{ a: 1 }],
      { field: 'b' },
      /^not-found: .*no number called "b" \(metricPath\): it has "a"/,
    ],
  ])('is not found in %s', (_, records, given, message) => {
    expect(read(records, given)).toMatch(message);
  });
});

test('MQ-3: with a step, every value of every record counts', () => {
  expect(read([{ a: [1, null, 2] }, { a: [3] }, null], { all: true })).toBe('1 2 3');
});

test('the raw answer has its names in order', () => {
  const result = readDql({ records: [{ b: 1, a: [2n] }], types: [] }, { all: false, field: undefined });
  expect(result).toMatchObject({ value: { raw: '{"records":[{"a":["2"],"b":1}]}' } });
});

test('MQ-2b: any records are numbers or an error', () => {
  const value = fc.oneof(fc.jsonValue(), fc.array(fc.option(fc.double())), fc.double());
  const type = fc.record({ type: fc.constantFrom('long', 'double', 'array', 'x') });
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), value)), {
        maxLength: 3,
      }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), type),
      fc.boolean(),
      (records, mappings, all) => {
        const text = read(records, { mappings, all });
        expect(text).toMatch(/^((-?\d+(\.\d+)?|NaN|[+-]Inf) ?)+$|^(not-found|malformed): /);
      },
    ),
    { numRuns: 1_000 },
  );
});
