import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderInto } from './render.ts';
import { renderMetricsInto } from './render-metrics.ts';
import { isPure, limits, rooms } from './rooms.ts';
import { check, roomOf } from './rules.ts';
import { codeOnly, findImports } from './source.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const paths = globSync('src/**/*.ts', { cwd: root });
const tree = new Map(paths.map((path) => [path.replace(/^src\//, ''), read(path)]));

describe('the source', () => {
  test('is found', () => {
    expect(tree.size).toBeGreaterThan(5);
    expect([...tree.values()].flatMap(findImports).length).toBeGreaterThan(tree.size / 2);
  });

  test('keeps to its rooms, doors and limits', () => {
    expect(check(tree)).toEqual([]);
  });

  test.each(globSync('src/*/README.md', { cwd: root }))('%s fits on one screen', (path) => {
    expect(read(path).trimEnd().split('\n').length).toBeLessThanOrEqual(limits.roomReadmeLines);
  });

  test('rows name only rows above them', () => {
    const position = (name: string) => rooms.findIndex((room) => room.name === name);
    for (const room of rooms) {
      for (const name of room.mayImport) {
        expect(position(name), `${room.name} names ${name}`).toBeGreaterThanOrEqual(0);
        expect(position(name), `${room.name} names ${name}`).toBeLessThan(position(room.name));
      }
    }
  });

  test.each([
    ['docs/architecture.md', renderInto],
    ['docs/telemetry-metrics.md', renderMetricsInto],
  ])('is described in %s as it is (make docs renews it)', (path, render) => {
    const page = read(path);
    // The formatter pads the cells of tables; that is not staleness.
    const unpadded = (text: string) =>
      text
        .replace(/ +/g, ' ')
        .replace(/-{2,}/g, '--')
        .replace(/\| -- /g, '|--')
        .replace(/-- \|/g, '--|');
    expect(unpadded(render(page))).toBe(unpadded(page));
  });
});

describe('a forbidden thing is reported', () => {
  const filler = (lines: number) => 'x;\n'.repeat(lines);
  const cases: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['a lower room', { 'kernel/a.ts': "import { b } from '../api/b.ts';" }, /kernel may not import api/],
    [
      'a type of a lower room',
      { 'domain/a.ts': "import type { B } from '../runtime/b.ts';" },
      /may not import runtime/,
    ],
    ['an export from', { 'api/a.ts': "export { b } from '../domain/b.ts';" }, /api may not import domain/],
    [
      'an import of many lines',
      { 'api/a.ts': "import {\n  b,\n  c,\n} from '../domain/b.ts';" },
      /api may not import/,
    ],
    ['a side-effect import', { 'api/a.ts': "import '../domain/b.ts';" }, /api may not import domain/],
    [
      'a dynamic import',
      { 'api/a.ts': "const b = await import('../domain/b.ts');" },
      /api may not import domain/,
    ],
    ['an import type', { 'api/a.ts': "type B = import('../domain/b.ts').B;" }, /api may not import domain/],
    ['a computed import', { 'cli/a.ts': 'await import(name);' }, /computed name/],
    ['a require', { 'api/a.ts': "const fs = require('node:fs');" }, /node:fs comes in through/],
    ['a folder that is no room', { 'utils/a.ts': '' }, /is no room/],
    ['a file outside src', { 'api/a.ts': "import '../../scripts/b.ts';" }, /outside src/],
    [
      'the Kubernetes client',
      { 'controllers/pod/observe.ts': "import * as k from '@kubernetes/client-node';" },
      /kube\.ts only/,
    ],
    ['zod outside its door', { 'api/a.ts': "import { z } from 'zod';" }, /api\/schema\.ts only/],
    ['a subpath of a package', { 'api/a.ts': "import { z } from 'zod/mini';" }, /api\/schema\.ts only/],
    ['a package without a door', { 'api/a.ts': "import _ from 'lodash';" }, /has no door/],
    ['a test package in product code', { 'api/a.ts': "import { test } from 'vitest';" }, /has no door/],
    [
      'files in a pure room',
      { 'domain/a.ts': "import { readFileSync } from 'node:fs';" },
      /node:fs comes in through/,
    ],
    [
      'two doors',
      { 'observability/a.ts': "import 'pino';", 'observability/b.ts': "import 'pino';" },
      /one door, not 2/,
    ],
    [
      'a cycle',
      { 'api/a.ts': "import './b.ts';", 'api/b.ts': "import './a.ts';" },
      /cycle: api\/a\.ts -> api\/b\.ts -> api\/a\.ts/,
    ],
    [
      'a cycle of types',
      { 'api/a.ts': "import type { B } from './b.ts';", 'api/b.ts': "import type { A } from './a.ts';" },
      /cycle/,
    ],
    [
      'another kind',
      { 'controllers/pod/controller.ts': "import '../task/decide.ts';" },
      /may not enter task/,
    ],
    [
      'a decider that sees runtime',
      { 'controllers/pod/decide.ts': "import type { R } from '../../runtime/r.ts';" },
      /may not import runtime/,
    ],
    [
      'a decider that sees its observer',
      { 'controllers/pod/decide.ts': "import { s } from './observe.ts';" },
      /may not import controllers\/pod\/observe/,
    ],
    [
      'a builder that sees runtime',
      { 'controllers/pod/manifest.ts': "import '../../runtime/r.ts';" },
      /may not import runtime/,
    ],
    [
      'the CLI in a controller’s glue',
      { 'cli/explain.ts': "import '../controllers/pod/controller.ts';" },
      /only observe\.ts, decide\.ts/,
    ],
    ['the clock in a decider', { 'controllers/pod/decide.ts': 'const now = Date.now();' }, /uses the clock/],
    ['a date without argument', { 'domain/a.ts': 'const now = new Date();' }, /uses the clock/],
    ['randomness', { 'domain/a.ts': 'Math.random();' }, /uses randomness/],
    ['the environment in a pure file', { 'webhook/admit.ts': 'process.env;' }, /uses the environment/],
    ['the environment in an effectful file', { 'runtime/kube.ts': 'process.env;' }, /uses the environment/],
    ['a timer', { 'domain/a.ts': 'setTimeout(f, 1);' }, /uses a timer/],
    ['fetch', { 'webhook/patch.ts': "fetch('x');" }, /uses fetch/],
    ['console', { 'webhook/review.ts': 'console.log(1);' }, /uses console/],
    ['an async decider', { 'controllers/pod/decide.ts': 'export async function decide() {}' }, /uses async/],
    ['the clock inside a template', { 'domain/a.ts': `const s = \`at \${Date.now()}\`;` }, /uses the clock/],
    ['the type any', { 'api/a.ts': 'const x: any = 1;' }, /type "any"/],
    ['a list of any', { 'api/a.ts': 'let x: any[];' }, /type "any"/],
    ['casts', { 'api/a.ts': 'const a = x as A;\nconst b = y as unknown as B;' }, /3 casts/],
    ['a long file', { 'api/a.ts': filler(401) }, /401 lines/],
    ['a long main', { 'main.ts': filler(151) }, /151 lines/],
  ];

  test.each(cases)('%s', (_, files, message) => {
    const found = check(new Map(Object.entries(files)));
    expect(found.join('\n')).toMatch(message);
  });
});

describe('an allowed thing is not reported', () => {
  const cases: readonly (readonly [string, Record<string, string>])[] = [
    [
      'what the row names',
      { 'domain/a.ts': "import { ok } from '../kernel/result.ts';\nimport '../api/b.ts';" },
    ],
    ['a package at its door', { 'api/schema.ts': "import * as z from 'zod';\nexport { z };" }],
    ['a word in a comment', { 'domain/a.ts': '// Date.now() and any import\n/* Math.random() */' }],
    ['a word in a string', { 'domain/a.ts': "const s = 'Date.now() any as X';\nconst t = `setTimeout`;" }],
    ['a word in a regular expression', { 'domain/a.ts': 'const r = /Date.now|any as x/;' }],
    ['an import in a comment', { 'domain/a.ts': "// import x from 'y';\n/*\nimport z from 'q';\n*/" }],
    ['a date with an argument', { 'domain/a.ts': 'const d = new Date(text);' }],
    [
      'as const and renaming',
      { 'api/a.ts': "import { a as b, c as d, e as f } from './b.ts';\nconst x = [1] as const;" },
    ],
    ['a decider with its builder', { 'controllers/pod/decide.ts': "import { m } from './manifest.ts';" }],
    [
      'a test with its tools',
      { 'domain/a.test.ts': "import { test } from 'vitest';\nimport fc from 'fast-check';\nDate.now();" },
    ],
    ['a short main', { 'main.ts': 'x;\n'.repeat(150) }],
  ];

  test.each(cases)('%s', (_, files) => {
    expect(check(new Map(Object.entries(files)))).toEqual([]);
  });
});

test('pure files are known by their place', () => {
  expect(isPure('controllers/task/decide.ts')).toBe(true);
  expect(isPure('controllers/task/observe.ts')).toBe(false);
  expect(isPure('domain/gate.ts')).toBe(true);
  expect(isPure('webhook/handler.ts')).toBe(false);
  expect(roomOf('main.ts')).toBe('main');
});

test('blanking keeps lines where they are', () => {
  const text = `a\n/* b\n c */ d \`x\n\${e}\` // f\n`;
  expect(codeOnly(text).split('\n').length).toBeGreaterThanOrEqual(text.split('\n').length);
});
