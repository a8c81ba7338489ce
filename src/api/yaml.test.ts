import { expect, test } from 'vitest';
import { parseYamlDocuments, toYaml } from './yaml.ts';

test('each document comes with the line it starts on; empty ones are left out', () => {
  expect(parseYamlDocuments('# head\na: 1\n---\n---\n# only a comment\n---\n\nb: 2\n')).toEqual({
    ok: true,
    value: [
      { object: { a: 1 }, line: 2 },
      { object: { b: 2 }, line: 8 },
    ],
  });
});

test('a broken document is an error that says where', () => {
  expect(parseYamlDocuments('a: 1\n---\nb: [1\n')).toSatisfy(
    (parsed: ReturnType<typeof parseYamlDocuments>) =>
      parsed.ok ? false : /line \d+, column \d+/.test(parsed.error.message),
  );
});

test('an alias to nothing is an error too', () => {
  expect(parseYamlDocuments('a: *nothing\n')).toMatchObject({ ok: false, error: { tag: 'malformed' } });
});

test('what is written is read back, without aliases and folded lines', () => {
  const shared = { text: 'word '.repeat(60).trim(), version: '1.10', yes: 'yes' };
  const value = { a: shared, b: shared };
  const text = toYaml(value);
  expect(text).not.toMatch(/[&*]a1/);
  expect(text.split('\n')).toHaveLength(9);
  expect(parseYamlDocuments(text)).toMatchObject({ ok: true, value: [{ object: value, line: 1 }] });
});
