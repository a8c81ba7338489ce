import { createServer } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type BackendServer,
  listen,
  type ScriptedAnswer,
  startBackend,
  stop,
} from '../../test/builders/backend-server.ts';
import { makeCertificates, type TestCertificates } from '../../test/builders/certificates.ts';
import { aProvider } from '../../test/builders/provider-objects.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import {
  type HttpAnswer,
  type HttpClientOptions,
  type HttpRequest,
  largestAnswerBytes,
  openHttpClient,
} from './http.ts';

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function backend(
  answer: ScriptedAnswer | Parameters<typeof startBackend>[0],
  tls?: Parameters<typeof startBackend>[1],
): Promise<BackendServer> {
  const server = await startBackend(typeof answer === 'function' ? answer : () => answer, tls);
  cleanups.push(server.close);
  return server;
}

type Spec = Readonly<Record<string, unknown>>;

function client(spec: Spec, rest: Partial<HttpClientOptions> = {}) {
  const opened = openHttpClient({ provider: aProvider({ spec }), ...rest });
  if (!opened.ok) throw new Error(opened.error.message);
  cleanups.unshift(opened.value.close);
  return opened.value;
}

const get: HttpRequest = { method: 'GET', path: '/api' };

function ask(spec: Spec, request: HttpRequest = get, rest: Partial<HttpClientOptions> = {}) {
  return client(spec, rest).send(request, new AbortController().signal);
}

function errorOf(result: Result<HttpAnswer, SluiceError>): SluiceError {
  if (result.ok) throw new Error(`answered ${result.value.status}`);
  return result.error;
}

describe('a request', () => {
  test('goes below the path of the provider, with its query, its tenant and its body', async () => {
    const server = await backend({ status: 201, headers: { 'X-Some': 'thing' }, body: 'text' });
    const request: HttpRequest = {
      method: 'POST',
      path: 'v1/query?a=1&a=2',
      query: { q: 'up{x="ä"} & more' },
      headers: { authorization: 'Bearer t' },
      body: { contentType: 'text/plain', text: 'grüße' },
    };
    const answer = await ask({ targetServer: `${server.url}/prom/`, tenant: 'team-a' }, request);
    expect(answer).toMatchObject({
      ok: true,
      value: { status: 201, text: 'text', headers: { 'x-some': 'thing' } },
    });
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/prom/v1/query', body: 'grüße' });
    expect([...(seen?.query ?? [])]).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['q', 'up{x="ä"} & more'],
    ]);
    expect(seen?.headers).toMatchObject({
      'x-scope-orgid': 'team-a',
      authorization: 'Bearer t',
      'content-type': 'text/plain',
      'content-length': '7',
    });
  });

  test('carries credentials that stand in the address as a header, and no message shows them', async () => {
    const server = await backend({ body: '{}' });
    const targetServer = server.url.replace('//', '//user:p%40ss@');
    expect(await ask({ targetServer })).toMatchObject({ ok: true });
    expect(server.seen[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    );
    await server.close();
    const { message } = errorOf(await ask({ targetServer }));
    expect(message).toContain('refuses connections');
    expect(message).not.toMatch(/user|p%40ss|p@ss/);
  });

  test('never leads to another host or out of the path of the provider', async () => {
    const server = await backend({ body: '{}' });
    const { host } = server;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 12 }),
          fc.constantFrom(
            '//evil.example/x',
            '\\\\evil.example',
            '@evil.example',
            '/../../x',
            '/%2e%2e/%2e%2e/x',
            'http://evil.example',
          ),
        ),
        async (path) => {
          const answer = await ask({ targetServer: `http://${host}/deep/prom` }, { method: 'GET', path });
          if (answer.ok) expect(server.seen.at(-1)?.path).toMatch(/^\/deep\/prom(\/|$)/);
          else expect(answer.error.message).toContain('leads out');
        },
      ),
      { numRuns: 60 },
    );
  });

  test('uses one connection again and again, and a new one when the backend closed it', async () => {
    let connections = 0;
    let served = 0;
    let closes = false;
    const server = createServer((incoming, outgoing) => {
      // Without saying so before: the client believes that the connection is still there.
      if (closes && served > 0) incoming.socket.destroy();
      else outgoing.end('x');
      served += 1;
    });
    server.on('connection', () => {
      connections += 1;
      served = 0;
    });
    const port = await listen(server);
    cleanups.push(() => stop(server));
    const http = client({ targetServer: `http://localhost:${port}` });
    const send = () => http.send(get, new AbortController().signal);
    for (let i = 0; i < 5; i += 1) expect(await send()).toMatchObject({ ok: true });
    expect(connections).toBe(1);
    closes = true;
    for (let i = 0; i < 5; i += 1) expect(await send()).toMatchObject({ ok: true });
    expect(connections).toBe(6);
  });

  test('that no header can carry is refused without its secret', async () => {
    const server = await backend({ body: '{}' });
    const secret = 'top\nsecret';
    const { tag, message } = errorOf(
      await ask({ targetServer: server.url }, { ...get, headers: { authorization: secret } }),
    );
    expect(tag).toBe('malformed');
    expect(message).toMatch(/line break; look at the Secret/);
    expect(message).not.toContain('secret');
  });
});

