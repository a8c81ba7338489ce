import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors, z } from '../../test/builders/vectors.ts';
import { parseImageReference, versionOfImage } from './image-reference.ts';
import { computeVersion } from './version.ts';

const container = z.object({
  name: z.string(),
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});
const vector = z.object({
  name: z.string(),
  containers: z.array(container),
  container: z.string().optional(),
  keptn: z.string(),
  sluice: z.string().optional(),
});

test.each(loadVectors('admission/computed-version', vector))('$name', (given) => {
  const computed = computeVersion(given.containers, given.container ?? '');
  expect(computed.version).toBe(given.sluice ?? given.keptn);
  expect(computed.warning === undefined).toBe(!given.keptn.startsWith('error'));
});

test('a named container that is not there is said with what is there and what to do', () => {
  const { warning } = computeVersion([{ name: 'app', image: 'nginx:1' }], 'nope');
  expect(warning).toContain('keptn.sh/container names "nope"');
  expect(warning).toContain('"app"');
  expect(warning).toContain('set keptn.sh/version');
});

test('a value from elsewhere counts as empty, the image and the name count', () => {
  const version = (name: string, image: string | undefined, env = 'A'): string =>
    computeVersion([{ name, image, env: [{ name: env }] }, { name: 'b' }], '').version;
  const versions = [
    version('a', 'i'),
    version('c', 'i'),
    version('a', 'j'),
    version('a', 'i', 'B'),
    version('a', undefined),
  ];
  expect(new Set(versions).size).toBe(versions.length);
});

test.each([
  ['nginx:1.25', { repository: 'nginx', tag: '1.25' }],
  ['nginx', { repository: 'nginx' }],
  ['nginx:', { repository: 'nginx' }],
  ['localhost:5000/nginx', { repository: 'localhost:5000/nginx' }],
  ['localhost:5000/a/nginx:2', { repository: 'localhost:5000/a/nginx', tag: '2' }],
  ['r.io/n:1@sha256:0a', { repository: 'r.io/n', tag: '1', digest: '0a' }],
  ['r.io:1/n@sha256:0a', { repository: 'r.io:1/n', digest: '0a' }],
  ['', { repository: '' }],
])('image "%s"', (image, parts) => {
  expect(parseImageReference(image)).toEqual(parts);
});

test.each([
  ['n:1@sha256:0a', '1'],
  ['n:latest@sha256:0a', '0a'],
  ['n:latest', undefined],
  ['n@sha256:', undefined],
])('version of image "%s" is %s', (image, version) => {
  expect(versionOfImage(image)).toBe(version);
});

test('a version is never empty, whatever the containers are', () => {
  const containers = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', ''),
      image: fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[a-z/:@.]*$/)), { nil: undefined }),
      env: fc.option(fc.array(fc.record({ name: fc.string(), value: fc.string() })), { nil: undefined }),
    }),
  );
  fc.assert(
    fc.property(containers, fc.constantFrom('', 'a', 'b', 'c'), (list, name) => {
      expect(computeVersion(list, name).version).not.toBe('');
    }),
    { numRuns: 1000 },
  );
});
