/**
 * Measures admission over real TLS on loopback: latency at 200 requests a second, and errors with 500 connections
 * at once, 10 s each. The server runs in a process of its own, on one core where `taskset` exists.
 * `node bench/admission.ts` writes bench/results/admission.json and ends with 1 when a limit is missed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from '../src/api/schema.ts';
import { ok } from '../src/kernel/result.ts';
import { issueFor } from '../src/pki/issue.ts';
import { defaultPolicy } from '../src/pki/plan.ts';
import { admissionRoutes, podPath } from '../src/server/admission-routes.ts';
import { createApp, type Route } from '../src/server/http.ts';
import { listenTls } from '../src/server/https.ts';
import type { OwnerObject } from '../src/webhook/owner.ts';

const rate = 200;
const connections = 500;
const phaseMs = 10_000;
const workloads = 1_000;
/** The webhook's own timeout: an answer that takes longer is an error to the API server. */
const timeoutMs = 5_000;
const limits = { p99Ms: 5, errors: 0 };
/** The floor: the same door reads the same body and answers a constant. */
const floorPath = '/floor';
const cpuPath = '/cpu';
const cpuSchema = z.object({ cpuMs: z.number() });
const hello = z.object({ port: z.number(), ca: z.string() });

function owner(resource: string, name: string): OwnerObject {
  const n = name.split('-')[1] ?? '0';
  if (resource === 'deployments') {
    const annotations = { 'keptn.sh/pre-deployment-tasks': 'check-db', 'keptn.sh/app': 'shop' };
    return { metadata: { name, uid: `d-${n}`, annotations } };
  }
  const above = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: `w-${n}`,
    uid: `d-${n}`,
    controller: true,
  };
  return { metadata: { name, uid: `r-${n}`, ownerReferences: [above] } };
}

/** The child: serves until it is told to stop. */
async function serve(): Promise<void> {
  const issued = await issueFor(
    { kind: 'replace-all', reason: 'benchmark' },
    {
      data: {},
      facts: { ca: undefined, oldCa: undefined, serving: undefined },
      wanted: { dnsNames: ['localhost'], ipAddresses: [] },
      now: new Date(),
      policy: defaultPolicy,
    },
  );
  if (!issued.ok) throw new Error(issued.error.message);
  const floor: Route = {
    method: 'POST',
    path: floorPath,
    json: { maxBytes: 1_000_000 },
    handle: () => ({ status: 200, body: { response: { uid: 'x', allowed: true, patch: 'x'.repeat(400) } } }),
  };
  const cpu: Route = {
    method: 'GET',
    path: cpuPath,
    handle: () => {
      const { user, system } = process.cpuUsage();
      return { status: 200, body: { cpuMs: (user + system) / 1000 } };
    },
  };
  const admission = admissionRoutes({
    owners: {
      get: owner,
      fetch: (resource, _namespace, name) => Promise.resolve(ok(owner(resource, name))),
    },
    fetchRollout: () => Promise.resolve(ok(undefined)),
    versions: { get: () => undefined },
    reportBug: (error) => {
      throw error;
    },
  });
  const app = createApp([...admission, floor, cpu], console.error);
  const { 'tls.crt': cert = '', 'tls.key': key = '', 'ca.crt': ca = '' } = issued.value;
  const listening = await listenTls(app, { port: 0, host: '127.0.0.1' }, { cert, key });
  if (!listening.ok) throw new Error(listening.error.message);
  console.log(JSON.stringify({ port: listening.value.port, ca }));
}

/** A pod as a Deployment's pods arrive, with the bulk that real ones have. */
function review(i: number): string {
  const n = i % workloads;
  const reference = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `w-${n}-7d9`,
    uid: `r-${n}`,
    controller: true,
  };
  const container = {
    name: 'app',
    image: `registry.example.com/shop/w-${n}:1.2.3`,
    env: Array.from({ length: 20 }, (_, k) => ({ name: `KEY_${k}`, value: `value of key number ${k}` })),
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    volumeMounts: [
      { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
  };
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: `uid-${i}`,
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'shop',
      operation: 'CREATE',
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          generateName: `w-${n}-7d9-`,
          labels: { 'app.kubernetes.io/name': `w-${n}`, 'pod-template-hash': '7d9' },
          annotations: { 'prometheus.io/scrape': 'true' },
          ownerReferences: [reference],
        },
        spec: { containers: [container, { ...container, name: 'proxy' }], serviceAccountName: 'default' },
      },
    },
  });
}

