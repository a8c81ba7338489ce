import { posix } from 'node:path';
import {
  doors,
  effectGlobals,
  forbiddenInPure,
  isPure,
  limits,
  pureBuiltins,
  type Room,
  rooms,
  testPackages,
} from './rooms.ts';
import { codeOnly, findImports, type ImportSite } from './source.ts';

/** Path below `src/` to text. */
export type SourceTree = ReadonlyMap<string, string>;

/** One broken rule, as a sentence that starts with the place. */
export type Violation = string;

const inSet = (path: string, files: readonly string[]) =>
  files.some((file) => (file.endsWith('/') ? path.startsWith(file) : path === file));

const matches = (name: string, pattern: string) =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

const isTest = (path: string) => path.endsWith('.test.ts');

/** The room of a path below `src/`; the composition root is a room of its own. */
export function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/(\.test)?\.ts$/, '');
}

/** Every broken rule of the tree: rooms, doors, kinds, cycles, globals, limits. Pure. */
export function check(tree: SourceTree): Violation[] {
  const found: Violation[] = [];
  for (const [path, text] of tree) {
    const room = rooms.find((r) => r.name === roomOf(path));
    if (room === undefined) {
      found.push(`${path}: "${roomOf(path)}" is no room; add a row to test/architecture/rooms.ts`);
      continue;
    }
    for (const site of findImports(text)) found.push(...checkImport(path, room, site));
    found.push(...checkGlobals(path, text), ...checkSize(path, text));
  }
  return [...found, ...checkOneDoorEach(tree), ...checkCasts(tree), ...findCycles(tree)];
}

function checkImport(path: string, room: Room, site: ImportSite): Violation[] {
  const at = `${path}:${site.line}`;
  if (site.specifier === '<computed>') return [`${at} imports a computed name; write the name out`];
  if (!site.specifier.startsWith('.')) return checkPackage(at, path, site.specifier);
  const target = posix.join(posix.dirname(path), site.specifier);
  if (target.startsWith('../')) {
    const allowed = isTest(path) && target.startsWith('../test/');
    return allowed ? [] : [`${at} imports ${site.specifier}, which is outside src/`];
  }
  return [...checkRoom(at, room, target), ...checkKind(at, path, target, site.typeOnly)];
}

function checkRoom(at: string, room: Room, target: string): Violation[] {
  const targetRoom = roomOf(target);
  if (targetRoom === room.name) return [];
  if (room.mayImportFiles?.includes(target)) return [];
  if (!room.mayImport.includes(targetRoom))
    return [`${at} ${room.name} may not import ${targetRoom} (${target})`];
  const only = room.onlyFilesOf?.[targetRoom];
  if (only !== undefined && !only.includes(posix.basename(target))) {
    return [`${at} ${room.name} may import only ${only.join(', ')} of ${targetRoom}, not ${target}`];
  }
  return [];
}

