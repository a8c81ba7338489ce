import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from '../../src/api/schema.ts';
import { releaseSpans } from '../../src/domain/trace/spans.ts';
import { ok } from '../../src/kernel/result.ts';
import { OtlpSink } from '../../src/outbound/otlp/sink.ts';
import type { CollectorTarget } from '../../src/outbound/otlp/target.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { makeCertificates, type TestCertificates } from '../builders/certificates.ts';
import { tracedParcels, tracedRelease } from '../builders/traced-release.ts';
import {
  type CollectedSpan,
  collectorBuildMs,
  freePorts,
  type RealCollector,
  startCollector,
} from './real-collector.ts';

const secrets: Record<string, Record<string, string>> = {};
const ports = {
  clock: systemClock,
  readSecret: async (_namespace: string, name: string) => ok(secrets[name]),
  namespace: 'sluice',
  resource: { 'service.name': 'sluice', 'service.version': '0.1.0' },
};
const never = new AbortController().signal;

let collector: RealCollector;
let secure: RealCollector;
let certificates: TestCertificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  secrets['ca'] = { 'ca.crt': certificates.caPem };
  secrets['token'] = { value: 'Bearer abc' };
  [collector, secure] = await Promise.all([startCollector(), startCollector({ tls: certificates.valid })]);
}, collectorBuildMs);

afterAll(async () => {
  await Promise.all([collector?.stop(), secure?.stop()]);
});

function target(given: Partial<CollectorTarget>): CollectorTarget {
  return {
    protocol: 'grpc',
    url: `http://${collector.grpc}`,
    field: 'spec.tracing',
    headersFrom: [],
    tls: { insecureSkipVerify: false },
    ...given,
  };
}

/** Sends all that there is to send of a release. */
async function sendAll(sink: OtlpSink, uid: string): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const parcel of tracedParcels(tracedRelease({ uid }))) results.push(await sink.send(parcel, never));
  return results;
}

async function arrived(from: RealCollector, uid: string): Promise<CollectedSpan[]> {
  const wanted = releaseSpans(tracedRelease({ uid }));
  const ofTrace = async () => (await from.spans()).filter(({ traceId }) => traceId === wanted[0]?.traceId);
  await expect
    .poll(async () => (await ofTrace()).length, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(wanted.length);
  return ofTrace();
}

test.each(['grpc', 'http'] as const)(
  'a release arrives over %s as it is derived, each span once',
  async (protocol) => {
    const uid = `over-${protocol}`;
    const url = protocol === 'grpc' ? `http://${collector.grpc}` : `${collector.http}/v1/traces`;
    const sink = new OtlpSink(target({ protocol, url }), ports);
    expect(await sendAll(sink, uid)).toEqual([ok(undefined), ok(undefined)]);
    const spans = await arrived(collector, uid);
    const wanted = releaseSpans(tracedRelease({ uid }));
    const inShort = spans.map(({ name, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano }) => ({
      name,
      spanId,
      parentSpanId,
      startMs: Number(BigInt(startTimeUnixNano) / 1_000_000n),
      endMs: Number(BigInt(endTimeUnixNano) / 1_000_000n),
    }));
    const byName = <T extends { name: string }>(list: readonly T[]): T[] =>
      list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(inShort)).toEqual(
      byName(
        wanted.map(({ name, spanId, parentSpanId = '', startMs, endMs }) => ({
          name,
          spanId,
          parentSpanId,
          startMs,
          endMs,
        })),
      ),
    );
    const root = spans.find(({ parentSpanId }) => parentSpanId === '');
    expect(root).toMatchObject({
      kind: 2,
      scope: 'keptn/lifecycle-operator/appversion',
      resource: { 'service.name': 'sluice' },
      attributes: { 'keptn.deployment.app.name': 'shop', 'cicd.pipeline.result': 'success', stage: 'dev' },
      status: { code: 1 },
    });
    await sink.close();
  },
);

