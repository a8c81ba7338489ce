import { Agent, request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { issueFor } from '../pki/issue.ts';
import { defaultPolicy } from '../pki/plan.ts';
import { bundle, type CertificateData } from '../pki/stored.ts';
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

test('a port that is taken is an error that names it', async () => {
  const first = await listenPlain(hello, { port: 0, host: '127.0.0.1' });
  if (!first.ok) throw new Error(first.error.message);
  const second = await listenPlain(hello, { port: first.value.port, host: '127.0.0.1' });
  expect(second).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
  await first.value.stop(0);
});
