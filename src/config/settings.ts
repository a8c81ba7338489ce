import { hostname } from 'node:os';
import { z } from '../api/schema.ts';
import { parseDurationMs } from '../kernel/duration.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** How much is logged, most first. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const port = (fallback: number) =>
  z.coerce
    .number({ error: 'is not a number; give a port such as 9443' })
    .int('is not a whole number; give a port such as 9443')
    .min(1, 'is not a port; give a number from 1 to 65535')
    .max(65_535, 'is not a port; give a number from 1 to 65535')
    .default(fallback);

const durationMs = (fallbackMs: number, leastSeconds = 1) =>
  z
    .string()
    .transform((value, context) => {
      const parsed = parseDurationMs(value);
      if (parsed.ok && parsed.value >= leastSeconds * 1_000) return parsed.value;
      const least = leastSeconds === 1 ? 'a second' : `${leastSeconds} seconds`;
      const tooShort = `is shorter than ${least}; give at least "${leastSeconds}s"`;
      context.addIssue(parsed.ok ? tooShort : parsed.error.message);
      return z.NEVER;
    })
    .default(fallbackMs);

const dnsLabel = (fallback: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
      'is not a namespace name; use lower-case letters, digits and "-"',
    )
    .default(fallback);

const image = (fallback: string) =>
  z
    .string()
    .regex(/^\S+$/, 'is not an image; give a reference without spaces, such as "registry.example/name:tag"')
    .default(fallback);

const flag = z
  .enum(['true', 'false'], 'is neither "true" nor "false"')
  .transform((value) => value === 'true')
  .default(false);

const hourMs = 3_600_000;

/** How backends are reached through a proxy, with the names that are used everywhere. */
const proxyVariables = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
] as const;

const environmentSchema = z.object({
  POD_NAMESPACE: dnsLabel('sluice-system'),
  POD_NAME: z.string().optional(),
  HOSTNAME: z.string().default('sluice'),
  FUNCTION_RUNNER_IMAGE: image('localhost/sluice-deno-runtime:dev'),
  PYTHON_RUNNER_IMAGE: image('localhost/sluice-python-runtime:dev'),
  PROMOTION_TASKS_ENABLED: flag,
  SLUICE_EXTERNAL_CERTIFICATES: flag,
  SLUICE_LOG_LEVEL: z
    .enum(logLevels, `is not a log level; use one of ${logLevels.join(', ')}`)
    .default('info'),
  // Not SLUICE_WEBHOOK_PORT: Kubernetes sets a variable of that name for a Service called sluice-webhook.
  SLUICE_LISTEN_WEBHOOK: port(9443),
  SLUICE_LISTEN_HEALTH: port(8081),
  SLUICE_LISTEN_KEPTN_METRICS: port(9999),
  EXPOSE_KEPTN_METRICS: flag.default(true),
  SLUICE_LISTEN_METRICS_API: port(6443),
  ENABLE_CUSTOM_METRICS_API_SERVICE: flag.default(true),
  KEPTN_DORA_METRICS_PORT: port(2222),
  // Names and defaults of OpenTelemetry's own specification.
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z
    .url({
      protocol: /^https?$/,
      error: 'is no HTTP address; write one such as "http://otel-collector:4318/v1/metrics"',
    })
    .optional(),
  OTEL_METRIC_EXPORT_INTERVAL: z.coerce
    .number({ error: 'is not a number; give milliseconds such as 60000' })
    .min(1_000, 'is shorter than a second; give milliseconds such as 60000')
    .max(3_600_000, 'is longer than an hour; give milliseconds such as 60000')
    .default(60_000),
  SLUICE_METRICS_OBJECTS: z.coerce
    .number({ error: 'is not a number; give a whole number such as 500' })
    .int('is not a whole number; give one such as 500')
    .min(0, 'is below 0; give a whole number such as 500')
    .max(100_000, 'is more than 100000; give a whole number such as 500')
    .default(500),
  SLUICE_CA_VALIDITY: durationMs(365 * 24 * hourMs),
  SLUICE_CERT_VALIDITY: durationMs(30 * 24 * hourMs),
  // A shorter one would be lost whenever the API server takes two seconds for an answer.
  SLUICE_LEASE_DURATION: durationMs(15_000, 3),
  SLUICE_HISTORY_PATH: z
    .string()
    .startsWith('/', 'is not an absolute path; name a file on a volume, such as "/var/lib/sluice/history.db"')
    .optional(),
  SLUICE_HISTORY_RETENTION: durationMs(400 * 24 * hourMs),
  KUBECONFIG: z.string().optional(),
});