test.each(['grpc', 'http'] as const)(
  'over %s with TLS, with the authority that a Secret holds',
  async (protocol) => {
    const uid = `tls-${protocol}`;
    const url = protocol === 'grpc' ? `https://${secure.grpc}` : `${secure.http}/v1/traces`;
    const tls = { caFrom: { name: 'ca', key: 'ca.crt' }, insecureSkipVerify: false };
    const headersFrom = [{ header: 'Authorization', secretKeyRef: { name: 'token', key: 'value' } }];
    const sink = new OtlpSink(target({ protocol, url, tls, headersFrom }), ports);
    expect(await sendAll(sink, uid)).toEqual([ok(undefined), ok(undefined)]);
    await arrived(secure, uid);
    await sink.close();
  },
);

test.each(['grpc', 'http'] as const)(
  'over %s to a certificate of nobody it knows: refused, and named',
  async (protocol) => {
    const url = protocol === 'grpc' ? `https://${secure.grpc}` : `${secure.http}/v1/traces`;
    const sink = new OtlpSink(target({ protocol, url }), ports);
    const [first] = tracedParcels(tracedRelease({ uid: 'untrusted' }));
    if (first === undefined) throw new Error('nothing to send');
    const result = await sink.send(first, never);
    expect(result).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
    expect(JSON.stringify(result)).toMatch(/spec\.tracing.*certificate/);
    await sink.close();
    const skipping = new OtlpSink(target({ protocol, url, tls: { insecureSkipVerify: true } }), ports);
    expect(await skipping.send(first, never)).toEqual(ok(undefined));
    await skipping.close();
  },
);

test('a Secret that is missing, or holds no such key, is named', async () => {
  const headersFrom = [{ header: 'Authorization', secretKeyRef: { name: 'nowhere', key: 'value' } }];
  const sink = new OtlpSink(target({ headersFrom }), ports);
  const [first] = tracedParcels(tracedRelease());
  if (first === undefined) throw new Error('nothing to send');
  const result = await sink.send(first, never);
  expect(result).toMatchObject({ ok: false, error: { tag: 'unavailable' } });
  expect(JSON.stringify(result)).toContain('spec.tracing.headersFrom');
  await sink.close();
});

test('a collector that is down, then up: what was asked again arrives once', async () => {
  const at = await freePorts();
  const sink = new OtlpSink(target({ url: `http://localhost:${at.grpc}` }), ports);
  expect(await sendAll(sink, 'later')).toMatchObject([
    { ok: false, error: { tag: 'unavailable' } },
    { ok: false, error: { tag: 'unavailable' } },
  ]);
  const late = await startCollector({ ports: at });
  // A channel that was refused waits a second before it tries again.
  await expect
    .poll(async () => (await sendAll(sink, 'later')).every((one) => isOk(one)), { timeout: 10_000 })
    .toBe(true);
  const spans = await arrived(late, 'later');
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  await sink.close();
  await late.stop();
});

const isOk = (one: unknown): boolean => z.object({ ok: z.literal(true) }).safeParse(one).success;

test.each(['grpc', 'http'] as const)(
  'a collector that hangs over %s is a timeout, and leaves at most one connection',
  async (protocol) => {
    const hanging = await hangingServer();
    const sink = new OtlpSink(target({ protocol, url: `http://localhost:${hanging.port}` }), ports);
    const began = systemClock.monotonicMs();
    const results = await Promise.all(
      tracedParcels(tracedRelease({ uid: 'hanging' })).map((parcel) => sink.send(parcel, never)),
    );
    expect(systemClock.monotonicMs() - began).toBeLessThan(9_500);
    for (const result of results) {
      expect(result.ok).toBe(false);
      if (!result.ok) expect(['timeout', 'unavailable']).toContain(result.error.tag);
    }
    await sink.close();
    // The library pools gRPC connections by address: one that never got an answer stays until its server goes.
    await expect
      .poll(() => hanging.open(), { timeout: 5_000 })
      .toBeLessThanOrEqual(protocol === 'grpc' ? 1 : 0);
    await hanging.stop();
  },
);

/** Takes connections, reads, and never says anything. */
async function hangingServer(): Promise<{ port: number; open: () => number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, 'localhost', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      for (const socket of sockets) socket.destroy();
    });
  return { port, open: () => sockets.size, stop };
}