/** Inside a kind: nobody enters another kind's folder, and what decides sees pure rooms and pure neighbours only. */
function checkKind(at: string, path: string, target: string, typeOnly: boolean): Violation[] {
  const kind = /^controllers\/([^/]+)\//.exec(path)?.[1];
  if (kind === undefined || isTest(path)) return [];
  const targetKind = /^controllers\/([^/]+)\//.exec(target)?.[1];
  if (targetKind !== undefined && targetKind !== kind)
    return [`${at} ${kind} may not enter ${targetKind}’s folder`];
  if (!isPure(path)) return [];
  // What a decider is given is described where it is gathered; a type carries no effect across.
  if (typeOnly && targetKind === kind) return [];
  const pureTarget = ['kernel', 'api', 'domain'].includes(roomOf(target)) || isPure(target);
  return pureTarget
    ? []
    : [`${at} ${posix.basename(path)} decides or builds, so it may not import ${target}`];
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function checkPackage(at: string, path: string, specifier: string): Violation[] {
  const name = packageOf(specifier);
  if (pureBuiltins.includes(name)) return [];
  if (isTest(path) && testPackages.some((pattern) => matches(name, pattern))) return [];
  const door = doors.find((d) => d.packages.some((pattern) => matches(name, pattern)));
  if (door === undefined) return [`${at} ${name} has no door; add one to test/architecture/rooms.ts`];
  return inSet(path, door.files) ? [] : [`${at} ${name} comes in through ${door.files.join(', ')} only`];
}

function checkOneDoorEach(tree: SourceTree): Violation[] {
  const importers = new Map<string, Set<string>>();
  for (const [path, text] of tree) {
    if (isTest(path)) continue;
    for (const { specifier } of findImports(text)) {
      const name = packageOf(specifier);
      const door = doors.find((d) => d.packages.some((pattern) => matches(name, pattern)));
      if (door === undefined || door.many) continue;
      importers.set(name, (importers.get(name) ?? new Set()).add(path));
    }
  }
  return [...importers]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${[...paths].join(', ')}: ${name} has one door, not ${paths.size}`);
}

function checkGlobals(path: string, text: string): Violation[] {
  if (isTest(path)) return [];
  const globals = isPure(path) ? forbiddenInPure : effectGlobals;
  const lines = codeOnly(text).split('\n');
  return globals
    .filter(({ files }) => !inSet(path, files))
    .flatMap(({ what, pattern }) =>
      lines.flatMap((line, i) =>
        pattern.test(line) ? [`${path}:${i + 1} uses ${what}, which is not for this file`] : [],
      ),
    );
}

// Where a type can stand; a variable of that name is another matter.
const anyType = /(?:[:<,|&]|\bas|=>|\btype\s+\w+\s*=)\s*any\b(?!\s*[(:])/;

function checkSize(path: string, text: string): Violation[] {
  const found: Violation[] = [];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const limit = path === 'main.ts' || path === 'cli/main.ts' ? limits.mainLines : limits.fileLines;
  if (lines > limit) found.push(`${path}: ${lines} lines, the limit is ${limit}`);
  const at = codeOnly(text)
    .split('\n')
    .findIndex((line) => anyType.test(line));
  if (at >= 0) found.push(`${path}:${at + 1} has the type "any"`);
  return found;
}

const renaming = /^[ \t]*(?:import|export)\s[^;]*?;/gm;
const cast = /\bas\s+(?!const\b)[\w{[(<]/g;

/** Casts may not exceed three per thousand lines over product code, so that each is worth its comment. */
function checkCasts(tree: SourceTree): Violation[] {
  let lines = 0;
  const places: string[] = [];
  for (const [path, text] of tree) {
    if (isTest(path)) continue;
    lines += text.split('\n').length;
    const code = codeOnly(text).replace(renaming, (part) =>
      /\bfrom\b|^\s*export\s*\{/.test(part) ? part.replace(/[^\n]/g, ' ') : part,
    );
    for (const match of code.matchAll(cast))
      places.push(`${path}:${code.slice(0, match.index).split('\n').length}`);
  }
  const allowed = Math.max(1, Math.floor((lines * limits.castsPerThousandLines) / 1000));
  if (places.length <= allowed) return [];
  return [`${places.length} casts in ${lines} lines, ${allowed} allowed: ${places.join(', ')}`];
}

/** Groups of files that import each other, type-only imports included. */
function findCycles(tree: SourceTree): Violation[] {
  const edges = new Map<string, string[]>();
  for (const [path, text] of tree) {
    const targets = findImports(text)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => posix.join(posix.dirname(path), specifier))
      .filter((target) => tree.has(target));
    edges.set(path, targets);
  }
  const state = new Map<string, 'open' | 'closed'>();
  const found: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'closed') return;
    if (state.get(path) === 'open') {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
      return;
    }
    state.set(path, 'open');
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    state.set(path, 'closed');
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}
