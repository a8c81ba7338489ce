import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appCreationRequest, keptnApp, keptnWorkload } from '../../../test/builders/version-objects.ts';
import type { KeptnAppCreationRequest } from '../../api/lifecycle/v1/keptn-app-creation-request.ts';
import type { KeptnWorkload } from '../../api/lifecycle/v1/keptn-workload.ts';
import { decideAppCreationRequest } from './decide.ts';
import type { AppCreationRequestSnapshot } from './observe.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const quietMs = 5_000;
const timeoutMs = 30_000;
const single = { 'keptn.sh/app-type': 'single-service' };

const workload = (name: string, version = '1'): KeptnWorkload =>
  keptnWorkload({ metadata: { name: `shop-${name}` }, spec: { version } });

function snapshot(given: Partial<AppCreationRequestSnapshot> = {}): AppCreationRequestSnapshot {
  const workloads = [workload('cart')];
  const request = appCreationRequest();
  return { request, app: undefined, workloads, quietMs, timeoutMs, now: new Date(start), ...given };
}

function does(given: Partial<AppCreationRequestSnapshot>): string[] {
  return decideAppCreationRequest(snapshot(given)).actions.map((action) =>
    'object' in action ? `${action.kind} ${action.object.kind}` : action.kind,
  );
}
const creates = ['createIfAbsent KeptnApp', 'deleteOwned'];
const updates = ['apply KeptnApp', 'deleteOwned'];

/** The request after the annotations of a decision were written to it. */
function remembered(given: AppCreationRequestSnapshot): KeptnAppCreationRequest {
  const [first] = decideAppCreationRequest(given).actions;
  if (first?.kind !== 'apply') return given.request;
  const annotations = { ...given.request.metadata.annotations, ...first.object.metadata.annotations };
  return { ...given.request, metadata: { ...given.request.metadata, annotations } };
}

test('a workload that is an app of its own has its app at once', () => {
  expect(does({ request: appCreationRequest({ metadata: { annotations: single } }) })).toEqual(creates);
});

test('one of several workloads is no app of its own, whatever its pod says', () => {
  const request = appCreationRequest({ metadata: { annotations: single } });
  expect(does({ request, workloads: [workload('cart'), workload('web')] })).toEqual([
    'apply KeptnAppCreationRequest',
  ]);
});

test('a set of workloads is remembered first and written once it was the same for long enough', () => {
  const workloads = [workload('web'), workload('cart', '2')];
  const first = snapshot({ workloads });
  expect(does(first)).toEqual(['apply KeptnAppCreationRequest']);
  const request = remembered(first);
  expect(does({ request, workloads, now: new Date(start + quietMs - 1) })).toEqual([]);
  expect(does({ request, workloads: workloads.toReversed(), now: new Date(start + quietMs) })).toEqual(
    creates,
  );
  const { actions } = decideAppCreationRequest(
    snapshot({ request, workloads, now: new Date(start + quietMs) }),
  );
  expect(actions[0]).toMatchObject({
    object: {
      metadata: { name: 'shop', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'keptn' } },
      spec: {
        workloads: [
          { name: 'cart', version: '2' },
          { name: 'web', version: '1' },
        ],
      },
    },
  });
  expect(actions[1]).toMatchObject({
    ref: { kind: 'KeptnAppCreationRequest', name: 'shop', uid: 'request-1' },
  });
});

