/** A folder of `src/` (or the composition root), what it is for and which other rooms it may name. */
export interface Room {
  readonly name: string;
  readonly purpose: string;
  /** Rooms that its files may import, types included; a room may always import itself. */
  readonly mayImport: readonly string[];
  /** Files of other rooms outside `mayImport` that it may import all the same. */
  readonly mayImportFiles?: readonly string[];
  /** In a room that it may import, only files of these base names. */
  readonly onlyFilesOf?: Readonly<Record<string, readonly string[]>>;
  readonly effects: string;
}

const pureBase = ['kernel', 'api', 'domain'];

/** Every room; each row names only rooms above it, save `cli`, whose `serve` command starts `main`. */
export const rooms: readonly Room[] = [
  {
    name: 'kernel',
    purpose: '`Result`, `Outcome`, durations, stable hashing, the error table',
    mayImport: [],
    effects: 'none',
  },
  {
    name: 'api',
    purpose: 'schemas by group and version, inferred types, defaults, the CRD emitter',
    mayImport: ['kernel'],
    effects: 'none',
  },
  {
    name: 'domain',
    purpose: 'pure rules shared by kinds: phases, gate, versions, actions and decisions',
    mayImport: ['kernel', 'api'],
    effects: 'none',
  },
  {
    name: 'config',
    purpose: 'the only reader of environment variables; gives one frozen object',
    mayImport: ['kernel', 'api'],
    effects: 'reads the environment',
  },
  {
    name: 'observability',
    purpose: 'logger, metrics, traces; the names of all metrics in one file',
    mayImport: ['kernel', 'config'],
    effects: 'writes telemetry',
  },
  {
    name: 'pki',
    purpose: 'makes, rotates and loads the serving certificate and its CA bundle',
    mayImport: ['kernel', 'observability'],
    effects: 'keys, time',
  },
  {
    name: 'runtime',
    purpose: 'API client, informer cache, work queue, leader election, clock, `execute.ts`',
    mayImport: [...pureBase, 'observability'],
    effects: 'network, time',
  },
  {
    name: 'providers',
    purpose: 'one folder a metric backend, all behind one port',
    mayImport: [...pureBase, 'observability'],
    effects: 'network',
  },
  {
    name: 'outbound',
    purpose: 'tells others what happened in releases: traces, CloudEvents, chats, all behind one port',
    mayImport: [...pureBase, 'observability', 'providers'],
    onlyFilesOf: {
      providers: ['http.ts', 'connection.ts', 'secrets.ts', 'breaker.ts', 'clock.ts', 'time-limit.ts'],
    },
    effects: 'network',
  },
  {
    name: 'archive',
    purpose: 'keeps the record of finished releases longer than their objects: SQLite, or a ConfigMap',
    mayImport: [...pureBase, 'observability', 'runtime'],
    effects: 'a file, or through runtime',
  },
  {
    name: 'webhook',
    purpose: '`review.ts` (decode), `admit.ts` (pure), `patch.ts` (pure, append-only), `handler.ts` (glue)',
    mayImport: [...pureBase, 'observability'],
    effects: 'none but its ports',
  },
  {
    name: 'controllers',
    purpose: 'one folder a kind: `observe.ts`, `decide.ts`, `manifest.ts`, `controller.ts`',
    mayImport: [...pureBase, 'runtime', 'providers', 'observability'],
    effects: 'through runtime',
  },
  {
    name: 'control-plane',
    purpose: 'later: sequences of tasks across stages',
    mayImport: [...pureBase, 'runtime', 'providers', 'observability'],
    effects: 'through runtime',
  },
  {
    name: 'server',
    purpose: 'HTTPS listener, routes, health, read-only REST',
    mayImport: [...pureBase, 'config', 'observability', 'pki', 'webhook'],
    effects: 'sockets',
  },
  {
    name: 'ui',
    purpose: 'web pages; talk to `server` over HTTP only',
    mayImport: ['kernel', 'api'],
    effects: 'browser',
  },
  {
    name: 'main',
    purpose:
      '`main.ts` and the parts of it in `main/`: builds every room and hands it its ports; no decisions',
    mayImport: [
      ...pureBase,
      'config',
      'observability',
      'pki',
      'runtime',
      'providers',
      'outbound',
      'archive',
      'webhook',
      'controllers',
      'control-plane',
      'server',
    ],
    effects: 'starts all',
  },
  {
    name: 'cli',
    purpose: 'one file a command; `explain` runs the controllers’ own deciders; `serve` starts `main`',
    mayImport: [...pureBase, 'config', 'observability', 'runtime', 'controllers', 'main'],
    onlyFilesOf: { controllers: ['observe.ts', 'decide.ts'] },
    effects: 'terminal',
  },
];

/** One third-party package or Node built-in, and the files that may import it. */
export interface Door {
  /** Package names; a trailing `*` matches any rest. */
  readonly packages: readonly string[];
  /** Paths below `src/`; a trailing `/` means the folder and what it holds. */
  readonly files: readonly string[];
  /** True when several files may import it: the exceptions to one file per package. */
  readonly many?: true;
  readonly othersUse: string;
}

/** Built-ins that neither read nor change anything outside the process: free for all. */
export const pureBuiltins: readonly string[] = ['node:path', 'node:url', 'node:util', 'node:assert'];