describe('an answer', () => {
  test('larger than the limit is given up, whatever its announced length', async () => {
    const server = await backend({ body: 'x'.repeat(largestAnswerBytes + 1) });
    const { tag, message } = errorOf(await ask({ targetServer: server.url }));
    expect([tag, message]).toEqual(['malformed', expect.stringMatching(/larger than 8 MiB; ask for fewer/)]);
  });

  test('that redirects is given as it is', async () => {
    const other = await backend({ body: '{}' });
    const server = await backend({ status: 302, headers: { location: other.url } });
    expect(await ask({ targetServer: server.url })).toMatchObject({ ok: true, value: { status: 302 } });
    expect(other.seen).toEqual([]);
  });

  test('that never comes ends with the signal, as does one that stops in the middle', async () => {
    const silent = await backend({ hang: true });
    const half = createServer((_, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' });
      outgoing.write('half');
    });
    const port = await listen(half);
    cleanups.push(() => stop(half));
    for (const targetServer of [silent.url, `http://localhost:${port}`]) {
      const result = await client({ targetServer }).send(get, AbortSignal.timeout(50));
      expect(errorOf(result)).toMatchObject({
        tag: 'timeout',
        message: expect.stringMatching(/localhost:\d+ did not answer/),
      });
    }
    const gone = await client({ targetServer: silent.url }).send(get, AbortSignal.abort());
    expect(errorOf(gone).tag).toBe('timeout');
  });

  test('that breaks off is unavailable', async () => {
    const server = createServer((_, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' });
      outgoing.write('half');
      setImmediate(() => outgoing.destroy());
    });
    const port = await listen(server);
    cleanups.push(() => stop(server));
    expect(errorOf(await ask({ targetServer: `http://localhost:${port}` }))).toMatchObject({
      tag: 'unavailable',
    });
  });
});