test('Q-34: while the set changes nothing is written before the deadline, and then all that is there', () => {
  const arrivals = fc.uniqueArray(fc.integer({ min: 0, max: timeoutMs }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(arrivals, (times) => {
      const sorted = times.toSorted((a, b) => a - b);
      let request = appCreationRequest();
      let quietSince = 0;
      for (const [i, at] of [...sorted, timeoutMs].entries()) {
        const there = i < sorted.length ? i + 1 : sorted.length;
        const workloads = sorted.slice(0, there).map((_at, n) => workload(`w${n}`));
        const given = snapshot({ request, workloads, now: new Date(start + at) });
        const { actions, outcome } = decideAppCreationRequest(given);
        const isNew = i < sorted.length;
        if (isNew) quietSince = at;
        const due = at >= timeoutMs || at >= quietSince + quietMs;
        expect(actions.some((action) => action.kind === 'createIfAbsent')).toBe(due);
        if (due) return;
        expect(outcome).toMatchObject({
          kind: 'again',
          afterMs: Math.min(quietSince + quietMs, timeoutMs) - at,
        });
        request = remembered(given);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a changed version is a changed set', () => {
  const request = remembered(snapshot());
  const workloads = [workload('cart', '2')];
  expect(does({ request, workloads, now: new Date(start + quietMs) })).toEqual([
    'apply KeptnAppCreationRequest',
  ]);
});

test.each([
  ['another label', { 'app.kubernetes.io/managed-by': 'Helm' }],
  ['no label', {}],
])('an app that a user wrote (%s) is left alone and the request removed', (_what, labels) => {
  expect(does({ app: keptnApp({ metadata: { labels } }), now: new Date(start + timeoutMs) })).toEqual([
    'deleteOwned',
  ]);
});

test('an app that was found before is brought up to date', () => {
  expect(does({ app: keptnApp(), now: new Date(start + timeoutMs) })).toEqual(updates);
});

test('a request without workloads is removed', () => {
  expect(does({ workloads: [] })).toEqual(['deleteOwned']);
});

test('is total, and always says when to look again, whatever the annotations hold', () => {
  const value = fc.constantFrom('', 'garbage', '2026-01-01T00:00:00Z', '9999-01-01T00:00:00Z');
  fc.assert(
    fc.property(value, fc.boolean(), fc.nat({ max: 60_000 }), (since, sameSet, passed) => {
      const set = remembered(snapshot()).metadata.annotations?.['keptn.sh/workload-set'] ?? '';
      const annotations = {
        'keptn.sh/workload-set': sameSet ? set : 'other',
        'keptn.sh/workload-set-since': since,
      };
      const request = appCreationRequest({ metadata: { annotations } });
      const { outcome } = decideAppCreationRequest(snapshot({ request, now: new Date(start + passed) }));
      if (outcome.kind === 'done') return;
      expect(outcome.kind).toBe('again');
      expect(outcome.kind === 'again' && outcome.afterMs >= 1 && outcome.afterMs <= timeoutMs).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('an app of one named workload is written after the quiet time, and after a moment when it is released again', () => {
  const first = snapshot();
  expect(decideAppCreationRequest(first).outcome).toMatchObject({ kind: 'again', afterMs: quietMs });
  const again = snapshot({ app: keptnApp(), workloads: [workload('cart', '2')] });
  expect(decideAppCreationRequest(again).outcome).toMatchObject({ kind: 'again', afterMs: 100 });
  const request = remembered(again);
  expect(does({ ...again, request, now: new Date(start + 100) })).toEqual(updates);
});

test.each([
  ['one of several', [workload('cart', '2'), workload('web')], ['cart', 'web']],
  ['a second one beside it', [workload('cart', '2'), workload('web')], ['cart']],
  ['another in its place', [workload('web')], ['cart']],
  ['the one that is left', [workload('cart')], ['cart', 'web']],
])('the whole quiet time passes for %s', (_what, workloads, listed) => {
  const members = listed.map((name) => ({ name, version: '1' }));
  const { outcome } = decideAppCreationRequest(
    snapshot({ workloads, app: keptnApp({ spec: { workloads: members } }) }),
  );
  expect(outcome).toMatchObject({ kind: 'again', afterMs: quietMs });
});

test('an app that was found goes with its last workload, once none came back for the quiet time (Q-38)', () => {
  const app = keptnApp();
  const first = snapshot({ app, workloads: [] });
  expect(does(first)).toEqual(['apply KeptnAppCreationRequest']);
  const { actions } = decideAppCreationRequest({
    ...first,
    request: remembered(first),
    now: new Date(start + quietMs),
  });
  expect(actions).toMatchObject([
    { kind: 'deleteOwned', ref: { kind: 'KeptnApp', name: 'shop', uid: 'app-1' } },
    { kind: 'deleteOwned', ref: { kind: 'KeptnAppCreationRequest' } },
  ]);
});

test('an app of a user is never written nor deleted, whatever its workloads do', () => {
  const labels = fc.constantFrom({}, { 'app.kubernetes.io/managed-by': 'Helm' });
  const there = fc.subarray([workload('cart'), workload('web', '2')]);
  fc.assert(
    fc.property(labels, there, fc.nat({ max: 60_000 }), (given, workloads, passed) => {
      const app = keptnApp({ metadata: { labels: given } });
      expect(does({ app, workloads, now: new Date(start + passed) })).toEqual(['deleteOwned']);
    }),
  );
});

test('what is written names the object that was read, so that one taken over meanwhile is not written to', () => {
  const app = keptnApp({ metadata: { resourceVersion: '7' } });
  const { actions } = decideAppCreationRequest(snapshot({ app, now: new Date(start + timeoutMs) }));
  expect(actions[0]).toMatchObject({ object: { metadata: { uid: 'app-1', resourceVersion: '7' } } });
});

test('an app that is being deleted is waited for', () => {
  const app = keptnApp({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  const { actions, outcome } = decideAppCreationRequest(snapshot({ app, now: new Date(start + timeoutMs) }));
  expect(actions).toEqual([]);
  expect(outcome).toMatchObject({ kind: 'stalled', by: 'child', on: [{ kind: 'KeptnApp', name: 'shop' }] });
});
