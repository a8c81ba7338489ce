import { HTTP } from 'cloudevents';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BackendServer, type ScriptedAnswer, startBackend } from '../../test/builders/backend-server.ts';
import { keptnAppVersion } from '../../test/builders/version-objects.ts';
import type { Fact } from '../domain/fact.ts';
import type { Parcel } from '../domain/outbox.ts';
import { ok } from '../kernel/result.ts';
import { systemClock } from '../runtime/clock.ts';
import { binaryMode } from './cloud-events/cloud-event.ts';
import { wantsType, wantsVersion } from './event-filter.ts';
import { EventSink, type EventSinkOptions } from './event-sink.ts';

const version = keptnAppVersion({ metadata: { namespace: 'n' } });
const at = new Date('2026-01-01T00:00:00.123Z');
const base = { at, level: 'App', version } as const;
const ended: Fact = { ...base, id: 'e1', kind: 'version-ended', state: 'Succeeded' };
const started: Fact = { ...base, id: 's1', kind: 'version-started', state: 'Progressing' };
const parcelOf = (fact: Fact): Parcel => ({
  fact,
  release: { app: { version, tasks: [], evaluations: [] }, workloads: [] },
});

let backend: BackendServer;
let answer: (at: number) => ScriptedAnswer;
let secrets: Record<string, Record<string, string>>;
let reads: number;

beforeEach(async () => {
  answer = () => ({ status: 202 });
  secrets = {};
  reads = 0;
  backend = await startBackend(() => answer(backend.seen.length));
});
afterEach(() => backend.close());

function sink(
  given: Partial<EventSinkOptions> = {},
  target: Partial<EventSinkOptions['target']> = {},
): EventSink {
  const options: EventSinkOptions = {
    name: 'receiver/ci',
    format: 'cdevents',
    filter: {},
    source: 'sluice://test',
    target: {
      url: `${backend.url}/in`,
      field: 'spec.eventReceivers["ci"]',
      timeoutMs: 300,
      insecureSkipVerify: false,
      headersFrom: [],
      ...target,
    },
    ...given,
  };
  return new EventSink(options, {
    clock: systemClock,
    readSecret: (_, name) => {
      reads += 1;
      return Promise.resolve(ok(secrets[name]));
    },
    namespace: 'sluice-system',
    proxyEnv: {},
    past: { appVersions: () => [], workloadVersion: () => undefined },
    imageOf: () => Promise.resolve(ok(undefined)),
  });
}

const send = (to: EventSink, fact: Fact = ended) => to.send(parcelOf(fact), new AbortController().signal);
const ids = (): unknown[] => backend.seen.map(({ headers }) => headers['ce-id']);
const token = [{ header: 'Authorization', secretKeyRef: { name: 'ci', key: 'token' } }];

test('an event is a CloudEvent in binary mode that the package of that project reads', async () => {
  expect(await send(sink({ format: 'keptn' }))).toEqual(ok(undefined));
  const [request] = backend.seen;
  expect(request?.path).toBe('/in');
  const read = HTTP.toEvent({ headers: request?.headers ?? {}, body: request?.body ?? '' });
  expect(read).toMatchObject({
    specversion: '1.0',
    id: 'e1',
    type: 'App Completed.Finished',
    source: 'keptn.sh',
    subject: `n/KeptnAppVersion/${version.metadata.name}`,
    time: '2026-01-01T00:00:00.123Z',
    datacontenttype: 'application/json',
    data: {
      type: 'Normal',
      version: '1',
      resource: { group: 'lifecycle.keptn.sh', kind: 'KeptnAppVersion', version: 'v1', namespace: 'n' },
    },
  });
});

test.each([
  [200, 'taken'],
  [400, 'invalid'],
  [413, 'invalid'],
  [422, 'invalid'],
  [301, 'unavailable'],
  [401, 'unavailable'],
  [403, 'unavailable'],
  [404, 'unavailable'],
  [408, 'unavailable'],
  [429, 'unavailable'],
  [500, 'unavailable'],
  [503, 'unavailable'],
])('an answer of %s means %s', async (status, expected) => {
  answer = () => ({ status, body: 'secret words' });
  const result = await send(sink());
  expect(result.ok ? 'taken' : result.error.tag).toBe(expected);
  if (!result.ok) {
    expect(result.error.message).toContain('spec.eventReceivers["ci"].');
    expect(result.error.message).not.toContain('secret words');
  }
});

