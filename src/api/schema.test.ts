import { expect, test } from 'vitest';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { duration } from './field-rules.ts';
import { int32, name, parseWith, withRule, z } from './schema.ts';

const schema = z.object({
  spec: z.object({
    timeout: duration('How long.').optional(),
    retries: int32(0, 'How often.').default(3),
    items: z.array(z.object({ name: name('A name.') })).optional(),
  }),
});

test('defaults are filled in and unknown fields dropped', () => {
  expect(parseWith(schema, { spec: { nope: 1 } })).toEqual({ ok: true, value: { spec: { retries: 3 } } });
});

test.each(['0', '5s', '1h30m', '1.5s', '10ms', '3µs'])('%s is a duration', (timeout) => {
  expect(parseWith(schema, { spec: { timeout } })).toMatchObject({ ok: true });
});

test.each(['', '5', '5x', '-5s', '+5s', '0garbage', 'xx5s', '0.5', '00', '5 s'])('%j is none', (timeout) => {
  expect(problem(parseWith(schema, { spec: { timeout } }))).toMatch(/^spec\.timeout: .* write for example/);
});

test('an error names every wrong field', () => {
  const parsed = parseWith(schema, { spec: { retries: -1, items: [{ name: 'a' }, {}] } });
  expect(problem(parsed)).toMatch(/spec\.retries: .*; spec\.items\[1\]\.name: /);
  expect(parsed).toMatchObject({ error: { tag: 'malformed' } });
});

test('an error at the root says so', () => {
  expect(problem(parseWith(schema, 'text'))).toMatch(/^\(root\): /);
});

test('a rule is checked by the parser and handed to the API server, beside the description', () => {
  const small = withRule(z.object({ n: z.number() }), {
    cel: 'self.n < 5',
    holds: ({ n }) => n < 5,
    message: 'n must be below 5',
  }).describe('A small number.');
  expect(parseWith(small, { n: 4 })).toMatchObject({ ok: true });
  expect(parseWith(small, { n: 5 })).toMatchObject({ error: { message: '(root): n must be below 5' } });
  expect(z.toJSONSchema(small)).toMatchObject({
    description: 'A small number.',
    'x-kubernetes-validations': [{ rule: 'self.n < 5', message: 'n must be below 5' }],
  });
});

/** What is wrong, or nothing. */
function problem(parsed: Result<unknown, SluiceError>): string {
  return parsed.ok ? '' : parsed.error.message;
}
