import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileJsonPath } from './json-path.ts';

const store = {
  book: [
    { title: 'a', price: 8.95, isbn: 'x' },
    { title: 'b', price: 12.99 },
  ],
  'odd key': { n: 1 },
  big: 9007199254740993n,
};

function select(path: string, json: unknown = store): unknown {
  const compiled = compileJsonPath(path);
  const found = compiled.ok ? compiled.value(json) : compiled;
  return found.ok ? found.value : found.error.message;
}

// Source: RFC 9535, section 1.5 and table 2, on a document of our own.
test.each<[string, unknown]>([
  ['$', [store]],
  ['$.book[0].price', [8.95]],
  ['$.book[-1].price', [12.99]],
  ['$.book[*].price', [8.95, 12.99]],
  ['$.book[0:1].title', ['a']],
  ['$..price', [8.95, 12.99]],
  ["$['odd key'].n", [1]],
  ['$.book[?@.isbn].price', [8.95]],
  ['$.book[?@.price > 10].title', ['b']],
  ["$.book[?@.title == 'b' && !(@.isbn)].price", [12.99]],
  ['$.book[?length(@.title) == 1].title', ['a', 'b']],
  ['$.book[0,1].title', ['a', 'b']],
  ['$.nothing', []],
  ['$.big', [9007199254740993n]],
])('%s', (path, expected) => {
  expect(select(path)).toEqual(expected);
});

test.each<[string, RegExp]>([
  ['book', /metricPath "book" is no JSONPath that can be read: .*; write for example \$\.stats\.errors/],
  ['', /is no JSONPath/],
  ['$.book[', /is no JSONPath/],
  ['$.book[?(@.price)', /is no JSONPath/],
  ["$.book[?match(@.title, '(a+)+$')]", /match/],
  ["$.book[?search(@.title, 'a')]", /search/],
  ['$..a..b', /more than one "\.\."/],
  ['$.book[?@..price]', /inside of a filter only paths to one value/],
  ['$.book[?count(@.*) > 1]', /inside of a filter only paths to one value/],
  ['$.book[?@.list[?@.a[*]]]', /inside of a filter only paths to one value/],
  [`$${'[*,*]'.repeat(5)}`, /lists too many selectors/],
  [`$.${'a'.repeat(2000)}`, /longer than 1024 characters/],
])('%s is refused', (path, message) => {
  expect(select(path)).toMatch(message);
});

test('nothing of a path is run', () => {
  expect(select("$.book[?(@.title.constructor.constructor('return 1')())]")).toMatch(/is no JSONPath/);
  expect(select('$.constructor')).toEqual([]);
  expect(select("$['__proto__']")).toEqual([]);
  expect(select('$.book.length')).toEqual([]);
});

test('a document that is nested without end is an error', () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
  expect(select('$..a', deep)).toMatch(/is no JSONPath that can be read|^$/);
});

test('whatever path and document are, there are values or a reason', () => {
  const piece = fc.constantFrom(
    '$',
    '.',
    '..',
    'a',
    '*',
    '[',
    ']',
    '?',
    '@',
    '(',
    ')',
    '0',
    ':',
    ',',
    "'a'",
    '==',
    '-1',
    '&&',
    '!',
  );
  const path = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => `$${pieces.join('')}`),
  );
  fc.assert(
    fc.property(path, fc.jsonValue(), (text, json) => {
      const found = select(text, json);
      expect(Array.isArray(found) || typeof found === 'string').toBe(true);
    }),
    { numRuns: 2000 },
  );
});
