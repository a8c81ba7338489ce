import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from '../../../src/api/schema.ts';
import { parseYamlDocuments, toYaml } from '../../../src/api/yaml.ts';
import { scrapeConfig } from '../scrape.ts';
import { allAlerts, allGroups } from './all.ts';
import { anchorOf, ruleGroups, runbooks } from './render-rules.ts';

const promtool = (...args: readonly string[]) =>
  spawnSync('promtool', args, { encoding: 'utf8', cwd: folder });
const isThere = spawnSync('promtool', ['--version']).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-rules-'));
  writeFileSync(join(folder, 'rules.yaml'), toYaml(ruleGroups(allGroups)));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Series over time in promtool's notation, a value a minute. */
type Story = Readonly<Record<string, string>>;

const labelled = 'job="sluice", instance="a"';
const calm: Story = {
  [`sluice_build_info{${labelled}, roles="controller"}`]: '1x60',
  [`sluice_leader{${labelled}}`]: '1x60',
  'sluice_build_info{job="sluice", instance="b", roles="webhook"}': '1x60',
  // A webhook has no lease to hold and calls itself leading.
  'sluice_leader{job="sluice", instance="b"}': '1x60',
};

interface Case {
  readonly alert: string;
  readonly what: string;
  readonly story: Story;
  readonly at: string;
  /** Labels of each that fires; none: it is quiet. */
  readonly fires: readonly Readonly<Record<string, string>>[];
  /** What its summary says of the first that fires. */
  readonly says?: string;
}

const reconciles = (outcome: string): string =>
  `sluice_reconciles_total{${labelled}, controller="task", outcome="${outcome}"}`;

const cases: readonly Case[] = [
  {
    alert: 'SluiceGateHeldLong',
    what: 'a pod that has waited for 34 minutes and longer',
    story: { 'sluice_gated_pod_oldest_timestamp_seconds{namespace="shop"}': '0x60' },
    at: '36m',
    fires: [{ namespace: 'shop' }],
    says: 'A pod in shop has been held at the gate for 36m 0s',
  },
  {
    alert: 'SluiceGateHeldLong',
    what: 'a pod that has waited for 29 minutes',
    story: { 'sluice_gated_pod_oldest_timestamp_seconds{namespace="shop"}': '0x60' },
    at: '29m',
    fires: [],
  },
  {
    alert: 'SluiceGateHeldLong',
    what: 'pods that follow each other, none of them long',
    story: { 'sluice_gated_pod_oldest_timestamp_seconds{namespace="shop"}': '0+60x60' },
    at: '50m',
    fires: [],
  },
  { alert: 'SluiceNoLeader', what: 'a controller that leads', story: {}, at: '30m', fires: [] },
  {
    alert: 'SluiceNoLeader',
    what: 'a lease that moves within a minute',
    story: { [`sluice_leader{${labelled}}`]: '1x20 0 1x20' },
    at: '22m',
    fires: [],
  },
  {
    alert: 'SluiceNoLeader',
    what: 'a lease that nobody holds, though the webhook runs',
    story: { [`sluice_leader{${labelled}}`]: '1x20 0x40' },
    at: '25m',
    fires: [{}],
    says: 'No Sluice controller leads',
  },
  {
    alert: 'SluiceNoWebhook',
    what: 'a webhook that is gone',
    story: { 'sluice_build_info{job="sluice", instance="b", roles="webhook"}': '1x10 stale' },
    at: '20m',
    fires: [{}],
  },
  {
    alert: 'SluiceCertificateExpiresSoon',
    what: 'a certificate of two days',
    story: {
      [`sluice_certificate_expiry_timestamp_seconds{${labelled}, certificate="webhook"}`]: '172800x60',
    },
    at: '20m',
    fires: [{ certificate: 'webhook' }],
    says: 'The certificate webhook ends in 1d 23h 40m 0s',
  },
  {
    alert: 'SluiceCertificateExpiresSoon',
    what: 'a certificate of ten days',
    story: {
      [`sluice_certificate_expiry_timestamp_seconds{${labelled}, certificate="webhook"}`]: '864000x60',
    },
    at: '20m',
    fires: [],
  },
  {
    alert: 'SluiceReconcilesFail',
    what: 'one reconcile in four that fails',
    story: { [reconciles('done')]: '0+30x60', [reconciles('retry')]: '0+10x60' },
    at: '40m',
    fires: [{ controller: 'task' }],
    says: '25% of the reconciles of task fail',
  },
  {
    alert: 'SluiceReconcilesFail',
    what: 'one in a hundred, and others that failed none',
    story: { [reconciles('done')]: '0+99x60', [reconciles('retry')]: '0+1x60' },
    at: '40m',
    fires: [],
  },
  {
    alert: 'SluiceDeadLetters',
    what: 'something that was given up just now',
    story: { 'sluice_outbox_dead_letters_total{sink="chat", result="unauthorized"}': '_x20 3x40' },
    at: '23m',
    fires: [{ sink: 'chat', result: 'unauthorized' }],
    says: 'chat was not told of 3 happenings: unauthorized',
  },
  {
    alert: 'SluiceDeadLetters',
    what: 'something that was given up long ago',
    story: { 'sluice_outbox_dead_letters_total{sink="chat", result="unauthorized"}': '0x20 3x40' },
    at: '50m',
    fires: [],
  },
  {
    alert: 'SluiceMemoryHigh',
    what: 'another program with as much memory',
    story: { 'process_resident_memory_bytes{job="other", instance="c"}': '900000000x60' },
    at: '40m',
    fires: [],
  },
  {
    alert: 'SluiceMemoryHigh',
    what: 'a controller near its limit',
    story: { [`process_resident_memory_bytes{${labelled}}`]: '240000000x60' },
    at: '40m',
    fires: [{ job: 'sluice', instance: 'a', roles: 'controller' }],
    says: 'a (controller) uses 228.9MiB of memory',
  },
  {
    alert: 'SluiceGateLiftSlow',
    what: 'gates that are lifted three seconds late',
    story: {
      'sluice_gate_lift_latency_seconds_bucket{le="1"}': '0x60',
      'sluice_gate_lift_latency_seconds_bucket{le="5"}': '0+4x60',
      'sluice_gate_lift_latency_seconds_bucket{le="+Inf"}': '0+4x60',
    },
    at: '40m',
    fires: [{}],
    says: 'Gates are lifted 4.8s after the last check passed (95th percentile)',
  },
  {
    alert: 'SluiceReleaseFailed',
    what: 'a release that failed just now',
    story: {
      'keptn_app_count_total{keptn_deployment_app_namespace="prod", keptn_deployment_app_name="shop", keptn_deployment_app_version="2", keptn_deployment_app_status="Failed"}':
        '0x20 1x40',
    },
    at: '22m',
    fires: [{ keptn_deployment_app_namespace: 'prod', keptn_deployment_app_name: 'shop' }],
    says: 'A release of shop in prod failed',
  },
];

