import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors, z } from '../../test/builders/vectors.ts';
import {
  appName,
  appVersionName,
  buildName,
  checkName,
  discoveredAppVersion,
  generationHash,
  jobName,
  objectName,
  sanitize,
  workloadName,
  workloadVersionName,
} from './names.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const runs = { numRuns: 1000 };
const isAdmissible = (name: string): boolean => name.length <= 253 && subdomain.test(name);
/** `a×3` stands for aaa. */
const unfold = (text: string): string =>
  text.replaceAll(/(\w)×(\d+)/g, (_all, letter: string, count: string) => letter.repeat(Number(count)));
const text = z.string().transform(unfold);
/** Texts of all kinds, with many that are long, nearly names, or not names at all. */
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.stringMatching(/^[a-zA-Z0-9._-]{0,300}$/),
  fc.string({ minLength: 240, maxLength: 400, unit: fc.constantFrom('a', 'b', '-', '.', '_', 'Ü') }),
  fc.constantFrom('', '-', '.', '..', '-.', 'a', 'A_b', '1.0+build', '_.b', 'ǅ', 'İ', '😀'),
);

test.each(loadVectors('names/generation-hash', z.object({ generation: z.number(), keptn: z.string() })))(
  'hash of generation $generation',
  ({ generation, keptn }) => {
    expect(generationHash(generation)).toBe(keptn);
  },
);

const appVersion = z.object({
  app: z.string(),
  version: z.string(),
  generation: z.number(),
  keptn: z.string(),
});
test.each(loadVectors('names/app-version', appVersion))('app version $keptn', (vector) => {
  expect(appVersionName(vector.app, vector.version, vector.generation)).toBe(vector.keptn);
});

const build = z.object({
  max: z.number(),
  min: z.number(),
  parts: z.array(text),
  keptn: text,
  sluice: text.optional(),
});
test.each(loadVectors('names/build', build))('build $keptn', ({ max, min, parts, keptn, sluice }) => {
  expect(buildName(max, min, parts)).toBe(keptn);
  if (max === 253) expect(objectName(parts)).toBe(sluice ?? keptn);
});

const workload = z.object({ workload: text, app: text });
const workloadVector = z.object({ app: text, workload: text, keptn: workload, sluice: workload.optional() });
test.each(loadVectors('names/workload', workloadVector))('workload $keptn.workload', (vector) => {
  const expected = vector.sluice ?? vector.keptn;
  expect(workloadName(vector.app, vector.workload)).toBe(expected.workload);
  expect(appName(vector.app)).toBe(expected.app);
});

const task = z.discriminatedUnion('object', [
  z.object({ object: z.literal('task'), checkType: z.string(), definition: text, sluice: text }),
  z.object({ object: z.literal('job'), task: text, sluice: text }),
]);
test.each(loadVectors('names/task', task))('$object $sluice', (vector) => {
  const name =
    vector.object === 'job' ? jobName(vector.task) : checkName({ ...vector, ownerUid: 'uid-1', attempt: 0 });
  expect(name).toMatch(new RegExp(`^${vector.sluice.replaceAll('H', '[0-9a-f]{10}')}$`));
});

const discovered = z.object({ workloads: z.array(z.tuple([z.string(), z.string()])), keptn: z.string() });
test.each(loadVectors('versions/discovered-app', discovered))(
  'app version $keptn',
  ({ workloads, keptn }) => {
    expect(discoveredAppVersion(workloads.map(([name, version]) => ({ name, version })))).toBe(keptn);
  },
);

test('every name is admissible, whatever it is made of', () => {
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 4 }), fc.integer(), (parts, number) => {
      const [first = '', second = ''] = parts;
      const version = workloadVersionName(workloadName(first, second), parts[2] ?? '');
      const check = checkName({ ownerUid: first, checkType: 'pre', definition: second, attempt: number });
      const names = [objectName(parts), appName(first), workloadName(first, second), version, check];
      names.push(appVersionName(first, second, number));
      expect(names.filter((name) => !isAdmissible(name))).toEqual([]);
    }),
    runs,
  );
});

test('a name is as short as asked for', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 12, max: 253 }), (part, max) => {
      const name = objectName([part], max);
      expect(name.length).toBeLessThanOrEqual(max);
      expect(name).toMatch(subdomain);
    }),
    runs,
  );
});

test('different parts of any length give different names, but for case and underscores', () => {
  const parts = fc.tuple(anyText, anyText);
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      // Joined texts are Keptn's names; where those differ, ours must too.
      fc.pre(sanitize(one.join('-')) !== sanitize(other.join('-')));
      expect(objectName(one)).not.toBe(objectName(other));
    }),
    runs,
  );
});

test('one character at any place of a long name makes another name', () => {
  fc.assert(
    fc.property(fc.nat({ max: 299 }), fc.nat({ max: 299 }), (length, at) => {
      const long = 'a'.repeat(length + 1);
      const changed = `${long.slice(0, at)}b${long.slice(at + 1)}`;
      expect(objectName([long, '1.0'])).not.toBe(objectName([changed, '1.0']));
      expect(workloadName(long, long)).not.toBe(workloadName(changed, long));
      expect(workloadName(long, long)).not.toBe(workloadName(long, changed));
      expect(jobName(long)).not.toBe(jobName(changed));
    }),
    runs,
  );
});

test('case and underscores make no difference, so that a list written by hand finds its objects', () => {
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 4 }), (parts) => {
      expect(objectName(parts.map(sanitize))).toBe(objectName(parts));
    }),
    runs,
  );
});

test('a name made into a name stays what it is', () => {
  fc.assert(
    fc.property(anyText, (any) => {
      const name = appName(any);
      expect(appName(name)).toBe(name);
      expect(objectName([name])).toBe(name);
    }),
    runs,
  );
});

test('the name of a Job fits a label and is that of its task where that fits', () => {
  const tasks = anyText.map((any) => objectName([any]));
  fc.assert(
    fc.property(tasks, (name) => {
      const job = jobName(name);
      expect(job.length).toBeLessThanOrEqual(63);
      expect(job).toMatch(labelValue);
      expect(job).toMatch(subdomain);
      if (name.length <= 63) expect(job).toBe(name);
    }),
    runs,
  );
});

test('a check is named by its owner, type, definition and attempt, each of them', () => {
  const check = { ownerUid: 'u', checkType: 'pre', definition: 'd', attempt: 0 };
  const names = [
    check,
    { ...check, ownerUid: 'v' },
    { ...check, checkType: 'post' },
    { ...check, definition: 'D' },
    { ...check, attempt: 1 },
  ].map(checkName);
  expect(new Set(names).size).toBe(names.length);
  expect(checkName({ ...check })).toBe(names[0]);
});

test('the version of a found app does not depend on the order of its workloads', () => {
  const workloads = fc.array(fc.record({ name: anyText, version: anyText }), { minLength: 2 });
  fc.assert(
    fc.property(workloads, (list) => {
      const unique = [...new Map(list.map((item) => [item.name, item])).values()];
      expect(discoveredAppVersion(unique.toReversed())).toBe(discoveredAppVersion(unique));
    }),
    runs,
  );
});
