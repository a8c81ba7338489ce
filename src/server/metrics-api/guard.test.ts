import { describe, expect, test } from 'vitest';
import type { FrontProxy, User, Wish } from '../../domain/caller.ts';
import { failure } from '../../kernel/errors.ts';
import { err, ok } from '../../kernel/result.ts';
import { answerRequest, type MetricsAppPorts, type MetricsRequest } from './app.ts';

const proxy: FrontProxy = {
  clientCa: 'PEM',
  allowedNames: [],
  usernameHeaders: ['X-Remote-User'],
  uidHeaders: [],
  groupHeaders: ['X-Remote-Group'],
  extraPrefixes: ['X-Remote-Extra-'],
};
const peer = { commonName: 'front-proxy' };
const path = '/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/keptnmetrics.metrics.keptn.sh/a/a';
const ann: User = { name: 'ann', groups: [], extra: {} };

interface Asked {
  readonly user: User;
  readonly wish: Wish;
}

function ports(over: Partial<MetricsAppPorts> = {}): { ports: MetricsAppPorts; asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    ports: {
      frontProxy: () => proxy,
      whoHas: (token) => Promise.resolve(ok(token === 'good' ? ann : undefined)),
      mayThey: (user, wish) => {
        asked.push({ user, wish });
        return Promise.resolve(ok({ allowed: user.name === 'ann', reason: 'no rule' }));
      },
      view: { get: () => undefined, list: () => [], unreadable: () => undefined },
      isSynced: () => true,
      now: () => new Date(0),
      reportBug: () => undefined,
      ...over,
    },
  };
}

function request(over: Partial<MetricsRequest> = {}): MetricsRequest {
  return { method: 'GET', path, query: {}, headers: {}, peer: undefined, ...over };
}

const forwarded = (name: string, ...groups: string[]) => ({
  peer,
  headers: { 'x-remote-user': [name], 'x-remote-group': groups },
});

test('nobody is 401, and is told how to ask', async () => {
  const { ports: given, asked } = ports();
  expect(await answerRequest(given, request())).toMatchObject({
    status: 401,
    body: { kind: 'Status', reason: 'Unauthorized', code: 401 },
    headers: { 'WWW-Authenticate': expect.stringContaining('Bearer') },
  });
  expect(asked).toEqual([]);
});

test('who is forwarded is asked about with the attributes of the path', async () => {
  const { ports: given, asked } = ports();
  expect((await answerRequest(given, request(forwarded('ann', 'dev')))).status).toBe(404);
  expect(asked).toEqual([
    {
      user: { name: 'ann', groups: ['dev', 'system:authenticated'], extra: {} },
      wish: {
        resource: {
          verb: 'get',
          group: 'custom.metrics.k8s.io',
          version: 'v1beta2',
          namespace: 'shop',
          resource: 'keptnmetrics.metrics.keptn.sh',
          name: 'a',
          subresource: 'a',
        },
      },
    },
  ]);
});

test('who may not is 403 in the words of the API server', async () => {
  const answered = await answerRequest(ports().ports, request(forwarded('bob')));
  expect(answered).toMatchObject({ status: 403, body: { reason: 'Forbidden' } });
  expect(JSON.stringify(answered.body)).toContain('cannot get resource');
});

test.each([
  ['/apis', 403],
  ['/apis/custom.metrics.k8s.io/v1beta1', 403],
  ['/openapi/v3', 403],
  ['/else', 403],
  ['/apis/custom.metrics.k8s.io/v1beta1/namespaces/shop/pods/a/cpu', 403],
])('%s is asked about, too', async (asking, status) => {
  expect((await answerRequest(ports().ports, request({ ...forwarded('bob'), path: asking }))).status).toBe(
    status,
  );
});

test.each(['/healthz', '/livez', '/readyz'])('%s is for everyone', async (probe) => {
  expect(await answerRequest(ports().ports, request({ path: probe }))).toMatchObject({
    status: 200,
    body: 'ok',
  });
});

test('system:masters are not asked about', async () => {
  const { ports: given, asked } = ports();
  await answerRequest(given, request(forwarded('root', 'system:masters')));
  expect(asked).toEqual([]);
});

test('a token is its owner’s, and a stranger’s is 401', async () => {
  const bearer = (token: string) => request({ headers: { authorization: [`Bearer ${token}`] } });
  expect((await answerRequest(ports().ports, bearer('good'))).status).toBe(404);
  const refused = await answerRequest(ports().ports, bearer('s3cret'));
  expect(refused.status).toBe(401);
  expect(JSON.stringify(refused.body)).not.toContain('s3cret');
});

describe('when the API server does not tell, nobody gets through', () => {
  const problem = () => Promise.resolve(err(failure('timeout', 'to 10.0.0.1')));
  test.each([
    ['who it is', { whoHas: problem }, { headers: { authorization: ['Bearer t'] } }],
    ['what is allowed', { mayThey: problem }, forwarded('ann')],
  ])('%s', async (_, over, asking) => {
    const answered = await answerRequest(ports(over).ports, request(asking));
    expect(answered).toMatchObject({ status: 503, body: { reason: 'ServiceUnavailable' } });
    expect(JSON.stringify(answered.body)).not.toContain('10.0.0.1');
  });
});

test('until the metrics are read nothing is called absent, though the process lives', async () => {
  const unsynced = ports({ isSynced: () => false }).ports;
  const asking = forwarded('ann');
  expect((await answerRequest(unsynced, request(asking))).status).toBe(503);
  expect((await answerRequest(unsynced, request({ ...asking, path: '/apis' }))).status).toBe(503);
  expect((await answerRequest(unsynced, request({ path: '/readyz' }))).status).toBe(503);
  expect((await answerRequest(unsynced, request({ path: '/healthz' }))).status).toBe(200);
});

test('nothing is written through this API', async () => {
  const answered = await answerRequest(ports().ports, request({ ...forwarded('ann'), method: 'DELETE' }));
  expect(answered).toMatchObject({ status: 405, body: { kind: 'Status' }, headers: { Allow: 'GET, HEAD' } });
});
