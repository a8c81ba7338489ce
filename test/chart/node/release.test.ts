import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { chartDir } from '../../../scripts/chart/helm.ts';
import { run } from '../../../scripts/cluster/command.ts';
import { z } from '../../../src/api/schema.ts';
import { deployment, home, namespaceOf, Place, passing } from './place.ts';

const shop = 'chart-shop';
const gate = 'keptn-prechecks-gate';
const soon = { timeout: 30_000, interval: 250 };
/** What the API server takes as the content of a Secret. */
const secretLimit = 1024 * 1024;

let place: Place;

beforeAll(async () => {
  place = await Place.on(inject('chartKubeconfig'));
  await place.apply(`
apiVersion: v1
kind: Namespace
metadata: {name: ${home}, labels: {pod-security.kubernetes.io/enforce: restricted}}
`);
  await place.apply(namespaceOf(shop));
});

/** The commands of the README, for the cluster of this test. */
function readmePath(): string {
  const readme = readFileSync('README.md', 'utf8');
  const block = /```\n(make cluster-up[^`]*helm install[^`]*)```/.exec(readme)?.[1] ?? '';
  expect(block).toContain('.cluster/sluice/kubeconfig');
  return block.replace('$PWD/.cluster/sluice/kubeconfig', inject('chartKubeconfig'));
}

const replaced = 'keptntasks.lifecycle.keptn.sh';
const columns = '.spec.versions[0].additionalPrinterColumns';

const definitionSchema = z.looseObject({
  spec: z.looseObject({ versions: z.array(z.looseObject({ additionalPrinterColumns: z.unknown() })) }),
});

/** The chart as it could have been once, when a resource definition lacked something. */
function chartOfBefore(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-chart-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(chartDir, folder, { recursive: true });
  const file = join(folder, `files/crds/${replaced}.json`);
  const { spec, ...rest } = definitionSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const versions = spec.versions.map((version) => ({ ...version, additionalPrinterColumns: undefined }));
  writeFileSync(file, JSON.stringify({ ...rest, spec: { ...spec, versions } }));
  return folder;
}

const bundle = (): Promise<string> =>
  place.field('mutatingwebhookconfiguration', 'sluice', '.webhooks[0].clientConfig.caBundle');
const logLevel = (): Promise<string> => place.field('configmap', 'sluice-settings', '.data.SLUICE_LOG_LEVEL');

