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
  return [...page.matchAll(/^\| (M?Q-\d+b?) +\| (\w+) +\| .+ \| `([^`]+)`: (.+?) +\|$/gm)].map((line) => {
    const [, quirk = '', verdict = '', file = '', name = ''] = line;
    return { quirk, verdict, file, name };
  });
}

describe('docs/compatibility.md', () => {
  test('has a line for each quirk, in order', () => {
    const quirks = rows().map(({ quirk }) => quirk);
    const lifecycle = quirks.filter((quirk) => quirk.startsWith('Q-'));
    expect(lifecycle).toEqual(Array.from({ length: 58 }, (_, i) => `Q-${i + 1}`));
  });

  test.each(rows())('$quirk is $verdict and names a test that exists', ({ verdict, file, name }) => {
    expect(['kept', 'bettered']).toContain(verdict);
    expect(existsSync(path.join(root, file))).toBe(true);
    const source = readFileSync(path.join(root, file), 'utf8');
    const literals = [`'${name}'`, `"${name}"`, `\`${name}\``];
    expect(literals.some((literal) => source.includes(literal))).toBe(true);
  });
});