/** Everything that an operator of Sluice may set from outside, read once at the start and frozen. */
export interface Settings {
  /** Where Sluice itself runs, and the fallback namespace of definitions (`POD_NAMESPACE`). */
  readonly namespace: string;
  /** This process's name, as holder of the lease and reporter of events (`POD_NAME`, else the host name). */
  readonly podName: string;
  /** True where `POD_NAME` says so: no two processes have that name at once, as containers of one pod do not. */
  readonly isNameOurs: boolean;
  /** Image of `deno` tasks (`FUNCTION_RUNNER_IMAGE`). */
  readonly functionRunnerImage: string;
  /** Image of `python` tasks (`PYTHON_RUNNER_IMAGE`). */
  readonly pythonRunnerImage: string;
  /** True when somebody else, such as cert-manager, fills the Secret and injects the CA (`SLUICE_EXTERNAL_CERTIFICATES`). */
  readonly externalCertificates: boolean;
  /** Whether an app's promotion tasks run at its end (`PROMOTION_TASKS_ENABLED`). */
  readonly promotionTasksEnabled: boolean;
  readonly logLevel: (typeof logLevels)[number];
  readonly webhookPort: number;
  readonly healthPort: number;
  /** Values of KeptnMetrics and results of Analyses, without TLS (`SLUICE_LISTEN_KEPTN_METRICS`). */
  readonly keptnMetricsPort: number;
  /** False: nothing is served there (`EXPOSE_KEPTN_METRICS`; the name that Keptn's charts set). */
  readonly exposeKeptnMetrics: boolean;
  /** The custom metrics API (`SLUICE_LISTEN_METRICS_API`). */
  readonly metricsApiPort: number;
  /** False: the role metrics-api serves nothing (`ENABLE_CUSTOM_METRICS_API_SERVICE`; the name that Keptn's charts set). */
  readonly metricsApiEnabled: boolean;
  /** Prometheus metrics (`KEPTN_DORA_METRICS_PORT`; the name that Keptn's charts set). */
  readonly metricsPort: number;
  /** Of how many objects of each kind there are series of their own, the newest first (`SLUICE_METRICS_OBJECTS`). */
  readonly metricsObjects: number;
  /** Where all metrics are told to by OTLP in JSON over HTTP (`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`); undefined: nowhere. */
  readonly metricsEndpoint?: string;
  /** How often (`OTEL_METRIC_EXPORT_INTERVAL`). */
  readonly metricsIntervalMs: number;
  readonly caValidityMs: number;
  readonly certValidityMs: number;
  readonly leaseDurationMs: number;
  /** The file that keeps the history of releases (`SLUICE_HISTORY_PATH`); undefined: ConfigMaps keep the newest. */
  readonly historyPath?: string;
  /** How long a release is kept there (`SLUICE_HISTORY_RETENTION`). */
  readonly historyRetentionMs: number;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case: how metric backends are reached. */
  readonly proxyEnv: Readonly<Record<string, string>>;
  /** Undefined: the service account of the pod, or the client's default file. */
  readonly kubeconfigPath?: string;
}

