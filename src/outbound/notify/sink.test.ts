import { afterEach, expect, test } from 'vitest';
import {
  type BackendServer,
  type ScriptedAnswer,
  startBackend,
} from '../../../test/builders/backend-server.ts';
import { manualClock } from '../../../test/builders/outbox-world.ts';
import { keptnAppVersion } from '../../../test/builders/version-objects.ts';
import { type Notification, notificationSchema } from '../../api/options/v1alpha1/notification.ts';
import type { Parcel } from '../../domain/outbox.ts';
import { ok } from '../../kernel/result.ts';
import type { Sink } from '../sink.ts';
import { notificationPlans } from './sink.ts';

const token = 'T000/B000/s3cr3t';
const version = keptnAppVersion({
  metadata: { namespace: 'prod' },
  status: {
    status: 'Failed',
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'CheckFailed',
        message: 'App Pre-Deployment Tasks: lint: exit 1',
        lastTransitionTime: '',
      },
    ],
  },
});
const failed: Parcel = {
  fact: {
    id: 'f1',
    kind: 'version-ended',
    state: 'Failed',
    at: new Date('2026-01-01T00:00:00Z'),
    level: 'App',
    version,
  },
  release: { app: { version, tasks: [], evaluations: [] }, workloads: [] },
};

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function server(answer: () => ScriptedAnswer = () => ({ body: 'ok' })): Promise<BackendServer> {
  const backend = await startBackend(answer);
  ends.push(backend.close);
  return backend;
}

/** A sink whose Secret `chat` holds these texts. */
function sinkOf(given: object, texts: Readonly<Record<string, string>> | undefined): Sink {
  const notification: Notification = notificationSchema.parse({ name: 'team', type: 'slack', ...given });
  const [plan] = notificationPlans([notification], {
    clock: manualClock(),
    readSecret: (namespace, name) =>
      Promise.resolve(ok(namespace === 'sluice-system' && name === 'chat' ? texts : undefined)),
    namespace: 'sluice-system',
    proxyEnv: {},
  });
  if (plan === undefined) throw new Error('no plan');
  expect(plan).toMatchObject({ name: 'notify/team', title: 'spec.notifications["team"]' });
  expect(plan.fingerprint).not.toContain(token);
  const sink = plan.open();
  ends.push(sink.close);
  return sink;
}

const send = (sink: Sink) => sink.send(failed, new AbortController().signal);
const fromSecret = { urlFrom: { name: 'chat', key: 'url' } };

test('Slack gets blocks at the address that the Secret holds', async () => {
  const { url, seen } = await server();
  const sink = sinkOf(fromSecret, { url: `${url}/services/${token}?x=1\n` });
  expect(await send(sink)).toEqual(ok(undefined));
  expect(seen).toMatchObject([
    { method: 'POST', path: `/services/${token}`, headers: { 'content-type': 'application/json' } },
  ]);
  expect(seen[0]?.query.get('x')).toBe('1');
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    text: '❌ The release of shop 1 failed',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: '❌ The release of shop 1 failed', emoji: true } },
      { type: 'section', text: { type: 'mrkdwn', text: 'App Pre-Deployment Tasks: lint: exit 1' } },
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*Namespace*\nprod' },
          { type: 'mrkdwn', text: '*App*\nshop 1' },
        ],
      },
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: 'KeptnAppVersion/shop-1-6b86b273 in prod · 2026-01-01T00:00:00.000Z' },
        ],
      },
    ],
  });
});

test('Teams gets an Adaptive Card, and 202 is taken for delivered', async () => {
  const { url, seen } = await server(() => ({ status: 202 }));
  expect(await send(sinkOf({ type: 'teams', url }, {}))).toEqual(ok(undefined));
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          body: [
            {
              type: 'RichTextBlock',
              inlines: [{ type: 'TextRun', text: '❌ The release of shop 1 failed' }],
            },
            { type: 'RichTextBlock', inlines: [{ text: 'App Pre-Deployment Tasks: lint: exit 1' }] },
            {},
            {},
            {},
          ],
        },
      },
    ],
  });
});

test('a webhook gets the body of its template, with headers from a Secret', async () => {
  const { url, seen } = await server();
  const template = '{"summary": "{{.title}} in {{.namespace}}", "dedup_key": "{{.id}}"}';
  const headersFrom = [{ header: 'Authorization', secretKeyRef: { name: 'chat', key: 'token' } }];
  expect(
    await send(sinkOf({ type: 'webhook', url, template, headersFrom }, { token: 'Bearer abc' })),
  ).toEqual(ok(undefined));
  expect(seen).toMatchObject([
    {
      headers: { authorization: 'Bearer abc' },
      body: '{"summary": "The release of shop 1 failed in prod", "dedup_key": "f1"}',
    },
  ]);
});

test('a template that cannot be used gives way to the default message: people are told', async () => {
  const { url, seen } = await server();
  await send(sinkOf({ type: 'webhook', url, template: '{"a": {{.title}}}' }, {}));
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ event: 'releaseFailed', app: 'shop', id: 'f1' });
});

test('429 is tried again when the chat says', async () => {
  const { url } = await server(() => ({ status: 429, headers: { 'retry-after': '30' } }));
  expect(await send(sinkOf({ url }, {}))).toMatchObject({
    ok: false,
    error: { tag: 'unavailable', retryAfterSeconds: 30 },
  });
});

test.each([
  [400, 'invalid', 'spec.notifications["team"].template'],
  [403, 'unavailable', 'refuses'],
  [404, 'unavailable', 'spec.notifications["team"].urlFrom'],
  [302, 'unavailable', 'spec.notifications["team"].urlFrom'],
  [500, 'unavailable', 'answers 500'],
])('%i is %s and says where to look, never the address or what was answered', async (status, tag, words) => {
  const { url } = await server(() => ({
    status,
    body: `no such hook ${token}`,
    headers: { location: `/${token}` },
  }));
  const told = await send(sinkOf(fromSecret, { url: `${url}/services/${token}` }));
  expect(told).toMatchObject({ ok: false, error: { tag, message: expect.stringContaining(words) } });
  expect(JSON.stringify(told)).not.toContain('s3cr3t');
});

test.each([
  ['a Secret that is missing', undefined, 'Secret "sluice-system/chat"'],
  ['a key that is missing', {}, 'has no key "url"'],
  [
    'an address that is none',
    { url: `hooks.example/${token}` },
    'spec.notifications["team"].urlFrom must be an address',
  ],
  ['a server that is gone', { url: `http://127.0.0.1:9/${token}` }, '127.0.0.1:9'],
])('%s may be mended, and is no secret either', async (_, texts, words) => {
  const told = await send(sinkOf(fromSecret, texts));
  expect(told).toMatchObject({
    ok: false,
    error: { tag: 'unavailable', message: expect.stringContaining(words) },
  });
  expect(JSON.stringify(told)).not.toContain('s3cr3t');
});

test('only what is wanted is accepted', () => {
  const sink = sinkOf({ url: 'https://chat.example', filter: { namespaces: ['prod'] } }, {});
  expect(sink.accepts(failed.fact)).toBe(true);
  expect(sink.accepts({ ...failed.fact, state: 'Succeeded' })).toBe(false);
});