describe('TLS', () => {
  test('MQ-7: is verified unless the provider says otherwise, with the certificates of caSecretRef beside those of the system', async () => {
    const { caPem, valid, selfSigned } = certificates;
    const server = await backend({ body: '{}' }, valid);
    const targetServer = server.url;
    const refused = errorOf(await ask({ targetServer }));
    expect(refused.tag).toBe('unavailable');
    expect(refused.message).toMatch(/not known here; name its certificate in spec\.caSecretRef/);
    expect(await ask({ targetServer, insecureSkipTlsVerify: true })).toMatchObject({ ok: true });
    expect(await ask({ targetServer }, get, { caPem })).toMatchObject({ ok: true });
    expect(await ask({ targetServer }, get, { caPem: selfSigned.certPem })).toMatchObject({ ok: false });
    expect(await ask({ targetServer }, get, { caPem: `${selfSigned.certPem}\n${caPem}` })).toMatchObject({
      ok: true,
    });
  });

  test('names what is wrong with a certificate', async () => {
    const { caPem, expired, foreign, selfSigned } = certificates;
    const cases = [
      [expired, caPem, /has expired; renew it there/],
      [foreign, caPem, /certificate for other names/],
      [selfSigned, undefined, /not known here/],
    ] as const;
    for (const [shown, ca, message] of cases) {
      const server = await backend({ body: '{}' }, shown);
      const result = await ask({ targetServer: server.url }, get, ca === undefined ? {} : { caPem: ca });
      expect(errorOf(result)).toMatchObject({ tag: 'unavailable', message: expect.stringMatching(message) });
      expect(await ask({ targetServer: server.url, insecureSkipTlsVerify: true })).toMatchObject({
        ok: true,
      });
    }
  });

  test('is told from plain HTTP, either way round', async () => {
    const plain = await backend({ body: '{}' });
    const { message } = errorOf(await ask({ targetServer: `https://${plain.host}` }));
    expect(message).toMatch(/does not speak TLS.*begins with http:\/\//);
    const secure = await backend({ body: '{}' }, certificates.valid);
    expect(errorOf(await ask({ targetServer: `http://${secure.host}` })).tag).toBe('unavailable');
  });

  test.each(['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'takes no certificate of %j',
    (caPem) => {
      const spec = { caSecretRef: { name: 'ca', key: 'my.crt' } };
      const opened = openHttpClient({ provider: aProvider({ spec }), caPem });
      expect(opened).toMatchObject({
        ok: false,
        error: {
          tag: 'malformed',
          message: expect.stringContaining('key "my.crt" of the Secret holds no certificates'),
        },
      });
    },
  );
});

describe('where a request goes', () => {
  test.each([
    ['refuses', 'http://localhost:1', /localhost:1 refuses connections/],
    [
      'has no name',
      'http://no-such-host.invalid',
      /no-such-host\.invalid (is a name that no|cannot be looked up)/,
    ],
  ])('a backend that %s is named with the remedy', async (_, targetServer, message) => {
    expect(errorOf(await ask({ targetServer }))).toMatchObject({
      tag: 'unavailable',
      message: expect.stringMatching(message),
    });
  });

  test.each(['backend:9090', 'ftp://backend', '/metrics', 'http://'])('%s is no address', (targetServer) => {
    const provider = aProvider();
    const opened = openHttpClient({ provider: { ...provider, spec: { ...provider.spec, targetServer } } });
    expect(opened).toMatchObject({
      ok: false,
      error: { tag: 'malformed', message: expect.stringContaining('spec.targetServer must be an address') },
    });
  });

  test('another address gets the same TLS settings, but not the tenant and not the credentials of the first', async () => {
    const server = await backend({ body: '{}' }, certificates.valid);
    const targetServer = 'https://user:password@first.example';
    const first = client({ targetServer, tenant: 'a' }, { caPem: certificates.caPem });
    const second = first.elsewhere(server.url, 'authUrl');
    if (!second.ok) throw new Error(second.error.message);
    expect(await second.value.send(get, new AbortController().signal)).toMatchObject({ ok: true });
    expect(server.seen[0]?.headers).not.toHaveProperty('x-scope-orgid');
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(first.elsewhere('nowhere', 'authUrl')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('authUrl must be an address') },
    });
  });

  test('a provider without an address can only go elsewhere', async () => {
    const server = await backend({ body: '{}' });
    const provider = aProvider();
    const opened = openHttpClient({
      provider: { ...provider, spec: { ...provider.spec, targetServer: '' } },
    });
    if (!opened.ok) throw new Error(opened.error.message);
    const signal = new AbortController().signal;
    expect(errorOf(await opened.value.send(get, signal)).message).toContain('spec.targetServer is empty');
    const other = opened.value.elsewhere(server.url, 'x');
    expect(other.ok && (await other.value.send(get, signal)).ok).toBe(true);
    opened.value.close();
  });
});

describe('a proxy', () => {
  async function proxy() {
    const seen: string[] = [];
    const server = createServer((incoming, outgoing) => {
      seen.push(`${incoming.method} ${incoming.url}`);
      outgoing.end('from the proxy');
    });
    server.on('connect', (incoming, socket) => {
      seen.push(`CONNECT ${incoming.url}`);
      const [, port] = (incoming.url ?? '').split(':');
      const upstream = connect(Number(port), 'localhost', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    const port = await listen(server);
    cleanups.push(() => stop(server));
    return { url: `http://localhost:${port}`, seen };
  }

  test('of the environment is used for both protocols, with our certificates, unless NO_PROXY names the backend', async () => {
    const { url, seen } = await proxy();
    const plain = await backend({ body: 'direct' });
    const secure = await backend({ body: 'direct' }, certificates.valid);
    const proxyEnv = { HTTP_PROXY: url, HTTPS_PROXY: url };
    expect(await ask({ targetServer: plain.url }, get, { proxyEnv })).toMatchObject({
      value: { text: 'from the proxy' },
    });
    const { caPem } = certificates;
    expect(await ask({ targetServer: secure.url }, get, { proxyEnv, caPem })).toMatchObject({
      value: { text: 'direct' },
    });
    expect(seen).toEqual([`GET ${plain.url}/api`, `CONNECT ${secure.host}`]);
    expect(errorOf(await ask({ targetServer: secure.url }, get, { proxyEnv })).message).toMatch(
      /not known here/,
    );
    const spared = { ...proxyEnv, NO_PROXY: 'localhost' };
    expect(await ask({ targetServer: plain.url }, get, { proxyEnv: spared })).toMatchObject({
      value: { text: 'direct' },
    });
  });

  test('that refuses is told, without its credentials', async () => {
    const secure = await backend({ body: 'direct' }, certificates.valid);
    const proxyEnv = { HTTPS_PROXY: 'http://user:secretword@localhost:1' };
    const { tag, message } = errorOf(await ask({ targetServer: secure.url }, get, { proxyEnv }));
    expect(tag).toBe('unavailable');
    expect(message).not.toContain('secretword');
  });
});
