import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadSettings, readSettings } from './settings.ts';

test('an empty environment gives the defaults', () => {
  expect(readSettings({})).toEqual({
    ok: true,
    value: {
      namespace: 'sluice-system',
      podName: 'sluice',
      isNameOurs: false,
      functionRunnerImage: 'localhost/sluice-deno-runtime:dev',
      pythonRunnerImage: 'localhost/sluice-python-runtime:dev',
      promotionTasksEnabled: false,
      externalCertificates: false,
      logLevel: 'info',
      webhookPort: 9443,
      healthPort: 8081,
      keptnMetricsPort: 9999,
      exposeKeptnMetrics: true,
      historyRetentionMs: 9600 * 3_600_000,
      metricsApiPort: 6443,
      metricsApiEnabled: true,
      metricsPort: 2222,
      metricsObjects: 500,
      metricsIntervalMs: 60_000,
      caValidityMs: 31_536_000_000,
      certValidityMs: 2_592_000_000,
      leaseDurationMs: 15_000,
      proxyEnv: {},
    },
  });
});

test('each variable reaches its setting', () => {
  const settings = readSettings({
    POD_NAMESPACE: 'gate',
    POD_NAME: 'gate-0',
    HOSTNAME: 'ignored',
    FUNCTION_RUNNER_IMAGE: 'r/deno:1',
    PYTHON_RUNNER_IMAGE: 'r/python:1',
    PROMOTION_TASKS_ENABLED: 'true',
    SLUICE_EXTERNAL_CERTIFICATES: 'true',
    SLUICE_LOG_LEVEL: 'debug',
    SLUICE_LISTEN_WEBHOOK: '1',
    SLUICE_LISTEN_HEALTH: '2',
    SLUICE_LISTEN_KEPTN_METRICS: '5',
    EXPOSE_KEPTN_METRICS: 'false',
    SLUICE_LISTEN_METRICS_API: '4',
    ENABLE_CUSTOM_METRICS_API_SERVICE: 'false',
    KEPTN_DORA_METRICS_PORT: '3',
    SLUICE_METRICS_OBJECTS: '7',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://otel:4318/v1/metrics',
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    SLUICE_CA_VALIDITY: '2h',
    SLUICE_CERT_VALIDITY: '1h30m',
    SLUICE_LEASE_DURATION: '4s',
    HTTPS_PROXY: 'http://proxy:3128',
    no_proxy: '10.0.0.0/8',
    SLUICE_HISTORY_PATH: '/var/lib/sluice/history.db',
    SLUICE_HISTORY_RETENTION: '100h',
    KUBECONFIG: '/k',
  });
  expect(settings).toEqual({
    ok: true,
    value: {
      namespace: 'gate',
      podName: 'gate-0',
      isNameOurs: true,
      functionRunnerImage: 'r/deno:1',
      pythonRunnerImage: 'r/python:1',
      promotionTasksEnabled: true,
      externalCertificates: true,
      logLevel: 'debug',
      webhookPort: 1,
      healthPort: 2,
      keptnMetricsPort: 5,
      exposeKeptnMetrics: false,
      historyPath: '/var/lib/sluice/history.db',
      historyRetentionMs: 100 * 3_600_000,
      metricsApiPort: 4,
      metricsApiEnabled: false,
      metricsPort: 3,
      metricsObjects: 7,
      metricsEndpoint: 'http://otel:4318/v1/metrics',
      metricsIntervalMs: 5_000,
      caValidityMs: 7_200_000,
      certValidityMs: 5_400_000,
      leaseDurationMs: 4_000,
      proxyEnv: { HTTPS_PROXY: 'http://proxy:3128', no_proxy: '10.0.0.0/8' },
      kubeconfigPath: '/k',
    },
  });
});

test('an empty variable counts as absent, and a foreign one is nobody’s business', () => {
  expect(readSettings({ POD_NAMESPACE: '', KUBECONFIG: '', PATH: '/bin' })).toEqual(readSettings({}));
});

