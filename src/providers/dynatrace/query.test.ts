import fc from 'fast-check';
import { expect, test } from 'vitest';
import { at, window } from '../../../test/builders/fetching.ts';
import { dynatraceParameters } from './query.ts';

const read = (text: string, rest: object = {}) =>
  dynatraceParameters({ text, at, purpose: 'metric', ...rest });

test.each([
  ['builtin:x', { metricSelector: 'builtin:x' }],
  ['metricSelector=builtin:x&resolution=5m', { metricSelector: 'builtin:x', resolution: '5m' }],
  [
    'builtin:x:filter(eq("a","b"))&entitySelector=type("HOST"),tag("k=v")&',
    { metricSelector: 'builtin:x:filter(eq("a","b"))', entitySelector: 'type("HOST"),tag("k=v")' },
  ],
  ['(a=b):x', { metricSelector: '(a=b):x' }],
  [
    'x:filter(eq(a,"1&2~"&3"))&mzSelector=mzName("=")',
    { metricSelector: 'x:filter(eq(a,"1&2~"&3"))', mzSelector: 'mzName("=")' },
  ],
])('MQ-4: %s is split at the first "=" of each part, and nothing is dropped', (text, parameters) => {
  expect(read(text)).toEqual({ ok: true, value: parameters });
});

test.each(['builtin:x?scope=tag(a:b)', 'builtin:x:merge(0):avg&scope=tag(a:b)'])(
  'MQ-4: the old form %s is refused with the new one',
  (text) => {
    expect(read(text)).toMatchObject({
      error: {
        tag: 'malformed',
        message: expect.stringContaining('&entitySelector=type(SERVICE),tag(app:shop)'),
      },
    });
  },
);

test.each([
  ['x&y', '"y" in the query is no parameter; after "&" write name=value'],
  ['x&=y', '"=y" in the query is no parameter'],
  ['x&resolution=1m&resolution=2m', '"resolution" is given twice'],
])('MQ-4: %s is an error', (text, message) => {
  expect(read(text)).toMatchObject({ error: { message: expect.stringContaining(message) } });
});

test('a window and a step become parameters, in milliseconds and whole minutes', () => {
  const times = { from: '1785577800000', to: '1785578280000' };
  expect(read('x', { window })).toMatchObject({ value: times });
  expect(read('x', { window, stepMs: 60_000 })).toMatchObject({ value: { ...times, resolution: '1m' } });
  expect(read('x', { window, stepMs: 90_000 })).toMatchObject({ value: { resolution: '2m' } });
  expect(read('x&from=now-1h', { window })).toMatchObject({
    error: { message: expect.stringContaining('"from" is given twice') },
  });
  expect(read('x&from=now-1h')).toMatchObject({ value: { from: 'now-1h' } });
});

test('MQ-4: any selector arrives as it was written', () => {
  const word = fc.stringMatching(/^[\w:.,()=/ -]{1,12}$/).filter((text) => text.trim() === text);
  const quoted = fc.string({ maxLength: 8 }).map((text) => `"${text.replace(/[~"?]/g, '')}"`);
  const selector = fc
    .array(fc.oneof(word, quoted), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join(','));
  fc.assert(
    fc.property(selector, selector, (metric, entity) => {
      fc.pre(!/scope=|^metricSelector=/.test(metric + entity));
      expect(read(`${metric}&entitySelector=${entity}`)).toEqual({
        ok: true,
        value: { metricSelector: metric, entitySelector: entity },
      });
    }),
  );
});

test('any text is parameters or an error', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void read(text)));
});
