import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptnAppVersion } from '../../test/builders/version-objects.ts';
import {
  announcedAtBirth,
  differsInMarkOnly,
  parseAnnounced,
  renderAnnounced,
  untold,
  withTold,
} from './announced.ts';
import type { Fact } from './fact.ts';

const id = fc.stringMatching(/^[0-9a-f]{8}$/);
const sink = fc
  .string({ minLength: 1, maxLength: 32 })
  .filter((name) => encodeURIComponent(name).length <= 64);
const printable = sink.filter((name) => /^[\x20-\x7e]+$/.test(name));

test('what is written is read back, whatever the sinks are called', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(printable, fc.array(id)), { selector: ([name]) => name }),
      (entries) => {
        const announced = new Map(entries.slice(0, 16));
        expect(parseAnnounced(renderAnnounced(announced))).toEqual(announced);
      },
    ),
  );
});

test('garbage says nothing, and what is beside it still counts', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parseAnnounced(text)).not.toThrow();
    }),
  );
  expect(parseAnnounced(undefined)).toEqual(new Map());
  expect(parseAnnounced('yes;events=0a1b2c3d,zz;slack=0a1b2c3d;=;==')).toEqual(
    new Map([['slack', ['0a1b2c3d']]]),
  );
});

test('a version is born with an empty entry for everybody', () => {
  expect(announcedAtBirth(['otlp'])).toBe('events=;otlp=');
  expect(parseAnnounced(announcedAtBirth([]))).toEqual(new Map([['events', []]]));
});

const factOf = (n: number): Fact => ({
  id: n.toString(16).padStart(8, '0').padEnd(16, '0'),
  kind: 'check-started',
  at: new Date(n),
  state: 'Progressing',
  level: 'App',
  version: keptnAppVersion(),
});

test('its size is bounded, and what no longer fits counts as told', () => {
  const facts = Array.from({ length: 3_000 }, (_, n) => factOf(n));
  const told = withTold(
    [],
    facts.slice(0, 2_500).map((fact) => fact.id),
  );
  expect(untold(facts, told)).toEqual(facts.slice(2_500));
  const sinks = Array.from({ length: 40 }, (_, n) => [`sink-${n}`, [...told, ...told]] as const);
  expect(renderAnnounced(new Map(sinks)).length).toBeLessThan(150_000);
});

test('a fact is told once it is noted, by whichever part of its id', () => {
  const facts = [factOf(1), factOf(2)];
  expect(untold(facts, withTold([], [factOf(1).id]))).toEqual([facts[1]]);
  expect(withTold(['00000001'], [factOf(1).id, factOf(2).id])).toEqual(['00000001', '00000002']);
});

test('a change is of the mark alone when nothing else of the version changed', () => {
  const version = keptnAppVersion({ metadata: { annotations: { 'keptn.sh/announced': 'events=' } } });
  const { metadata, status } = version;
  const marked = (more: object = {}) => ({
    ...version,
    metadata: {
      ...metadata,
      resourceVersion: '8',
      annotations: { ...metadata.annotations, 'keptn.sh/announced': 'events=0a1b2c3d', ...more },
    },
  });
  expect(differsInMarkOnly(version, marked())).toBe(true);
  expect(differsInMarkOnly(version, version)).toBe(false);
  expect(differsInMarkOnly(version, marked({ 'keptn.sh/retry': 'all' }))).toBe(false);
  expect(differsInMarkOnly(version, { ...marked(), status: { ...status, status: 'Failed' } })).toBe(false);
});
