import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Keyed } from './annotations.ts';
import { resolveIdentity } from './workload-identity.ts';

const runs = { numRuns: 2000 };
const keys = [
  'keptn.sh/workload',
  'keptn.sh/app',
  'keptn.sh/version',
  'keptn.sh/container',
  'keptn.sh/pre-deployment-tasks',
  'keptn.sh/post-deployment-tasks',
  'keptn.sh/pre-deployment-evaluations',
  'keptn.sh/post-deployment-evaluations',
  'keptn.sh/metadata',
  'keptn.sh/app-type',
  'keptn.sh/scheduling-gate-removed',
  'app.kubernetes.io/name',
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/version',
];
const value = fc.oneof(
  fc.constantFrom('', 'a', 'B', 'a, b,,a', 'k=v', 'single-service', 'V1.0', 'Über İ', 'app', 'nope', 'true'),
  fc.string(),
);
const some = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 8 });
const keyed = fc.record({ labels: some, annotations: some }, { requiredKeys: [] });
const containers = fc.array(
  fc.record({
    name: fc.constantFrom('app', 'side'),
    image: fc.constantFrom('n', 'n:1', 'n:latest', 'r:5/n:V2', ''),
  }),
  { maxLength: 3 },
);
const owner = keyed.map((object) => ({ ...object, kind: 'Deployment', name: 'cart' }));

function admitted(pod: Keyed, added: Readonly<Record<string, string>>): Keyed {
  return { ...pod, annotations: { ...pod.annotations, ...added } };
}

test('the controller reads from the admitted pod what admission read from pod and owner', () => {
  fc.assert(
    fc.property(keyed, containers, fc.option(owner, { nil: undefined }), (metadata, list, from) => {
      const spec = { containers: list };
      const first = resolveIdentity({ pod: { metadata, spec }, owner: from });
      if (first.kind === 'not-annotated') return;
      const second = resolveIdentity({ pod: { metadata: admitted(metadata, first.annotations), spec } });
      expect(second).toEqual({ kind: 'identified', identity: first.identity, annotations: {}, warnings: [] });
    }),
    runs,
  );
});

test('asking admission again about the admitted pod adds nothing, with the owner in sight too', () => {
  fc.assert(
    fc.property(keyed, containers, owner, (metadata, list, from) => {
      const spec = { containers: list };
      const first = resolveIdentity({ pod: { metadata, spec }, owner: from });
      if (first.kind === 'not-annotated') return;
      const again = resolveIdentity({
        pod: { metadata: admitted(metadata, first.annotations), spec },
        owner: from,
      });
      expect(again).toMatchObject({ identity: first.identity, annotations: {} });
    }),
    runs,
  );
});

test('what a pod says of itself is never overwritten', () => {
  fc.assert(
    fc.property(keyed, owner, (metadata, from) => {
      const found = resolveIdentity({ pod: { metadata, spec: {} }, owner: from });
      if (found.kind === 'not-annotated') return;
      const said = Object.keys(found.annotations).filter(
        (key) => metadata.annotations?.[key] && key !== 'keptn.sh/app-type',
      );
      expect(said).toEqual([]);
    }),
    runs,
  );
});

test('total, with a version always and a name always, unless nobody names a workload', () => {
  fc.assert(
    fc.property(keyed, containers, (metadata, list) => {
      const found = resolveIdentity({ pod: { metadata, spec: { containers: list } } });
      const named = ['keptn.sh/workload', 'app.kubernetes.io/name'].some(
        (key) => metadata.annotations?.[key] || metadata.labels?.[key],
      );
      expect(found.kind).toBe(named ? 'identified' : 'not-annotated');
      if (found.kind === 'not-annotated') return;
      expect(found.identity.version).not.toBe('');
      expect(found.identity.version).toBe(found.identity.version.toLowerCase());
    }),
    runs,
  );
});

test("a label that most charts set on pods does not hide the Deployment's checks", () => {
  const pod = { metadata: { labels: { 'app.kubernetes.io/name': 'cart' } }, spec: { containers: [] } };
  const annotations = { 'keptn.sh/pre-deployment-tasks': 'check', 'keptn.sh/app': 'shop' };
  const found = resolveIdentity({ pod, owner: { kind: 'Deployment', name: 'cart', annotations } });
  expect(found).toMatchObject({
    identity: { preTasks: ['check'], app: 'shop', appIsImplied: false, workloadName: 'shop-cart' },
    annotations: { 'keptn.sh/pre-deployment-tasks': 'check', 'keptn.sh/app': 'shop' },
  });
});

test('a pod and an owner that contradict each other are told apart in a warning', () => {
  const pod = {
    metadata: { annotations: { 'keptn.sh/workload': 'cart', 'keptn.sh/version': '1' } },
    spec: {},
  };
  const owned = { kind: 'Deployment', name: 'cart', annotations: { 'keptn.sh/version': '2' } };
  const found = resolveIdentity({ pod, owner: owned });
  expect(found).toMatchObject({ identity: { version: '1' } });
  expect(found.kind === 'identified' && found.warnings).toEqual([
    'keptn.sh/version is "1" on the pod template and "2" on Deployment "cart": the template\'s counts',
  ]);
});

test('an app that nobody names is implied, and stays implied', () => {
  const pod = {
    metadata: { annotations: { 'keptn.sh/workload': 'cart', 'keptn.sh/version': '1' } },
    spec: {},
  };
  expect(resolveIdentity({ pod })).toMatchObject({
    identity: { app: 'cart', appIsImplied: true, workloadName: 'cart-cart' },
    annotations: { 'keptn.sh/app': 'cart', 'keptn.sh/app-type': 'single-service' },
  });
});

test('a wave on the Deployment is copied to the pod, and one that is no number is 0 with a warning', () => {
  const pod = {
    metadata: { annotations: { 'keptn.sh/workload': 'cart', 'keptn.sh/app': 'shop' } },
    spec: {},
  };
  const owned = (wave: string) =>
    resolveIdentity({ pod, owner: { kind: 'Deployment', labels: { 'keptn.sh/wave': wave } } });
  expect(owned('-2')).toMatchObject({
    identity: { wave: -2 },
    annotations: { 'keptn.sh/wave': '-2' },
    warnings: [],
  });
  expect(owned('last')).toMatchObject({
    identity: { wave: 0 },
    warnings: ['keptn.sh/wave is "last", which is no whole number: wave 0 counts'],
  });
});
