import { Agent, request } from 'node:https';
import { z } from '../src/api/schema.ts';
import { type Spread, spread } from './percentile.ts';

/** The floor: the same door reads the same body and answers a constant. */
export const floorPath = '/floor';
/** Tells how much processor time the server has used. */
export const cpuPath = '/cpu';

const rate = 200;
const connections = 500;
const workloads = 1_000;
/** The webhook's own timeout: an answer that takes longer is an error to the API server. */
const timeoutMs = 5_000;
const cpuSchema = z.object({ cpuMs: z.number() });

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

/** Where to ask, and on which connections. */
export interface Target {
  readonly port: number;
  readonly ca: string;
  readonly agent: Agent;
  readonly path: string;
}

/** Milliseconds of processor time that the server has used since it started. */
export function cpuMs({ port, ca, agent }: Target): Promise<number> {
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

/** What one load of requests met; latencies in ms. */
export interface Load extends Spread {
  readonly requests: number;
  readonly errors: number;
  readonly perSecond: number;
}

function summary(answers: readonly (number | undefined)[], tookMs: number): Load {
  const latencies = answers.filter((ms) => ms !== undefined);
  return {
    requests: answers.length,
    errors: answers.length - latencies.length,
    perSecond: Math.round((answers.length * 1000) / tookMs),
    ...spread(latencies),
  };
}

/** Open loop: requests leave on schedule whether or not earlier ones are answered, so that stalls are not hidden. */
export async function atRate(one: (i: number) => Promise<number | undefined>, forMs: number): Promise<Load> {
  const begin = performance.now();
  const answers: Promise<number | undefined>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - begin;
      const due = Math.min(elapsed, forMs) * (rate / 1000);
      while (answers.length < due) answers.push(one(answers.length));
      if (elapsed >= forMs) {
        clearInterval(timer);
        resolve();
      }
    }, 1);
  });
  return summary(await Promise.all(answers), performance.now() - begin);
}

/** 200 reviews a second. */
export function steady(target: Target, forMs: number): Promise<Load> {
  return atRate((i) => ask(target, i), forMs);
}

/**
 * Closed loop: all connections ask at once, then each asks again as soon as it has its answer. The loop begins when
 * all are connected: otherwise those that are would keep the one core from the handshakes of the others.
 */
export async function crowded(target: Target, forMs: number): Promise<Load> {
  const agents = Array.from({ length: connections }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const begin = performance.now();
  const answers = await Promise.all(agents.map((agent, id) => ask({ ...target, agent }, id)));
  const connection = async (agent: Agent, id: number): Promise<void> => {
    while (performance.now() - begin < forMs)
      answers.push(await ask({ ...target, agent }, id + answers.length));
    agent.destroy();
  };
  await Promise.all(agents.map(connection));
  return summary(answers, performance.now() - begin);
}