test('how long a receiver wants to be left alone is heard', async () => {
  answer = () => ({ status: 429, headers: { 'retry-after': '17' } });
  expect(await send(sink())).toMatchObject({ error: { tag: 'unavailable', retryAfterSeconds: 17 } });
});

test('a server that hangs is given up in time, with the field to look at', async () => {
  answer = () => ({ hang: true });
  expect(await send(sink())).toMatchObject({
    error: { tag: 'timeout', message: expect.stringContaining('spec.eventReceivers["ci"].timeout') },
  });
});

test('of several events of one parcel those that were taken are not sent again', async () => {
  answer = (count) => ({ status: count === 2 ? 503 : 202 });
  const to = sink();
  expect((await send(to, started)).ok).toBe(false);
  expect((await send(to, started)).ok).toBe(true);
  expect(ids()).toEqual(['s1.pipelinerun.queued', 's1.pipelinerun.started', 's1.pipelinerun.started']);
});

test('a Secret that was corrected is read at once when the old credentials are refused', async () => {
  secrets = { ci: { token: 'Bearer old' } };
  const to = sink({}, { headersFrom: token });
  await send(to);
  secrets = { ci: { token: 'Bearer new\n' } };
  answer = () => ({ status: backend.seen.at(-1)?.headers.authorization === 'Bearer new' ? 202 : 401 });
  expect(await send(to)).toEqual(ok(undefined));
  expect(backend.seen.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer old',
    'Bearer old',
    'Bearer new',
  ]);
  expect(reads).toBe(2);
});

test.each([
  [
    'a Secret that is not there',
    {},
    'Secret "sluice-system/ci", which spec.eventReceivers["ci"].headersFrom names, does not exist',
  ],
  [
    'a key that is not there',
    { ci: {} },
    'has no key "token"; add it or correct spec.eventReceivers["ci"].headersFrom',
  ],
  ['a value that no header can hold', { ci: { token: 'a\nb' } }, 'spec.eventReceivers["ci"].headersFrom'],
])('%s is named, nothing is sent, and it is tried again', async (_, there, message) => {
  secrets = there;
  expect(await send(sink({}, { headersFrom: token }))).toMatchObject({
    error: { tag: 'unavailable', message: expect.stringContaining(message) },
  });
  expect(backend.seen).toEqual([]);
});

describe('a filter', () => {
  test.each([
    [['service.*'], 'dev.cdevents.service.deployed.0.3.0', true],
    [['service.deployed'], 'dev.cdevents.service.deployed.0.3.0', true],
    [['dev.cdevents.service.deployed.0.3.0'], 'dev.cdevents.service.deployed.0.3.0', true],
    [['dev.cdevents.service.*'], 'dev.cdevents.service.deployed.0.3.0', true],
    [['service'], 'dev.cdevents.service.deployed.0.3.0', false],
    [['App *'], 'App Deployment.Finished', true],
    [['App Deployment.Finished'], 'App Deployment.Finished', true],
    [['App Deployment'], 'App Deployment.Finished', false],
    [[], 'App Deployment.Finished', true],
  ])('of the types %j and %s: %s', (types, type, expected) => {
    expect(wantsType({ types }, type)).toBe(expected);
  });

  test('lets through what fits all that it names', () => {
    expect(wantsVersion({}, ended)).toBe(true);
    expect(wantsVersion({ namespaces: ['n'], apps: ['shop'], levels: ['App'] }, ended)).toBe(true);
    expect(wantsVersion({ namespaces: ['m'] }, ended)).toBe(false);
    expect(wantsVersion({ apps: ['till'] }, ended)).toBe(false);
    expect(wantsVersion({ levels: ['Workload'] }, ended)).toBe(false);
  });

  test('of types keeps the events of a parcel apart', async () => {
    await send(sink({ filter: { types: ['pipelinerun.started'] } }), started);
    expect(ids()).toEqual(['s1.pipelinerun.started']);
    expect(sink({ format: 'keptn', filter: { types: ['Workload *'] } }).accepts(ended)).toBe(false);
    expect(sink({ format: 'keptn' }).accepts(started)).toBe(false);
  });
});

test('whatever an attribute holds, it fits into a header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { headers } = binaryMode({
        id: text,
        source: 's',
        type: text,
        subject: text,
        time: at,
        data: {},
      });
      for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});