interface Target {
  readonly port: number;
  readonly ca: string;
  readonly agent: Agent;
  readonly path: string;
}

/** Milliseconds of processor time that the server has used since it started. */
function cpuMs({ port, ca, agent }: Target): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, ca, agent, host: '127.0.0.1', servername: 'localhost', path: cpuPath },
      (response) => {
        response.once('data', (chunk: Buffer) => {
          resolve(cpuSchema.parse(JSON.parse(chunk.toString('utf8'))).cpuMs);
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

/** One request; resolves to its latency in ms, undefined when it was not answered with a patch. */
function ask({ port, ca, agent, path }: Target, i: number): Promise<number | undefined> {
  const body = review(i);
  const begin = performance.now();
  return new Promise((resolve) => {
    const sent = request(
      {
        port,
        ca,
        agent,
        host: '127.0.0.1',
        servername: 'localhost',
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const tookMs = performance.now() - begin;
          resolve(text.includes('"patch":') && tookMs < timeoutMs ? tookMs : undefined);
        });
      },
    );
    sent.on('error', () => {
      resolve(undefined);
    });
    sent.end(body);
  });
}

interface Phase {
  readonly requests: number;
  readonly errors: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

function summary(answers: readonly (number | undefined)[], tookMs: number): Phase {
  const latencies = answers.filter((ms) => ms !== undefined).toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Number(
      (latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? Number.NaN).toFixed(
        2,
      ),
    );
  return {
    requests: answers.length,
    errors: answers.length - latencies.length,
    perSecond: Math.round((answers.length * 1000) / tookMs),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  };
}

/** Open loop: requests leave on schedule whether or not earlier ones are answered, so that stalls are not hidden. */
async function steady(target: Target, forMs: number): Promise<Phase> {
  const begin = performance.now();
  const answers: Promise<number | undefined>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - begin;
      const due = Math.min(elapsed, forMs) * (rate / 1000);
      while (answers.length < due) answers.push(ask(target, answers.length));
      if (elapsed >= forMs) {
        clearInterval(timer);
        resolve();
      }
    }, 1);
  });
  return summary(await Promise.all(answers), performance.now() - begin);
}

/** Closed loop: each connection asks again as soon as it has its answer. */
async function crowded(target: Target, forMs: number): Promise<Phase> {
  const begin = performance.now();
  const answers: (number | undefined)[] = [];
  const connection = async (id: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (performance.now() - begin < forMs)
      answers.push(await ask({ ...target, agent }, id + answers.length));
    agent.destroy();
  };
  await Promise.all(Array.from({ length: connections }, (_, id) => connection(id)));
  return summary(answers, performance.now() - begin);
}

/** Runs a phase and adds what it cost the server. */
async function costed(
  target: Target,
  phase: () => Promise<Phase>,
): Promise<Phase & { cpuMsPerRequest: number }> {
  const before = await cpuMs(target);
  const result = await phase();
  const cost = ((await cpuMs(target)) - before) / result.requests;
  return { ...result, cpuMsPerRequest: Number(cost.toFixed(3)) };
}

async function phases(target: Target): Promise<object> {
  await steady(target, 2_000);
  const floor = { ...target, path: floorPath };
  const floorAt200 = await costed(floor, () => steady(floor, phaseMs));
  const at200 = await costed(target, () => steady(target, phaseMs));
  const at500 = await costed(target, () => crowded(target, phaseMs));
  const isWithin = at200.p99Ms < limits.p99Ms && at200.errors + at500.errors === limits.errors;
  process.exitCode = isWithin ? 0 : 1;
  return {
    limits,
    isWithin,
    floorAt200PerSecond: floorAt200,
    admissionAt200PerSecond: at200,
    admissionWith500Connections: at500,
  };
}

async function measure(): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const isPinned = process.platform === 'linux';
  const [command, args] = isPinned
    ? ['taskset', ['-c', '0', process.execPath, script, 'serve']]
    : [process.execPath, [script, 'serve']];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.stdout.once('data', (chunk: Buffer) => {
      resolve(chunk.toString('utf8'));
    });
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  try {
    const machine = {
      node: process.version,
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      isPinned,
    };
    const measured = await phases({ ...hello.parse(JSON.parse(line)), agent, path: podPath });
    const text = `${JSON.stringify({ machine, ...measured }, undefined, 2)}\n`;
    const folder = new URL('./results/', import.meta.url);
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL('admission.json', folder), text);
    console.log(text);
  } finally {
    agent.destroy();
    child.kill();
  }
}

await (process.argv[2] === 'serve' ? serve() : measure());