/** One of promtool's tests. */
function promtoolTest({ alert, story, at, fires, says }: Case): object {
  const found = allAlerts.find(({ name }) => name === alert);
  const { severity = '', description = '' } = found ?? {};
  return {
    rule_files: ['rules.yaml'],
    evaluation_interval: '30s',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries({ ...calm, ...story }).map(([series, values]) => ({ series, values })),
        alert_rule_test: [
          {
            alertname: alert,
            eval_time: at,
            exp_alerts: fires.map((labels) => ({
              exp_labels: { severity, ...labels },
              exp_annotations: {
                summary: says ?? found?.summary ?? '',
                description: filled(description, labels),
                runbook_url: `${runbooks}#${anchorOf({ name: alert })}`,
              },
            })),
          },
        ],
      },
    ],
  };
}

function filled(text: string, labels: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '');
}

const jobSchema = z.looseObject({
  kubernetes_sd_configs: z.array(z.unknown()),
  relabel_configs: z.array(
    z.looseObject({ source_labels: z.array(z.string()), regex: z.string().optional() }),
  ),
});
const scrapeJobs = z
  .object({ scrape_configs: z.array(jobSchema) })
  .parse(scrapeConfig('sluice-system')).scrape_configs;

const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        containers: z.array(z.object({ ports: z.array(z.object({ name: z.string() })) })),
      }),
    }),
  }),
});

test.each([
  ['controller', ['metrics', 'keptn-metrics']],
  ['webhook', ['metrics']],
])('pods of the %s have the label and the ports that are scraped: %s', (component, ports) => {
  const file = join(import.meta.dirname, '../../../manifests/base', `${component}-deployment.yaml`);
  const documents = parseYamlDocuments(readFileSync(file, 'utf8'));
  const { template } = deploymentSchema.parse(documents.ok && documents.value[0]?.object).spec;
  const [container] = template.spec.containers;
  const kept = scrapeJobs.flatMap(({ relabel_configs }) =>
    relabel_configs.flatMap(({ regex = [] }) => regex),
  );
  expect(kept).toContain(template.metadata.labels['app.kubernetes.io/name']);
  expect(container?.ports.map(({ name }) => name).filter((name) => kept.includes(name))).toEqual(ports);
});

describe.runIf(isThere)('promtool', () => {
  test('takes the rules', () => {
    const { status, stdout, stderr } = promtool('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml');
    expect(stdout + stderr).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('takes the scrape configuration, but for the discovery that Debian leaves out of its Prometheus', () => {
    const jobs = scrapeJobs.map((job) => ({ ...job, kubernetes_sd_configs: undefined }));
    writeFileSync(join(folder, 'prometheus.yaml'), toYaml({ scrape_configs: jobs }));
    const { status, stdout, stderr } = promtool('check', 'config', 'prometheus.yaml');
    expect(stdout + stderr).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test.each(cases)('$alert: $what', (one) => {
    writeFileSync(join(folder, 'test.yaml'), toYaml(promtoolTest(one)));
    const { status, stdout, stderr } = promtool('test', 'rules', 'test.yaml');
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
