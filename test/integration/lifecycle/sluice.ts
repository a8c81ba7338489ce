import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished, vi } from 'vitest';
import { bundle } from '../../../scripts/bundle.ts';
import { z } from '../../../src/api/schema.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { type Role, type ServeOptions, serve } from '../../../src/main.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { freePort } from '../../builders/ports.ts';
import { type Api, must } from './api.ts';
import { installConfiguration } from './setup/install.ts';

/** The environment of a process of ours. */
export type Environment = Readonly<Record<string, string>>;

/** A running Sluice: its listeners, its numbers, and its end. */
export interface Sluice {
  readonly environment: Environment;
  /** Sum of a metric's series whose labels pass; 0 when there are none. */
  total(name: string, passes?: Passes): Promise<number>;
  /** The lines of those series. */
  series(name: string, passes?: Passes): Promise<string[]>;
  stop(): Promise<void>;
}

/** Settings for a process that meets no other: five free ports, the test cluster, few words. */
export async function freshEnvironment(kubeconfig: string = inject('kubeconfig')): Promise<Environment> {
  return {
    KUBECONFIG: kubeconfig,
    POD_NAMESPACE: 'sluice-system',
    SLUICE_LISTEN_WEBHOOK: String(await freePort()),
    SLUICE_LISTEN_HEALTH: String(await freePort()),
    KEPTN_DORA_METRICS_PORT: String(await freePort()),
    SLUICE_LISTEN_METRICS_API: String(await freePort()),
    SLUICE_LISTEN_KEPTN_METRICS: String(await freePort()),
    SLUICE_LOG_LEVEL: process.env['SLUICE_LOG_LEVEL'] ?? 'silent',
  };
}

/** Starts Sluice in this process and waits until it is ready and, as a webhook, asked by the API server. */
export async function startSluice(
  api: Api,
  options: { readonly roles: readonly Role[]; readonly environment?: Environment } & Pick<
    ServeOptions,
    'onAction'
  >,
): Promise<Sluice> {
  const { roles, onAction } = options;
  const environment = options.environment ?? (await freshEnvironment());
  const settings = must(readSettings(environment));
  const webhookUrl = new URL(
    `https://${inject('hostAddress')}:${environment['SLUICE_LISTEN_WEBHOOK'] ?? ''}`,
  );
  // Not before: other suites of the same run have configurations of their own.
  if (roles.includes('webhook')) await installConfiguration(api);
  const serving = must(
    await serve(settings, {
      roles,
      election: false,
      logger: createLogger(settings.logLevel),
      ...(roles.includes('webhook') ? { webhookUrl } : {}),
      ...(onAction === undefined ? {} : { onAction }),
    }),
  );
  await untilReady(environment);
  if (roles.includes('webhook')) await untilAsked(api, webhookUrl);
  return {
    environment,
    total: (...what) => total(environment, ...what),
    series: (...what) => series(environment, ...what),
    stop: serving.stop,
  };
}

/** A controller in a process of its own, which a test can kill. */
export interface ControllerProcess {
  readonly child: ChildProcess;
  /** Resolves with the signal that ended it, null after a proper exit; rejects with its last words when it failed. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Lets it start, with the action at which it kills itself. */
  go(death?: Death): void;
  total: Sluice['total'];
}

/** Where a controller ends itself: at the n-th new action (from 1) in a namespace. */
export interface Death {
  readonly namespace: string;
  readonly action: number;
  readonly moment: 'before' | 'after';
  /** A file that remembers actions, so that what an earlier process came to is not new to the next. */
  readonly memory?: string;
  /** Only actions of that controller count. */
  readonly controller?: string;
}

let program: Promise<string> | undefined;

/** The program of a controller process, bundled once: from a thousand files it would start in half a second. */
function controllerProgram(): Promise<string> {
  program ??= bundleController();
  return program;
}

async function bundleController(): Promise<string> {
  const dir = join(import.meta.dirname, '../../../.cache/test-programs', String(process.pid));
  await bundle({ controller: join(import.meta.dirname, 'controller-process.ts') }, dir);
  process.once('exit', () => {
    rmSync(dir, { recursive: true, force: true });
  });
  return join(dir, 'controller.mjs');
}

/** Prepares a controller process, for the running test: everything is loaded, and nothing happens before `go`. */
export async function spawnController(environment?: Environment): Promise<ControllerProcess> {
  const env = environment ?? (await freshEnvironment());
  const child = spawn(process.execPath, [await controllerProgram()], {
    // Half of its start is compiling: fault tests start dozens.
    env: { ...process.env, ...env, NODE_COMPILE_CACHE: join(tmpdir(), 'sluice-test-compiled') },
    stdio: ['pipe', 'inherit', 'pipe'],
  });
  const words = lastWords(child);
  // One that outlives its test would act on the next one's objects.
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  // Closed is later than exited: all that it said has arrived.
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (code === null || code === 0) resolve(signal);
      else reject(new Error(`a controller ended by itself with code ${code}: ${words()}`));
    });
  });
  ended.catch(() => undefined); // for tests that do not ask
  return {
    child,
    ended,
    go: (death) => {
      child.stdin.end(JSON.stringify(death ?? null));
    },
    total: (...what) => total(env, ...what),
  };
}

/** Passes on what a process complains of, and keeps the end of it. */
function lastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    words = (words + chunk.toString('utf8')).slice(-2_000);
  });
  return () => words.trim().replaceAll(/\s+/g, ' ');
}

async function untilReady(environment: Environment): Promise<void> {
  const url = `http://127.0.0.1:${environment['SLUICE_LISTEN_HEALTH'] ?? ''}/readyz`;
  await vi.waitFor(
    async () => {
      const answer = await fetch(url);
      if (answer.status !== 200) throw new Error(await answer.text());
    },
    { timeout: 30_000, interval: 50 },
  );
}

const namespaceAnswer = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
});
const configurationAnswer = z.object({
  webhooks: z.array(z.object({ clientConfig: z.object({ url: z.string().optional() }) })),
});

/** The API server asks us once its configuration names our address: seen by what it does to a namespace in a dry run. */
async function untilAsked(api: Api, url: URL): Promise<void> {
  const name = 'probe-of-admission';
  const annotations = { 'keptn.sh/lifecycle-toolkit': 'enabled' };
  const probe = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } };
  await vi.waitFor(
    async () => {
      const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/sluice';
      const { webhooks } = configurationAnswer.parse((await api.request('GET', path)).body);
      if (!webhooks.every(({ clientConfig }) => clientConfig.url?.startsWith(url.origin)))
        throw new Error('the webhook configuration does not name this process yet');
      const answer = await api.request('POST', '/api/v1/namespaces?dryRun=All', probe);
      if (answer.status !== 201) throw new Error(answer.text);
      const { labels } = namespaceAnswer.parse(answer.body).metadata;
      if (labels['keptn.sh/lifecycle-toolkit'] !== 'enabled') throw new Error('admission is not asked yet');
    },
    { timeout: 30_000, interval: 50 },
  );
}

const labelsOf = z.record(z.string(), z.string());
type Passes = (labels: Readonly<Record<string, string>>) => boolean;

async function total(environment: Environment, name: string, passes?: Passes): Promise<number> {
  const lines = await series(environment, name, passes);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

async function series(
  environment: Environment,
  name: string,
  passes: Passes = () => true,
): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${environment['KEPTN_DORA_METRICS_PORT'] ?? ''}/metrics`);
  return (await answer.text()).split('\n').filter((line) => {
    const [, metric, labelText = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    const pairs = [...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]);
    return metric === name && passes(labelsOf.parse(Object.fromEntries(pairs)));
  });
}