describe('one release from its installation to its end', () => {
  test('helm install, by the commands of the README: a Deployment is held, checked and released', async () => {
    const env = { CLUSTER_NAME: inject('chartCluster'), CLUSTER_PORT: String(inject('chartPort')) };
    const { ok, stdout, stderr } = await run('bash', ['-euc', readmePath()], { env });
    expect(ok, stderr).toBe(true);
    expect(stdout).toContain('kubectl label namespace NAME keptn.sh/lifecycle-toolkit=enabled');
    expect(stdout).toMatch(/successfully rolled out[\s\S]*GateLifted/);
    const status = 'jsonpath={.items[*].status.status}';
    expect(await place.ask('get', 'keptntasks', '-n', 'sluice-hello', '-o', status)).toBe('Succeeded');
  });

  test('what Helm remembers of a release is well below the limit of a Secret', async () => {
    const text = await place.field('secret', 'sh.helm.release.v1.sluice.v1', '.data.release');
    const bytes = Buffer.from(text, 'base64').length;
    console.log(`a release takes ${Math.round(bytes / 1024)} KiB`);
    expect(bytes).toBeLessThan(secretLimit / 2);
  });

  test('helm upgrade: settings and resource definitions follow, trust stays', async () => {
    const trusted = await bundle();
    expect(trusted).not.toBe('');
    await place.helm.do('upgrade', ['upgrade', 'sluice', chartOfBefore(), '-n', home, '--wait']);
    expect(await place.field('crd', replaced, columns)).toBe('');
    await place.release('upgrade', {
      settings: { logLevel: 'debug' },
      keptnConfig: { observabilityTimeout: '7m' },
      webhook: { podLabels: { upgraded: 'yes' } },
    });
    expect(await logLevel()).toBe('debug');
    expect(await place.field('keptnconfig', 'sluice', '.spec.observabilityTimeout')).toBe('7m');
    expect(await place.field('crd', replaced, columns)).not.toBe('');
    expect(await bundle()).toBe(trusted);
    expect(await place.names('pods', '-n', home, '-l', 'upgraded=yes')).toHaveLength(2);
  });

  test('helm rollback: as it was, and deployments go on', async () => {
    await place.helm.do('rollback', ['rollback', 'sluice', '1', '-n', home, '--wait', '--timeout', '100s']);
    expect(await logLevel()).toBe('info');
    expect(await place.names('keptnconfigs', '-n', home)).toEqual([]);
    await place.apply(passing(shop, 'passes'));
    await place.apply(deployment(shop, 'second', 'passes'));
    await place.ask('rollout', 'status', '-n', shop, 'deployment/second', '--timeout=60s');
  });

  test('S1: helm uninstall keeps what waits, holds nothing new, and says so', async () => {
    await place.apply(deployment(shop, 'waits', 'comes-later'));
    await vi.waitFor(async () => expect(await place.pods(shop, 'waits')).toEqual([`Pending ${gate}`]), soon);
    const { ok, said } = await place.uninstall();
    expect(said).toMatch(/1 pod keeps its gate and waits: chart-shop\/waits-/);
    expect(ok).toBe(true);
    expect(await place.pods(shop, 'waits')).toEqual([`Pending ${gate}`]);
    expect(await place.reasons(shop)).toContain('GateKept');
    const registrations = 'mutatingwebhookconfigurations,validatingwebhookconfigurations';
    expect(await place.names(registrations)).toEqual([]);
    expect(
      await place.names('clusterroles,clusterrolebindings', '-l', 'app.kubernetes.io/part-of=sluice'),
    ).toEqual([]);
    expect(await place.names('jobs,serviceaccounts', '-n', home)).toEqual(['serviceaccount/default']);
    await place.apply(deployment(shop, 'unheld', 'comes-later'));
    await place.ask('rollout', 'status', '-n', shop, 'deployment/unheld', '--timeout=30s');
    expect(await place.names('crd', '-l', 'app.kubernetes.io/part-of=sluice')).toHaveLength(16);
    expect(await place.names('keptntasks', '-n', shop)).not.toEqual([]);
  });

  test('what was kept goes on when Sluice is back', async () => {
    await place.release('install');
    expect(await place.pods(shop, 'waits')).toEqual([`Pending ${gate}`]);
    await place.apply(passing(shop, 'comes-later'));
    await place.ask('rollout', 'status', '-n', shop, 'deployment/waits', '--timeout=60s');
  });

  test('S1: where it was chosen, helm uninstall releases what waits, and records it', async () => {
    await place.apply(deployment(shop, 'released', 'never-there'));
    await vi.waitFor(
      async () => expect(await place.pods(shop, 'released')).toEqual([`Pending ${gate}`]),
      soon,
    );
    await place.release('upgrade', { uninstall: { gatedPods: 'release' } });
    const { ok, said } = await place.uninstall();
    expect(said).toMatch(/releasing 1 pod unchecked: chart-shop\/released-/);
    expect(ok).toBe(true);
    await place.ask('rollout', 'status', '-n', shop, 'deployment/released', '--timeout=30s');
    expect(await place.reasons(shop)).toContain('ReleasedUnchecked');
    const mark = String.raw`.items[0].metadata.annotations.keptn\.sh/released-unchecked`;
    expect(await place.ask('get', 'pods', '-n', shop, '-l', 'app=released', '-o', `jsonpath={${mark}}`)).toBe(
      'uninstall',
    );
  });

  test('a hook that cannot run holds up an uninstallation, but not one without it', async () => {
    const nowhere = { controller: { nodeSelector: { no: 'such-node' } }, uninstall: { timeoutSeconds: 10 } };
    const args = ['install', 'sluice', 'manifests/chart', '-n', home, '--values', '-'];
    await place.helm.do('the release', args, JSON.stringify(nowhere));
    const failed = await place.uninstall();
    expect(failed.ok).toBe(false);
    expect((await place.uninstall('--no-hooks')).ok).toBe(true);
    expect(await place.names('deployments', '-n', home)).toEqual([]);
  });
});