/**
 * Reads the settings from an environment. An empty variable counts as absent, as a manifest cannot always
 * leave one out. Error (malformed): one line for each wrong variable, with its name and what to write. Pure.
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
): Result<Settings, SluiceError> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return `environment variable ${name}="${given[name]}": ${message}`;
    });
    return err(failure('malformed', lines.join('\n')));
  }
  const e = parsed.data;
  const clash = findClash(e);
  if (clash !== undefined) return err(failure('malformed', clash));
  return ok(
    Object.freeze({
      namespace: e.POD_NAMESPACE,
      podName: e.POD_NAME ?? e.HOSTNAME,
      isNameOurs: e.POD_NAME !== undefined,
      functionRunnerImage: e.FUNCTION_RUNNER_IMAGE,
      pythonRunnerImage: e.PYTHON_RUNNER_IMAGE,
      promotionTasksEnabled: e.PROMOTION_TASKS_ENABLED,
      externalCertificates: e.SLUICE_EXTERNAL_CERTIFICATES,
      logLevel: e.SLUICE_LOG_LEVEL,
      webhookPort: e.SLUICE_LISTEN_WEBHOOK,
      healthPort: e.SLUICE_LISTEN_HEALTH,
      keptnMetricsPort: e.SLUICE_LISTEN_KEPTN_METRICS,
      exposeKeptnMetrics: e.EXPOSE_KEPTN_METRICS,
      metricsApiPort: e.SLUICE_LISTEN_METRICS_API,
      metricsApiEnabled: e.ENABLE_CUSTOM_METRICS_API_SERVICE,
      metricsPort: e.KEPTN_DORA_METRICS_PORT,
      metricsObjects: e.SLUICE_METRICS_OBJECTS,
      metricsIntervalMs: e.OTEL_METRIC_EXPORT_INTERVAL,
      caValidityMs: e.SLUICE_CA_VALIDITY,
      certValidityMs: e.SLUICE_CERT_VALIDITY,
      leaseDurationMs: e.SLUICE_LEASE_DURATION,
      proxyEnv: proxyOf(given),
      ...(e.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT === undefined
        ? {}
        : { metricsEndpoint: e.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT }),
      historyRetentionMs: e.SLUICE_HISTORY_RETENTION,
      ...(e.SLUICE_HISTORY_PATH === undefined ? {} : { historyPath: e.SLUICE_HISTORY_PATH }),
      ...(e.KUBECONFIG === undefined ? {} : { kubeconfigPath: e.KUBECONFIG }),
    }),
  );
}

function proxyOf(given: Readonly<Record<string, string | undefined>>): Settings['proxyEnv'] {
  return Object.freeze(
    Object.fromEntries(
      proxyVariables.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
    ),
  );
}

/** What no single variable shows: two that do not go together. */
function findClash(e: z.infer<typeof environmentSchema>): string | undefined {
  const ports = {
    SLUICE_LISTEN_WEBHOOK: e.SLUICE_LISTEN_WEBHOOK,
    SLUICE_LISTEN_HEALTH: e.SLUICE_LISTEN_HEALTH,
    SLUICE_LISTEN_KEPTN_METRICS: e.SLUICE_LISTEN_KEPTN_METRICS,
    SLUICE_LISTEN_METRICS_API: e.SLUICE_LISTEN_METRICS_API,
  };
  for (const [name, value] of Object.entries({
    ...ports,
    KEPTN_DORA_METRICS_PORT: e.KEPTN_DORA_METRICS_PORT,
  })) {
    const other = Object.entries(ports).find(([otherName, v]) => otherName !== name && v === value);
    if (other !== undefined)
      return `environment variables ${other[0]} and ${name} are both ${value}; give each its own port`;
  }
  if (e.SLUICE_CERT_VALIDITY >= e.SLUICE_CA_VALIDITY) {
    return 'environment variable SLUICE_CERT_VALIDITY: the certificate would outlive its CA; make it shorter than SLUICE_CA_VALIDITY';
  }
  return undefined;
}

/** Reads this process's environment; as `readSettings`. */
export function loadSettings(): Result<Settings, SluiceError> {
  return readSettings({ HOSTNAME: hostname(), ...process.env });
}
