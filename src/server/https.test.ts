import { once } from 'node:events';
import { Agent, request as httpsRequest } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect, TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { z } from '../api/schema.ts';
import { issueFor } from '../pki/issue.ts';
import { defaultPolicy } from '../pki/plan.ts';
import { bundle, type CertificateData } from '../pki/stored.ts';
import { issueServing, type KeyPair } from '../pki/x509.ts';
import { listenPlain, listenTls, type TlsListener } from './https.ts';
import type { HttpApp } from './route.ts';

const noFacts = { ca: undefined, oldCa: undefined, serving: undefined };

async function certificates(): Promise<Required<CertificateData>> {
  const issued = await issueFor(
    { kind: 'replace-all', reason: 'a test' },
    {
      data: {},
      facts: noFacts,
      wanted: { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] },
      now: new Date(),
      policy: defaultPolicy,
    },
  );
  if (!issued.ok) throw new Error(issued.error.message);
  return { 'ca.crt.old': '', 'ca.crt': '', 'ca.key': '', 'tls.crt': '', 'tls.key': '', ...issued.value };
}

async function listen(app: HttpApp): Promise<TlsListener> {
  const listening = await listenTls(app, { port: 0, host: '127.0.0.1' });
  if (!listening.ok) throw new Error(listening.error.message);
  return listening.value;
}

/** The serial of the certificate that a real handshake ends with, verified against `ca`. */
function handshake(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca, servername: 'localhost' }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.on('error', reject);
  });
}