test('what Kubernetes sets for Services of ours is not read as a setting', () => {
  const links = Object.fromEntries(
    ['SLUICE_WEBHOOK', 'SLUICE_CONTROLLER_METRICS', 'SLUICE_HEALTH', 'SLUICE_LOG', 'SLUICE'].flatMap(
      (service) => [
        [`${service}_PORT`, 'tcp://10.96.0.7:443'],
        [`${service}_SERVICE_HOST`, '10.96.0.7'],
        [`${service}_SERVICE_PORT`, '443'],
      ],
    ),
  );
  expect(readSettings(links)).toEqual(readSettings({}));
});

test('the host name stands in for the pod name, and may be that of another process too', () => {
  const settings = readSettings({ HOSTNAME: 'laptop' });
  expect(settings).toMatchObject({ ok: true, value: { podName: 'laptop', isNameOurs: false } });
});

test('the object is frozen', () => {
  const settings = readSettings({});
  expect(settings.ok && Object.isFrozen(settings.value)).toBe(true);
});

describe('a wrong variable is named, with its value and the remedy', () => {
  test.each([
    ['POD_NAMESPACE', 'Not_A_Name', 'lower-case'],
    ['FUNCTION_RUNNER_IMAGE', 'two words', 'without spaces'],
    ['PROMOTION_TASKS_ENABLED', 'yes', '"true"'],
    ['SLUICE_LOG_LEVEL', 'loud', 'info'],
    ['SLUICE_LISTEN_WEBHOOK', 'https', 'port such as'],
    ['SLUICE_LISTEN_WEBHOOK', '70000', '65535'],
    ['SLUICE_LISTEN_HEALTH', '1.5', 'whole number'],
    ['SLUICE_CERT_VALIDITY', '7 days', '"30s"'],
    ['SLUICE_CA_VALIDITY', '5ms', '1s'],
    ['SLUICE_LEASE_DURATION', '2s', '3s'],
    ['SLUICE_METRICS_OBJECTS', 'all', 'whole number'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'otel:4318', 'http://'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '60s', '60000'],
    ['SLUICE_METRICS_OBJECTS', '-1', 'below 0'],
  ])('%s=%s', (name, value, remedy) => {
    const settings = readSettings({ [name]: value });
    expect(settings.ok).toBe(false);
    const message = settings.ok ? '' : settings.error.message;
    expect(message).toContain(`${name}="${value}"`);
    expect(message).toContain(remedy);
  });

  test('all of them at once', () => {
    const settings = readSettings({ SLUICE_LOG_LEVEL: 'loud', PROMOTION_TASKS_ENABLED: 'yes' });
    expect(settings.ok ? [] : settings.error.message.split('\n')).toHaveLength(2);
  });

  test('two equal ports', () => {
    const settings = readSettings({ KEPTN_DORA_METRICS_PORT: '9443' });
    expect(settings.ok ? '' : settings.error.message).toContain(
      'SLUICE_LISTEN_WEBHOOK and KEPTN_DORA_METRICS_PORT',
    );
  });

  test('a certificate that outlives its CA', () => {
    const settings = readSettings({ SLUICE_CA_VALIDITY: '1h', SLUICE_CERT_VALIDITY: '1h' });
    expect(settings.ok ? '' : settings.error.message).toContain('SLUICE_CA_VALIDITY');
  });
});

test('no environment makes it throw, and an error always names a variable', () => {
  const names = [
    'POD_NAMESPACE',
    'SLUICE_LISTEN_WEBHOOK',
    'SLUICE_CERT_VALIDITY',
    'PROMOTION_TASKS_ENABLED',
    'KUBECONFIG',
  ];
  const environment = fc.dictionary(fc.constantFrom(...names), fc.string());
  fc.assert(
    fc.property(environment, (env) => {
      const settings = readSettings(env);
      return settings.ok || /environment variables? [A-Z_]+/.test(settings.error.message);
    }),
  );
});

test('this process’s environment can be read', () => {
  expect(loadSettings().ok).toBe(true);
});
