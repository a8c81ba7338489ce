import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Labels, matchesLabels, parseLabelSelector, type Requirement } from './label-selector.ts';

function matches(selector: string, labels: Labels): boolean {
  const parsed = parseLabelSelector(selector);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return matchesLabels(parsed.value, labels);
}

test.each([
  ['', {}, true],
  ['  ', { a: 'b' }, true],
  ['a=b', { a: 'b' }, true],
  ['a==b', { a: 'c' }, false],
  ['a!=b', { a: 'b' }, false],
  ['a!=b', {}, true],
  ['a in (b, c)', { a: 'c' }, true],
  ['a in (b,c)', {}, false],
  ['a notin (b,c)', {}, true],
  ['a notin (b,c)', { a: 'b' }, false],
  ['a', { a: '' }, true],
  ['!a', { a: '' }, false],
  ['a,!b', { a: 'x' }, true],
  ['a=', { a: '' }, true],
  ['a=', {}, false],
  ['a in (,b)', { a: '' }, true],
  ['n>3', { n: '4' }, true],
  ['n>3', { n: '3' }, false],
  ['n<3', { n: '-4' }, true],
  ['n<3', { n: 'x' }, false],
  ['n<3', {}, false],
  ['toString', {}, false],
])('"%s" on %j: %s', (selector, labels, expected) => {
  expect(matches(selector, labels)).toBe(expected);
});

test.each([
  ['a=b,', 'label key'],
  ['a b', 'no operator'],
  ['a in b', '"("'],
  ['a in (b', '")"'],
  ['a=b c', 'comma'],
  ['n>x', 'whole number'],
  ['n>99999999999999999999', 'whole number'],
  ['a=-b', 'no label value'],
  ['a/b/c', 'no label key'],
  ['=', 'label key'],
  [`a=${'x'.repeat(64)}`, 'no label value'],
])('"%s" is refused, naming: %s', (selector, part) => {
  const parsed = parseLabelSelector(selector);
  expect(parsed.ok ? '' : parsed.error.message).toContain(part);
});

const word = fc.stringMatching(/^[a-z]([a-z0-9]{0,5}[a-z0-9])?$/);
const requirement = fc.oneof(
  fc.record({ operator: fc.constantFrom('exists', 'absent'), key: word }),
  fc.record({
    operator: fc.constantFrom('in', 'not-in'),
    key: word,
    values: fc.array(word, { minLength: 1 }),
  }),
);

function written(one: Requirement): string {
  switch (one.operator) {
    case 'exists':
      return one.key;
    case 'absent':
      return `!${one.key}`;
    case 'in':
      return `${one.key} in (${one.values.join(',')})`;
    case 'not-in':
      return `${one.key} notin (${one.values.join(',')})`;
    default:
      return `${one.key}${one.operator === 'greater' ? '>' : '<'}${one.bound}`;
  }
}

test('what is written is read again, whatever the spaces', () => {
  fc.assert(
    fc.property(fc.array(requirement), fc.constantFrom(',', ' , ', ',\t'), (requirements, comma) => {
      const parsed = parseLabelSelector(requirements.map(written).join(comma));
      expect(parsed).toEqual({ ok: true, value: requirements });
    }),
  );
});

test('no text makes it throw, and a requirement and its opposite never both hold', () => {
  fc.assert(
    fc.property(
      fc.string(),
      word,
      fc.array(word, { minLength: 1 }),
      fc.dictionary(word, word),
      (text, key, values, labels) => {
        parseLabelSelector(text);
        const list = `(${values.join(',')})`;
        expect(matches(`${key} in ${list}`, labels)).toBe(!matches(`${key} notin ${list}`, labels));
        expect(matches(key, labels)).toBe(!matches(`!${key}`, labels));
      },
    ),
  );
});