/** One GET over a kept-alive connection. */
function get(port: number, ca: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest({ port, host: '127.0.0.1', ca, agent, servername: 'localhost' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve(text);
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

const hello: HttpApp = (_request, response) => {
  response.end('hello');
};

test('the certificate changes under a running listener; connections that exist live on', async () => {
  const [first, second] = await Promise.all([certificates(), certificates()]);
  const listener = await listen(hello);
  await expect(handshake(listener.port, bundle(first))).rejects.toThrow();

  listener.useCertificate({ cert: first['tls.crt'] ?? '', key: first['tls.key'] ?? '' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await get(listener.port, bundle(first), agent)).toBe('hello');
  const serial = await handshake(listener.port, bundle(first));

  listener.useCertificate({ cert: second['tls.crt'] ?? '', key: second['tls.key'] ?? '' });
  expect(await get(listener.port, bundle(first), agent)).toBe('hello');
  await expect(handshake(listener.port, bundle(first))).rejects.toThrow();
  expect(await handshake(listener.port, bundle(first) + bundle(second))).not.toBe(serial);
  agent.destroy();
  await listener.stop(1_000);
});

test('a certificate that cannot be used is refused as a value and the current one stays', async () => {
  const good = await certificates();
  const listener = await listen(hello);
  listener.useCertificate({ cert: good['tls.crt'] ?? '', key: good['tls.key'] ?? '' });
  const refused = listener.useCertificate({ cert: good['tls.crt'] ?? '', key: 'nonsense' });
  expect(refused).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  await expect(handshake(listener.port, bundle(good))).resolves.toMatch(/^[0-9A-F]+$/);
  await listener.stop(1_000);
});

test('stopping lets a running request finish, closes idle connections and accepts no more', async () => {
  const good = await certificates();
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const listener = await listen((_request, response) => {
    arrived.resolve();
    void release.promise.then(() => response.end('late'));
  });
  listener.useCertificate({ cert: good['tls.crt'] ?? '', key: good['tls.key'] ?? '' });
  const answer = get(listener.port, bundle(good), new Agent({ keepAlive: true }));
  await arrived.promise;
  const stopped = listener.stop(60_000);
  await expect(handshake(listener.port, bundle(good))).rejects.toThrow(/ECONNREFUSED/);
  release.resolve();
  expect(await answer).toBe('late');
  await stopped;
});

test('what does not finish in time is cut', async () => {
  const good = await certificates();
  const arrived = Promise.withResolvers<void>();
  const listener = await listen(() => {
    arrived.resolve();
  });
  listener.useCertificate({ cert: good['tls.crt'] ?? '', key: good['tls.key'] ?? '' });
  const answer = get(listener.port, bundle(good), new Agent());
  const cut = expect(answer).rejects.toThrow(/hang up|ECONNRESET/);
  await arrived.promise;
  await listener.stop(10);
  await cut;
});

test('connections on which nothing was asked, in the middle of a handshake even, hold nothing up', async () => {
  const good = await certificates();
  const listener = await listen(hello);
  listener.useCertificate({ cert: good['tls.crt'] ?? '', key: good['tls.key'] ?? '' });
  const silent = connectPlain(listener.port, '127.0.0.1');
  await once(silent, 'connect');
  const reserve = connect({
    port: listener.port,
    host: '127.0.0.1',
    ca: bundle(good),
    servername: 'localhost',
  });
  await once(reserve, 'secureConnect');
  const ends = Promise.all([once(silent, 'close'), once(reserve.resume(), 'close')]);
  const startedAt = performance.now();
  await listener.stop(60_000);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await ends;
});

test('a port that is taken is an error that names it', async () => {
  const first = await listenPlain(hello, { port: 0, host: '127.0.0.1' });
  if (!first.ok) throw new Error(first.error.message);
  const second = await listenPlain(hello, { port: first.value.port, host: '127.0.0.1' });
  expect(second).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
  await first.value.stop(0);
});

/** What a listener that asks for client certificates makes of one that is, or is not, of the authority it trusts. */
function authorizedBy(
  listener: TlsListener,
  pair: { readonly cert?: string; readonly key?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      ...pair,
      agent: false as const,
      port: listener.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
    };
    const sent = httpsRequest(options, (response) => {
      response.setEncoding('utf8').once('data', resolve);
    });
    sent.on('error', reject);
    sent.end();
  });
}

const sayAuthorized: HttpApp = ({ socket }, response) => {
  response.end(String(socket instanceof TLSSocket && socket.authorized));
};

async function clientPair(ca: KeyPair): Promise<{ cert: string; key: string }> {
  const span = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
  const issued = await issueServing(ca, { dnsNames: ['client'], ipAddresses: [] }, span);
  if (!issued.ok) throw new Error(issued.error.message);
  return { cert: issued.value.certPem, key: issued.value.keyPem };
}

test('a certificate for servers, of the trusted authority even, makes no client authorized', async () => {
  const made = await certificates();
  const { 'ca.crt': certPem = '', 'ca.key': keyPem = '', 'tls.crt': cert = '', 'tls.key': key = '' } = made;
  const listening = await listenTls(sayAuthorized, { port: 0, host: '127.0.0.1', asksClients: true });
  if (!listening.ok) throw new Error(listening.error.message);
  const listener = listening.value;
  listener.useCertificate({ cert, key });
  const client = await clientPair({ certPem, keyPem });
  expect(await authorizedBy(listener, client)).toBe('false');
  expect(await authorizedBy(listener, {})).toBe('false');
  expect(listener.trustClients(certPem).ok).toBe(true);
  expect(await authorizedBy(listener, client)).toBe('false');
  expect(await authorizedBy(listener, {})).toBe('false');
  await listener.stop(0);
});

test('who is trusted through a text without a certificate: nobody', async () => {
  const { 'tls.crt': cert = '', 'tls.key': key = '' } = await certificates();
  const listening = await listenTls(sayAuthorized, { port: 0, host: '127.0.0.1', asksClients: true });
  if (!listening.ok) throw new Error(listening.error.message);
  listening.value.useCertificate({ cert, key });
  listening.value.trustClients('no PEM');
  expect(await authorizedBy(listening.value, {})).toBe('false');
  expect(await authorizedBy(listening.value, { cert, key })).toBe('false');
  await listening.value.stop(0);
});

test('a change of whom we trust ends the connections of before', async () => {
  const { 'ca.crt': ca = '', 'tls.crt': cert = '', 'tls.key': key = '' } = await certificates();
  const sockets = new Set<unknown>();
  const countSockets: HttpApp = ({ socket }, response) => {
    response.end(String(sockets.add(socket).size));
  };
  const listening = await listenTls(countSockets, { port: 0, host: '127.0.0.1', asksClients: true });
  if (!listening.ok) throw new Error(listening.error.message);
  const { port, useCertificate, trustClients, stop } = listening.value;
  useCertificate({ cert, key });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await get(port, ca, agent)).toBe('1');
  expect(await get(port, ca, agent)).toBe('1');
  const closed = once(agent, 'free').then(([socket]) => once(z.instanceof(TLSSocket).parse(socket), 'close'));
  expect(await get(port, ca, agent)).toBe('1');
  trustClients(ca);
  await closed;
  expect(await get(port, ca, agent)).toBe('2');
  agent.destroy();
  await stop(0);
});
