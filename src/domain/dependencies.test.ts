import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dependenciesOf, type FoundApp, findCycle, openDependency } from './dependencies.ts';

const dependency = { app: 'db', namespace: 'data' };
const found = (given: Partial<Extract<FoundApp, { kind: 'found' }>> = {}): FoundApp => ({
  kind: 'found',
  version: '1.2.0',
  state: 'Succeeded',
  phase: 'Completed',
  reason: 'Completed',
  ...given,
});

test('entries of both lists count, each once, with the own namespace filled in', () => {
  const own = dependenciesOf('shop', [{ app: 'a' }, { app: 'b', version: '>=1' }], undefined, [
    { app: 'a', namespace: 'shop' },
    { app: 'b', version: '<3' },
    { app: 'a', namespace: 'other' },
  ]);
  expect(own).toEqual([
    { app: 'a', namespace: 'shop' },
    { app: 'b', namespace: 'shop', version: '>=1' },
    { app: 'b', namespace: 'shop', version: '<3' },
    { app: 'a', namespace: 'other' },
  ]);
});

test.each([
  ['any version', undefined, '1.2.0'],
  ['a version in range', '>=1.2 <2', 'v1.2'],
  ['any version, even one that is no semantic version', undefined, '224f8d3c5e'],
])('a released app of %s lets its dependents begin', (_what, range, version) => {
  const asked = range === undefined ? dependency : { ...dependency, version: range };
  expect(openDependency({ dependency: asked, found: found({ version }) })).toBeUndefined();
});

test.each([
  ['missing', { kind: 'missing' } as const, undefined, ['is missing', 'deploy it']],
  ['not seen yet', { kind: 'unseen', version: '2' } as const, undefined, ['version 2', 'has not begun']],
  [
    'of another version',
    found(),
    '>=2',
    ['is at version 1.2.0', 'does not satisfy >=2', 'release a version'],
  ],
  [
    'of no semantic version',
    found({ version: '224f8d3c5e' }),
    '>=2',
    ['no semantic version', 'leave out the range'],
  ],
  ['deploying', found({ state: 'Progressing', phase: 'AppDeploy' }), undefined, ['in phase AppDeploy']],
  [
    'held itself',
    found({ state: 'Pending', phase: '', reason: 'WaitingForDependency' }),
    undefined,
    ['waiting (WaitingForDependency)'],
  ],
  [
    'failed',
    found({ state: 'Failed', phase: 'AppPostDeployTasks' }),
    undefined,
    ['has failed in phase AppPostDeployTasks', 'release a version'],
  ],
  ['superseded', found({ state: 'Deprecated', phase: 'AppDeploy' }), undefined, ['not released yet']],
])('an app that is %s holds its dependents, and the message says so', (_what, state, range, words) => {
  const asked = range === undefined ? dependency : { ...dependency, version: range };
  const open = openDependency({ dependency: asked, found: state });
  expect(open?.isInvalid).toBe(false);
  for (const word of ['app "db" in namespace "data"', ...words]) expect(open?.message).toContain(word);
});

test('a range that cannot be read holds whatever is there, and is to be corrected', () => {
  const open = openDependency({ dependency: { ...dependency, version: 'latest' }, found: found() });
  expect(open).toMatchObject({ isInvalid: true });
  expect(open?.message).toContain('"latest"');
});

const nodes = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const graphs = fc.array(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes)), { maxLength: 14 });
type Edges = readonly (readonly [string, string])[];
const edgesIn = (edges: Edges) => (key: string) => edges.filter(([from]) => from === key).map(([, to]) => to);

/** By Warshall: whether there is a way of one step or more. */
function reaches(edges: Edges): (from: string, to: string) => boolean {
  const known = new Set(edges.map(([from, to]) => from + to));
  const pairs = nodes.flatMap((from) => nodes.map((to) => [from, to] as const));
  for (const via of nodes)
    for (const [from, to] of pairs) if (known.has(from + via) && known.has(via + to)) known.add(from + to);
  return (from, to) => known.has(from + to);
}

test('a cycle is found where there is one, as a way along the edges that meets each app once', () => {
  fc.assert(
    fc.property(graphs, fc.constantFrom(...nodes), (edges, start) => {
      const cycle = findCycle(start, edgesIn(edges));
      expect(cycle !== undefined).toBe(reaches(edges)(start, start));
      if (cycle === undefined) return;
      expect([cycle[0], cycle.at(-1)]).toEqual([start, start]);
      const inner = cycle.slice(1);
      expect(new Set(inner).size).toBe(inner.length);
      for (const [i, to] of inner.entries()) expect(edgesIn(edges)(cycle[i] ?? '')).toContain(to);
    }),
    { numRuns: 3000 },
  );
});

test('every member of a cycle finds one', () => {
  fc.assert(
    fc.property(graphs, fc.constantFrom(...nodes), (edges, start) => {
      for (const member of findCycle(start, edgesIn(edges)) ?? [])
        expect(findCycle(member, edgesIn(edges))).toBeDefined();
    }),
  );
});

test('an app that depends on itself is a cycle of one', () => {
  expect(findCycle('a', edgesIn([['a', 'a']]))).toEqual(['a', 'a']);
});
