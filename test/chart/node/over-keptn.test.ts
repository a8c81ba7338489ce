import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { deployment, home, namespaceOf, Place, passing } from './place.ts';

const fixture = join(import.meta.dirname, '../../fixtures/keptn-v2/crds.yaml');
const bank = 'chart-bank';
const app = 'keptnapps.lifecycle.keptn.sh';

let place: Place;

beforeAll(async () => {
  place = await Place.on(inject('chartKubeconfig'));
  // Another file may have left ours, in other versions.
  await place.uninstall('--no-hooks', '--ignore-not-found');
  const ours = await place.names('crd', '-l', 'app.kubernetes.io/part-of=sluice');
  if (ours.length > 0) await place.ask('delete', '--wait', ...ours);
  const args = ['apply', '--server-side', '--field-manager=helm', '-f', '-'];
  await place.kubectl.do('the definitions of Keptn', args, readFileSync(fixture, 'utf8'));
});

test('beside Keptn at work nothing is installed', async () => {
  await place.apply(`
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: lifecycle-mutating-webhook-configuration}
`);
  const { ok, stderr } = await place.tryRelease('install', {}, '--take-ownership');
  expect(ok).toBe(false);
  expect(stderr).toContain('docs/migrate-from-keptn.md');
  await place.ask('delete', 'mutatingwebhookconfiguration', 'lifecycle-mutating-webhook-configuration');
});

test('definitions of the release of Keptn are not taken by accident', async () => {
  const { ok, stderr } = await place.tryRelease('install', {});
  expect(ok).toBe(false);
  expect(stderr).toMatch(/meta\.helm\.sh\/release-name.*sluice.*keptn/);
});

test('with --take-ownership they become ours, and nobody converts any more', async () => {
  await place.release('install', {}, '--take-ownership', '--force-conflicts');
  expect(await place.field('crd', app, '.spec.conversion')).toBe('{"strategy":"None"}');
  expect(await place.field('crd', app, String.raw`.metadata.annotations.meta\.helm\.sh/release-name`)).toBe(
    'sluice',
  );
  await place.apply(namespaceOf(bank));
  await place.apply(passing(bank, 'passes'));
  await place.apply(deployment(bank, 'teller', 'passes'));
  await place.ask('rollout', 'status', '-n', bank, 'deployment/teller', '--timeout=60s');
  expect(await place.names('keptnapps', '-n', bank)).not.toEqual([]);
  const { ok } = await place.uninstall();
  expect(ok).toBe(true);
  expect(await place.names('deployments', '-n', home)).toEqual([]);
});
