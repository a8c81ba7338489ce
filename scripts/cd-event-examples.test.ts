import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cdEventProblems } from '../test/builders/cd-event-schemas.ts';
import { exampleEvents, exampleFiles } from './cd-event-examples.ts';

const root = join(import.meta.dirname, '..');

test('the examples of CDEvents are valid, and those that this code sends', () => {
  expect(exampleEvents().flatMap(cdEventProblems)).toEqual([]);
  const files = exampleFiles();
  const there = readdirSync(join(root, 'docs/examples/cdevents')).map((name) =>
    join('docs/examples/cdevents', name),
  );
  expect(there.toSorted()).toEqual([...files.keys()]);
  for (const [path, text] of files)
    expect(JSON.parse(readFileSync(join(root, path), 'utf8')), 'run `make docs`').toEqual(JSON.parse(text));
});
