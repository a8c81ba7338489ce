import { expect, test } from 'vitest';
import { errorOfAnswer, errorOfStatus } from './api-status.ts';

const status = (fields: object): string => JSON.stringify({ kind: 'Status', apiVersion: 'v1', ...fields });

test.each<[number, string, object]>([
  [
    404,
    status({ reason: 'NotFound', message: 'pods "x" not found' }),
    { tag: 'not-found', message: 'pods "x" not found' },
  ],
  [409, status({ reason: 'AlreadyExists' }), { tag: 'already-exists' }],
  [409, status({ reason: 'Conflict' }), { tag: 'conflict' }],
  [410, status({ reason: 'Expired' }), { tag: 'gone' }],
  [422, status({ reason: 'Invalid' }), { tag: 'invalid' }],
  [429, status({ details: { retryAfterSeconds: 7 } }), { tag: 'too-many-requests', retryAfterSeconds: 7 }],
  [503, 'upstream connect error', { tag: 'unavailable', message: 'upstream connect error' }],
  [418, 'teapot', { tag: 'invalid' }],
  [599, '', { tag: 'unavailable' }],
])('an answer of %i becomes its error', (code, text, expected) => {
  expect(errorOfAnswer({ status: code, retryAfterSeconds: undefined, text })).toMatchObject(expected);
});

test('the Retry-After header counts before the body', () => {
  const text = status({ details: { retryAfterSeconds: 7 } });
  expect(errorOfAnswer({ status: 429, retryAfterSeconds: 2, text }).retryAfterSeconds).toBe(2);
});

test('an error within a watch carries its own code', () => {
  expect(errorOfStatus({ kind: 'Status', code: 410, message: 'too old' })).toEqual({
    tag: 'gone',
    message: 'too old',
  });
  expect(errorOfStatus('nonsense').tag).toBe('internal');
});
