import { expect, test } from 'vitest';
import { checkNames, checkNamesOfUser, duration, objectName } from './field-rules.ts';
import { z } from './schema.ts';
import { structuralSchema } from './structural.ts';

test.each([checkNames, checkNamesOfUser])(
  '%o reads a list trimmed, without blanks, each once (Q-20)',
  (names) => {
    expect(names('Names.').parse([' a', 'b ', '', 'a', ' '])).toEqual(['a', 'b']);
  },
);

test('what only admission asks does not keep a stored object from being read', () => {
  expect(objectName('A name.').safeParse('Not A Name').success).toBe(true);
  expect(checkNamesOfUser('Names.').safeParse(['Not A Name']).success).toBe(true);
});

test('lists that users write are bounded and checked entry by entry, those of controllers are not', () => {
  const ofUser = structuralSchema(z.object({ list: checkNamesOfUser('Names.') })).properties?.['list'];
  expect(ofUser).toMatchObject({ type: 'array', description: 'Names.', maxItems: 256 });
  expect(ofUser?.items).toMatchObject({ maxLength: 253, 'x-kubernetes-validations': [{}] });
  expect(structuralSchema(z.object({ list: checkNames('Names.') })).properties?.['list']).toEqual({
    type: 'array',
    description: 'Names.',
    items: { type: 'string' },
  });
});

test('a duration is a rule for the API server, whose message says what to write (Q-9)', () => {
  const field = structuralSchema(z.object({ timeout: duration('How long.') })).properties?.['timeout'];
  expect(field).toEqual({
    type: 'string',
    description: 'How long.',
    maxLength: 64,
    'x-kubernetes-validations': [
      {
        rule: "self.matches('^(0|([0-9]+(\\\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$')",
        message: 'must be a duration; write for example "30s", "5m" or "1h30m"',
      },
    ],
  });
});
