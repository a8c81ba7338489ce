import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPrometheus } from './answer.ts';

const at = 1_785_578_400;

function success(resultType: string, result: unknown, rest: object = {}) {
  return { status: 'success', data: { resultType, result }, ...rest };
}

const vector = (...values: string[]) =>
  success(
    'vector',
    values.map((value, i) => ({ metric: { __name__: 'up', pod: `p${i}` }, value: [at, value] })),
  );

const read = (json: unknown, all = false) => readPrometheus('prom:9090', json, all);

function messageOf(result: ReturnType<typeof read>): string {
  return result.ok
    ? `samples ${result.value.samples.join()}`
    : `${result.error.tag}: ${result.error.message}`;
}

describe('one value', () => {
  test.each([
    ['1.50', '1.5'],
    ['1e3', '1000'],
    ['0.00000012', '0.00000012'],
    ['123456789012', '123456789012'],
    ['NaN', 'NaN'],
    ['+Inf', '+Inf'],
    ['-Inf', '-Inf'],
  ])('%s is given as %s, and raw is that as JSON', (sent, given) => {
    expect(read(vector(sent))).toEqual({ ok: true, value: { samples: [given], raw: JSON.stringify(given) } });
  });

  test('may be a scalar', () => {
    expect(read(success('scalar', [at, '4']))).toMatchObject({ value: { samples: ['4'] } });
  });

  test('carries the first warning of the backend', () => {
    const json = success('vector', [{ metric: {}, value: [at, '1'] }], {
      warnings: ['partial response', 'x'],
    });
    expect(read(json)).toMatchObject({ value: { note: 'the backend warns: partial response' } });
  });

  test.each([
    ['no series', vector(), /^not-found: no values in query result: no series matches/],
    [
      'several series',
      vector('1', '2'),
      /^malformed: too many values in query result: 2 series that differ by pod; make them one with sum/,
    ],
    ['a range', success('matrix', []), /^malformed: could not cast result: .*avg_over_time/],
    ['a text', success('string', [at, 'x']), /^malformed: could not cast result: .*string/],
    ['words', vector('many'), /^malformed: prom:9090 answered with "many" where a number belongs/],
    [
      'an error',
      { status: 'error', errorType: 'bad_data', error: 'parse error' },
      /^malformed: bad_data: parse error/,
    ],
  ])('is not found in %s', (_, json, message) => {
    expect(messageOf(read(json))).toMatch(message);
  });
});

describe('all samples', () => {
  test('are those of all series, each from its oldest on', () => {
    const json = success('matrix', [
      {
        metric: { pod: 'a' },
        values: [
          [at, '3'],
          [at + 60, '1'],
        ],
      },
      { metric: { pod: 'b' }, values: [[at, '2.50']] },
    ]);
    expect(read(json, true)).toEqual({
      ok: true,
      value: { samples: ['3', '1', '2.5'], raw: '["3","1","2.5"]' },
    });
  });

  test.each([
    ['no series', success('matrix', [])],
    ['series without samples', success('matrix', [{ metric: {}, values: [] }, { metric: {} }])],
  ])('MQ-8: %s are no values, never 0', (_, json) => {
    expect(messageOf(read(json, true))).toMatch(/^not-found: no values in query result/);
  });

  test('are not those of one moment', () => {
    expect(messageOf(read(vector('1'), true))).toMatch(/^malformed: could not cast result/);
  });
});

describe('native histograms', () => {
  const histogram = { count: '10', sum: '5', buckets: [[0, '0.5', '1', '4']] };
  const only = { metric: {}, histograms: [[at, histogram]] };

  test.each([
    ['a moment', success('vector', [{ metric: {}, histogram: [at, histogram] }]), false],
    ['a range', success('matrix', [only]), true],
    ['a range among numbers', success('matrix', [{ metric: { a: '1' }, values: [[at, '1']] }, only]), true],
  ])('MQ-2a: of %s are an error that says what to take', (_, json, all) => {
    expect(messageOf(read(json, all))).toMatch(
      /^malformed: native histograms are not supported: .*histogram_quantile/,
    );
  });
});

test('MQ-2a: any answer is samples that are numbers, or an error of one line', () => {
  const text = fc.oneof(fc.double().map(String), fc.string(), fc.constantFrom('NaN', '+Inf', ''));
  const sample = fc.oneof(fc.tuple(fc.double(), text), fc.array(fc.jsonValue()), fc.jsonValue());
  const series = fc.oneof(
    fc.record(
      {
        metric: fc.dictionary(fc.string(), fc.string()),
        value: sample,
        values: fc.array(sample),
        histogram: fc.jsonValue(),
        histograms: fc.array(fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  );
  const answer = fc.record(
    {
      status: fc.constantFrom('success', 'success', 'success', 'error', 'other'),
      data: fc.record({
        resultType: fc.constantFrom('vector', 'matrix', 'scalar', 'string', 'other'),
        result: fc.oneof(fc.array(series), sample),
      }),
      errorType: fc.string(),
      error: fc.string(),
      warnings: fc.array(fc.string()),
    },
    { requiredKeys: ['status'] },
  );
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: answer }, fc.jsonValue()), fc.boolean(), (json, all) => {
      const result = read(json, all);
      if (result.ok)
        for (const one of result.value.samples) expect(one).toMatch(/^(-?\d+(\.\d+)?|NaN|[+-]Inf)$/);
      else expect(result.error.message).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: 2_000 },
  );
});
