import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInRange, parseRange, parseVersion } from './version-range.ts';

function holds(version: string, range: string): boolean {
  const [parsed, bounds] = [parseVersion(version), parseRange(range)];
  if (parsed === undefined || bounds === undefined) throw new Error(`${version} or ${range} cannot be read`);
  return isInRange(parsed, bounds);
}

test.each([
  ['1.2.0', '>=1.2', true],
  ['1.1.9', '>=1.2', false],
  ['2.0.0', '>=1.2 <2', false],
  ['1.9.9', '>=1.2 <2', true],
  ['1.2.3', '1.2.3', true],
  ['1.2.4', '=1.2.3', false],
  ['1.2.9', '~1.2.3', true],
  ['1.3.0', '~1.2.3', false],
  ['1.3.0', '~1', true],
  ['1.9.0', '^1.2.3', true],
  ['2.0.0', '^1.2.3', false],
  ['0.2.9', '^0.2.3', true],
  ['0.3.0', '^0.2.3', false],
  ['0.0.4', '^0.0.3', false],
  ['1.3.0', '>1.2', true],
  ['1.2.9', '>1.2', false],
  ['1.2.9', '<=1.2', true],
  ['1.3.0', '<=1.2', false],
  ['2.3.9', '1.2 - 2.3', true],
  ['2.4.0', '1.2 - 2.3', false],
  ['3.1.0', '1.x || 3.x', true],
  ['2.1.0', '1.x || 3.x', false],
  ['0.0.1', '*', true],
  ['9.9.9', '>*', false],
  ['1.3.0', '>= 1.2', true],
] as const)('version %s in range %s: %s', (version, range, expected) => {
  expect(holds(version, range)).toBe(expected);
});

test.each([
  ['1.3.0-rc1', '>=1.2', true],
  ['1.2.0-rc1', '>=1.2.0', false],
  ['1.2.0-rc1', '>=1.2', true],
  ['2.0.0-rc1', '<2', false],
  ['2.0.0-rc1', '<2.0.0', true],
  ['2.0.0-rc1', '^1.2', false],
  ['1.2.0-rc.2', '>=1.2.0-rc.10', false],
  ['1.2.0-rc', '>=1.2.0-1', true],
  ['1.2.0-rc.1.1', '>1.2.0-rc.1', true],
] as const)('prereleases count by their order alone: %s in %s: %s', (version, range, expected) => {
  expect(holds(version, range)).toBe(expected);
});

test.each([
  ['v1.2', '1.2.0'],
  ['7', '7.0.0'],
  ['V1.2.3', '1.2.3'],
  ['2026.01.05', '2026.1.5'],
  ['1.27-alpine', '1.27.0-alpine'],
  ['1.2.3+build.7', '1.2.3'],
  [' 1.2.3 ', '1.2.3'],
])('%s is read as %s', (written, meant) => {
  expect(parseVersion(written)).toEqual(parseVersion(meant));
  expect(parseVersion(written)).toBeDefined();
});

test.each(['', 'latest', '224f8d3c5e', '2244883359', '1.2.3.4', 'sha256:abc', '1.x', `${'9'.repeat(40)}.1`])(
  '"%s" is no version',
  (text) => {
    expect(parseVersion(text)).toBeUndefined();
  },
);

test.each([
  '',
  ' ',
  'latest',
  '>=',
  '>=1.2 <',
  '1.2.3.4',
  '=>1',
  '>==1',
  '1 || ',
  '01.2',
  '^^1',
  '1.2-',
  'a',
])('"%s" is no range', (text) => {
  expect(parseRange(text)).toBeUndefined();
});

test('a long text that is nearly a range is refused at once', () => {
  for (const part of ['1   ', '>  1  ', '1.2.3-a-  ', '1 || ', 'x   - '])
    for (const end of ['!', '- -', '='])
      expect(parseRange(part.repeat(100).slice(0, 250) + end)).toBeUndefined();
});

const number = fc.integer({ min: 0, max: 3 });
const versions = fc
  .tuple(number, number, number, fc.constantFrom('', '-0', '-rc.1', '-rc.2', '-zz'))
  .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`);

test('bounds in full split all versions in two', () => {
  fc.assert(
    fc.property(versions, versions, (version, bound) => {
      expect(holds(version, `<${bound}`)).toBe(!holds(version, `>=${bound}`));
      expect(holds(version, `>${bound}`)).toBe(!holds(version, `<=${bound}`));
      expect(holds(version, `<${bound} || =${bound} || >${bound}`)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('both bounds of a range count, and one of several alternatives does', () => {
  fc.assert(
    fc.property(versions, versions, versions, (version, a, b) => {
      const [left, right] = [holds(version, `>=${a}`), holds(version, `<${b}`)];
      expect(holds(version, `>=${a} <${b}`)).toBe(left && right);
      expect(holds(version, `>=${a}||<${b}`)).toBe(left || right);
    }),
    { numRuns: 1000 },
  );
});

test('whatever is written, reading ends and a range that is read can be asked', () => {
  const texts = fc.string({ unit: fc.constantFrom(...'019.xX*v<>=^~-|+ rc'.split('')), maxLength: 24 });
  fc.assert(
    fc.property(texts, versions, (text, version) => {
      const range = parseRange(text);
      const parsed = parseVersion(version);
      if (range !== undefined && parsed !== undefined)
        expect([true, false]).toContain(isInRange(parsed, range));
    }),
    { numRuns: 3000 },
  );
});

test('numbers beyond what can be told apart are no range', () => {
  expect(parseRange('>=9999999999999999')).toBeUndefined();
});
