import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureComponent } from '../../scripts/cluster/binaries.ts';
import { z } from '../../src/api/schema.ts';
import type { KeyPair } from '../../src/pki/x509.ts';
import { freePort } from '../builders/ports.ts';

/** The first build of the collector takes minutes. */
export const collectorBuildMs = 900_000;

const valueSchema = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
});
const attributesSchema = z
  .array(z.object({ key: z.string(), value: valueSchema }))
  .default([])
  .transform((list) =>
    Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)])),
  );
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: attributesSchema,
  events: z.array(z.object({ name: z.string() })).default([]),
  links: z
    .array(z.object({ traceId: z.string(), spanId: z.string(), attributes: attributesSchema }))
    .default([]),
  status: z.object({ code: z.number().default(0), message: z.string().optional() }).default({ code: 0 }),
});
/** A span as the collector took it. */
export type CollectedSpan = z.infer<typeof spanSchema> & {
  readonly resource: Readonly<Record<string, string | number>>;
  readonly scope: string;
};

const lineSchema = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes: attributesSchema }),
        scopeSpans: z.array(z.object({ scope: z.object({ name: z.string() }), spans: z.array(spanSchema) })),
      }),
    )
    .default([]),
});

/** An OpenTelemetry Collector built from its Go modules, with a folder and ports of its own. */
export interface RealCollector {
  /** Host and port for OTLP over gRPC. */
  readonly grpc: string;
  /** Address for OTLP over HTTP. */
  readonly http: string;
  /** Every span that it took so far. */
  readonly spans: () => Promise<CollectedSpan[]>;
  readonly stop: () => Promise<void>;
}

/** What it shows, and where it listens; ports of its own where none are given. */
export interface CollectorOptions {
  readonly tls?: KeyPair;
  readonly ports?: { readonly grpc: number; readonly http: number };
}

/** Two ports that nobody listens on now. */
export async function freePorts(): Promise<{ grpc: number; http: number }> {
  return { grpc: await freePort(), http: await freePort() };
}

/** Starts a collector that writes what it takes to a file; builds it first where that was never done. */
export async function startCollector({ tls, ports }: CollectorOptions = {}): Promise<RealCollector> {
  const program = join(await ensureComponent('collector'), 'collector');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-collector-'));
  const { grpc, http } = ports ?? (await freePorts());
  const file = join(folder, 'spans.json');
  await writeFile(join(folder, 'config.yaml'), await configOf(folder, { tls, grpc, http, file }));
  const child = spawn(program, [`--config=file:${join(folder, 'config.yaml')}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-4_000);
  });
  const end = async (): Promise<void> => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilListening([grpc, http], child, () => complaints);
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return {
    grpc: `localhost:${grpc}`,
    http: `${tls === undefined ? 'http' : 'https'}://localhost:${http}`,
    spans: () => readSpans(file),
    stop: end,
  };
}

async function configOf(
  folder: string,
  to: { tls: KeyPair | undefined; grpc: number; http: number; file: string },
): Promise<string> {
  const files = { cert_file: join(folder, 'tls.crt'), key_file: join(folder, 'tls.key') };
  if (to.tls !== undefined) {
    await writeFile(files.cert_file, to.tls.certPem);
    await writeFile(files.key_file, to.tls.keyPem, { mode: 0o600 });
  }
  const tls = to.tls === undefined ? {} : { tls: files };
  // JSON is YAML.
  return JSON.stringify({
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: `localhost:${to.grpc}`, ...tls },
          http: { endpoint: `localhost:${to.http}`, ...tls },
        },
      },
    },
    exporters: { file: { path: to.file } },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
    },
  });
}

async function readSpans(file: string): Promise<CollectedSpan[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  return lines.flatMap((line) => {
    const { resourceSpans } = lineSchema.parse(JSON.parse(line));
    return resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, spans }) =>
        spans.map((span) => ({ ...span, resource: resource.attributes, scope: scope.name })),
      ),
    );
  });
}

async function untilListening(
  ports: readonly number[],
  child: ChildProcess,
  complaints: () => string,
): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    if (child.exitCode !== null) throw new Error(`the collector ended at once: ${complaints()}`);
    const answers = await Promise.all(ports.map(isListening));
    if (answers.every(Boolean)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the collector does not listen after 30 s: ${complaints()}`);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    const answer = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.on('connect', answer(true));
    socket.on('error', answer(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await end;
  clearTimeout(timer);
}