export const doors: readonly Door[] = [
  {
    packages: ['@kubernetes/client-node'],
    files: ['runtime/kube.ts'],
    othersUse: 'ports with our types',
  },
  { packages: ['zod'], files: ['api/schema.ts'], othersUse: '`api/schema.ts`' },
  { packages: ['yaml'], files: ['api/yaml.ts'], othersUse: '`api/yaml.ts`' },
  { packages: ['express'], files: ['server/http.ts'], othersUse: 'plain request to response functions' },
  { packages: ['pino'], files: ['observability/'], othersUse: 'our logger' },
  {
    packages: ['@opentelemetry/*'],
    files: ['observability/', 'outbound/otlp/'],
    many: true,
    othersUse: 'our spans and metric names',
  },
  { packages: ['@grpc/grpc-js'], files: ['outbound/otlp/grpc-exporter.ts'], othersUse: 'the sink of spans' },
  { packages: ['node-forge'], files: ['pki/x509.ts'], othersUse: 'PEM strings' },
  { packages: ['fast-json-patch'], files: ['webhook/patch.ts'], othersUse: 'lists of patch operations' },
  {
    packages: ['semver'],
    files: ['domain/version-range.ts'],
    othersUse: 'versions and ranges as values to ask',
  },
  {
    packages: ['json-p3'],
    files: ['providers/http-json/json-path.ts'],
    othersUse: 'a path as a function from JSON to values',
  },
  { packages: ['node:sqlite'], files: ['archive/sqlite.ts'], othersUse: 'the port of the archive' },
  { packages: ['commander'], files: ['cli/args.ts'], othersUse: 'parsed, typed options' },
  {
    packages: ['node:https', 'node:http', 'node:net', 'node:tls', 'node:stream', 'node:stream/*'],
    files: [
      'runtime/kube.ts',
      'runtime/http-call.ts',
      'runtime/lines.ts',
      'server/',
      'pki/',
      'providers/http.ts',
    ],
    many: true,
    othersUse: 'ports',
  },
  {
    packages: ['node:fs', 'node:fs/promises', 'node:os', 'node:process'],
    files: ['config/', 'pki/', 'cli/', 'runtime/kube.ts', 'archive/sqlite.ts'],
    many: true,
    othersUse: 'values passed in',
  },
  {
    packages: ['node:crypto'],
    files: ['kernel/hash.ts', 'pki/', 'runtime/ids.ts', 'providers/http.ts'],
    many: true,
    othersUse: '`kernel/hash.ts`, `runtime/ids.ts`',
  },
  {
    packages: ['node:timers', 'node:timers/promises', 'node:perf_hooks', 'node:events', 'node:async_hooks'],
    files: ['runtime/', 'observability/', 'server/'],
    many: true,
    othersUse: 'the clock port',
  },
  {
    packages: ['node:readline', 'node:readline/promises', 'node:tty', 'node:child_process'],
    files: ['cli/'],
    many: true,
    othersUse: 'nothing',
  },
];

/** Packages that test files may import in addition to what their room may. */
export const testPackages: readonly string[] = [
  'vitest',
  'fast-check',
  'supertest',
  'cloudevents',
  'fast-json-patch',
  'node:*',
];

/** A global that reads or changes the world, the pattern that finds it and where it is allowed. */
export interface EffectGlobal {
  readonly what: string;
  readonly pattern: RegExp;
  /** As `Door.files`. */
  readonly files: readonly string[];
}

/** Reads of the clock, of randomness and of the environment have one home each, test files aside. */
export const effectGlobals: readonly EffectGlobal[] = [
  {
    what: 'the clock (Date.now, new Date())',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/,
    files: ['runtime/clock.ts', 'pki/'],
  },
  {
    what: 'randomness',
    pattern: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/,
    files: ['runtime/ids.ts', 'pki/'],
  },
  { what: 'the environment (process.env)', pattern: /\bprocess\.env\b/, files: ['config/'] },
  { what: 'console', pattern: /\bconsole\./, files: ['cli/'] },
  {
    what: 'fetch',
    pattern: /(?<![.\w]|async )fetch\(\s*[^)\s]/,
    files: ['runtime/kube.ts', 'providers/http.ts'],
  },
];

/** What a pure file may not contain, on top of the list above. */
export const forbiddenInPure: readonly EffectGlobal[] = [
  ...effectGlobals.map((g) => ({ ...g, files: [] })),
  { what: 'process', pattern: /(?<![.\w])process\./, files: [] },
  {
    what: 'a timer',
    pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/,
    files: [],
  },
  { what: 'async', pattern: /\basync\b|\bawait\b|\bPromise\b/, files: [] },
];

const impureInKind = /^(observe(-[a-z-]+)?|controller)\.ts$/;

/** True for a file that decides or builds and does nothing: all of domain, the deciders of kinds and of admission. */
export function isPure(path: string): boolean {
  if (path.endsWith('.test.ts')) return false;
  if (path.startsWith('domain/')) return true;
  if (/^webhook\/(admit|patch|review)\.ts$/.test(path)) return true;
  const kindFile = /^controllers\/[^/]+\/([^/]+)$/.exec(path)?.[1];
  return kindFile !== undefined && !impureInKind.test(kindFile);
}

/** House limits; files in lines. */
export const limits = {
  fileLines: 400,
  mainLines: 150,
  castsPerThousandLines: 3,
  roomReadmeLines: 40,
} as const;
