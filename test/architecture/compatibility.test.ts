import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/compatibility.md'), 'utf8');

interface Row {
  readonly quirk: string;
  readonly verdict: string;
  readonly file: string;
  readonly name: string;
}

/** The lines of the table: number, verdict, what is done, and the file and name of a test. */
function rows(): Row[] {
  return [...page.matchAll(/^\| (M?Q-\d+[a-d]?) +\| (\w+) +\| .+ \| `([^`]+)`: (.+?) +\|$/gm)].map((line) => {
    const [, quirk = '', verdict = '', file = '', name = ''] = line;
    return { quirk, verdict, file, name };
  });
}

/** Quirks of several parts, each with a line of its own. */
const parted: ReadonlyMap<string, readonly string[]> = new Map([
  ['MQ-2', ['a', 'b', 'c', 'd']],
  ['MQ-9', ['', 'b']],
  ['MQ-14', ['', 'b']],
  ['MQ-15', ['', 'b']],
]);

describe('docs/compatibility.md', () => {
  test('has a line for each quirk, in order', () => {
    const quirks = rows().map(({ quirk }) => quirk);
    const lifecycle = quirks.filter((quirk) => quirk.startsWith('Q-'));
    expect(lifecycle).toEqual(Array.from({ length: 58 }, (_, i) => `Q-${i + 1}`));
    const metrics = Array.from({ length: 43 }, (_, i) => `MQ-${i + 1}`).flatMap((quirk) => {
      const parts = parted.get(quirk);
      return parts === undefined ? [quirk] : parts.map((part) => quirk + part);
    });
    expect(quirks.filter((quirk) => quirk.startsWith('MQ-'))).toEqual(metrics);
  });

  test.each(rows())('$quirk is $verdict and names a test that exists', ({ verdict, file, name }) => {
    expect(['kept', 'bettered']).toContain(verdict);
    expect(existsSync(path.join(root, file))).toBe(true);
    const source = readFileSync(path.join(root, file), 'utf8');
    const literals = [`'${name}'`, `"${name}"`, `\`${name}\``];
    expect(literals.some((literal) => source.includes(literal))).toBe(true);
  });
});
