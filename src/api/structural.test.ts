import { expect, test } from 'vitest';
import { int32, z } from './schema.ts';
import { structuralSchema } from './structural.ts';

test('what a structural schema can say is said', () => {
  const schema = z.object({
    text: z.string().min(1).max(9).describe('Text.'),
    count: int32(0, 'Count.').default(7),
    map: z.record(z.string(), z.string()).optional(),
    quantity: z.union([z.string(), z.number()]).optional(),
    loose: z.looseObject({ a: z.boolean() }).optional(),
    late: z
      .string()
      .transform((text) => text.length)
      .prefault('x'),
    filledByTheParserOnly: z.object({ a: z.string().optional() }).prefault({}),
  });
  expect(structuralSchema(schema)).toEqual({
    type: 'object',
    required: ['text'],
    properties: {
      text: { type: 'string', minLength: 1, maxLength: 9, description: 'Text.' },
      count: { type: 'integer', format: 'int32', minimum: 0, default: 7, description: 'Count.' },
      map: { type: 'object', additionalProperties: { type: 'string' } },
      quantity: { 'x-kubernetes-int-or-string': true },
      loose: {
        type: 'object',
        required: ['a'],
        properties: { a: { type: 'boolean' } },
        'x-kubernetes-preserve-unknown-fields': true,
      },
      late: { type: 'string', default: 'x' },
      filledByTheParserOnly: { type: 'object', properties: { a: { type: 'string' } } },
    },
  });
});

test.each([
  ['a constant', z.literal('a'), 'const'],
  ['alternatives of objects', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), 'anyOf'],
  ['an open bound', z.number().gt(3), 'exclusiveMinimum'],
  ['no type at all', z.unknown(), 'needs a type'],
  ['a tuple', z.tuple([z.string()]), 'prefixItems'],
  ['null', z.string().nullable(), 'null'],
])('%s is refused with its path', (_, schema, problem) => {
  expect(() => structuralSchema(z.object({ outer: z.object({ inner: schema }) }))).toThrow(
    new RegExp(`^\\.outer\\.inner: .*${problem}`),
  );
});
