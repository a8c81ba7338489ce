import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from '../../src/api/schema.ts';
import type { KeyPair } from '../../src/pki/x509.ts';
import { listen, stop } from '../builders/backend-server.ts';
import { freePort } from '../builders/ports.ts';

/** A Prometheus of the machine's package, with a folder and a port of its own. */
export interface RealPrometheus {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** How it is started. */
export interface PrometheusOptions {
  /** Host and port of what is scraped; it scrapes itself as well. */
  readonly targets: readonly string[];
  readonly tls?: KeyPair;
  /** User to bcrypt hash of the password. */
  readonly users?: Readonly<Record<string, string>>;
  /** A file of rules, evaluated as often as is scraped. */
  readonly rules?: string;
}

const howToInstall =
  'the program "prometheus" is not on this machine; install it with scripts/setup-debian.sh, or: sudo apt-get install prometheus';

/** Starts a Prometheus that scrapes four times a second. Throws, saying how to install it, where there is none. */
export async function startPrometheus(options: PrometheusOptions): Promise<RealPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-prometheus-'));
  const port = await freePort();
  await writeFile(
    join(folder, 'prometheus.yml'),
    scrapeConfig([...options.targets, `localhost:${port}`], options.rules),
  );
  if (options.rules !== undefined) await writeFile(join(folder, 'rules.yml'), options.rules);
  await writeFile(join(folder, 'web.yml'), await webConfig(folder, options));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--web.config.file=${join(folder, 'web.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=localhost:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const complaints = collect(child);
  const end = async (): Promise<void> => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  const url = `${options.tls === undefined ? 'http' : 'https'}://localhost:${port}`;
  try {
    await untilReady(url, child, complaints);
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return { url, stop: end };
}

function scrapeConfig(targets: readonly string[], rules: string | undefined): string {
  // JSON is YAML.
  return JSON.stringify({
    global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '250ms' },
    ...(rules !== undefined && { rule_files: ['rules.yml'] }),
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets }] }],
  });
}

async function webConfig(folder: string, { tls, users }: PrometheusOptions): Promise<string> {
  if (tls !== undefined) {
    await writeFile(join(folder, 'tls.crt'), tls.certPem);
    await writeFile(join(folder, 'tls.key'), tls.keyPem, { mode: 0o600 });
  }
  return JSON.stringify({
    ...(tls && { tls_server_config: { cert_file: 'tls.crt', key_file: 'tls.key' } }),
    ...(users && { basic_auth_users: users }),
  });
}

interface Complaints {
  text: string;
  error?: NodeJS.ErrnoException;
}

function collect(child: ChildProcess): Complaints {
  const complaints: Complaints = { text: '' };
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints.text = (complaints.text + chunk.toString('utf8')).slice(-4_000);
  });
  child.on('error', (error: NodeJS.ErrnoException) => {
    complaints.error = error;
  });
  return complaints;
}

async function untilReady(url: string, child: ChildProcess, complaints: Complaints): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    if (complaints.error?.code === 'ENOENT') throw new Error(howToInstall);
    if (complaints.error) throw complaints.error;
    if (child.exitCode !== null) throw new Error(`prometheus ended at once: ${complaints.text}`);
    const status = await statusOf(`${url}/-/ready`);
    // 401: it listens, and wants a password for everything.
    if (status === 200 || status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`prometheus is not ready after 30 s: ${complaints.text}`);
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const call = url.startsWith('https') ? tlsRequest(url, { rejectUnauthorized: false }) : request(url);
    call.on('error', () => {
      resolve(undefined);
    });
    call.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.end();
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(killer);
}

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

/** Series of an answer: their labels and their value as text. */
export type Answered = readonly {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}[];

/** Asks for an expression now. Throws with Prometheus' own words where it is refused. */
export async function askPrometheus({ url }: RealPrometheus, expression: string): Promise<Answered> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
  });
  const body: unknown = await response.json();
  const answer = answerSchema.safeParse(body);
  if (!answer.success) throw new Error(`${expression}\n${JSON.stringify(body)}`);
  return answer.data.data.result.map(({ metric, value }) => ({ labels: metric, value: value[1] }));
}

/** A rule as Prometheus has it; `state` of an alert only. */
export interface LoadedRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string | undefined;
  readonly state?: string | undefined;
}

const rulesSchema = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            name: z.string(),
            health: z.string(),
            lastError: z.string().optional(),
            state: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
});

/** The rules that it evaluates, with how that went last. */
export async function loadedRules({ url }: RealPrometheus): Promise<readonly LoadedRule[]> {
  const answer = rulesSchema.parse(await (await fetch(`${url}/api/v1/rules`)).json());
  return answer.data.groups.flatMap(({ rules }) => rules);
}

/** Something that is measured: what it shows at /metrics, in the text format of Prometheus. */
export interface MeasuredThing {
  readonly target: string;
  /** Replaces what is shown: series to value. */
  readonly show: (metrics: Readonly<Record<string, string>>) => void;
  readonly stop: () => Promise<void>;
}

/** Serves a text at /metrics, made anew each time it is asked for. */
export async function startPage(
  render: () => Promise<string>,
): Promise<Pick<MeasuredThing, 'target' | 'stop'>> {
  const server = createServer((_, outgoing) => {
    outgoing.setHeader('content-type', 'text/plain; version=0.0.4');
    render().then(
      (text) => outgoing.end(text),
      (thrown: unknown) => outgoing.writeHead(500).end(String(thrown)),
    );
  });
  const port = await listen(server);
  return { target: `localhost:${port}`, stop: () => stop(server) };
}

/** Starts a server of metrics on a free port. */
export async function startMeasuredThing(metrics: Readonly<Record<string, string>>): Promise<MeasuredThing> {
  let shown = metrics;
  const server = createServer((_, outgoing) => {
    outgoing.setHeader('content-type', 'text/plain; version=0.0.4');
    outgoing.end(
      Object.entries(shown)
        .map(([series, value]) => `${series} ${value}\n`)
        .join(''),
    );
  });
  const port = await listen(server);
  return {
    target: `localhost:${port}`,
    show: (next) => {
      shown = next;
    },
    stop: () => stop(server),
  };
}
