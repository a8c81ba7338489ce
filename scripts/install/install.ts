import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { annotations, optInValue, prechecksGate } from '../../src/api/constants.ts';
import { sha256Hex } from '../../src/kernel/hash.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { say, timed, until } from '../cluster/progress.ts';
import { whyHopeless } from './hopeless.ts';
import { chosenImages, provideImages } from './images.ts';
import { besideKeptn, type FoundKeptn, findKeptn, isActive } from './keptn.ts';
import { Kubectl } from './kubectl.ts';
import {
  findOwners,
  metricsApiSwitch,
  planMetricsApi,
  waitForAggregation,
  withoutForeign,
} from './metrics-api.ts';
import {
  kubectlName,
  localImages,
  overlay,
  type RenderedObject,
  removalOrder,
  renderedObjects,
} from './overlay.ts';
import {
  adoptDefinitions,
  copyLibrary,
  labelNamespaces,
  removeRegistrations,
  stopOperators,
  withoutController,
} from './take-over.ts';

const repository = path.join(import.meta.dirname, '../..');
const namespace = 'sluice-system';
const deployments = ['sluice-webhook', 'sluice-controller'];
const base = '../../manifests/base';
const metricsApi = '../../manifests/metrics-api';
const rolloutTimeoutSeconds = 180;
const answerTimeoutMs = 30_000;

/**
 * Installs or updates Sluice and waits until it answers. Doing it twice is harmless. Where Keptn is at work it takes
 * over from it when it may, and is a fault otherwise.
 */
export async function install(kubeconfig: string, mayTakeOver: boolean): Promise<void> {
  const kubectl = await Kubectl.on(kubeconfig);
  const keptn = await findKeptn(kubectl);
  if (isActive(keptn) && !mayTakeOver) throw besideKeptn(keptn);
  const metricsPlan = planMetricsApi(metricsApiSwitch(process.env), await findOwners(kubectl), mayTakeOver);
  say(metricsPlan.why);
  const servesMetrics = metricsPlan.kind === 'install';
  const folders = servesMetrics ? [base, metricsApi] : [base];
  const images = chosenImages(process.env);
  const imageBytes = await provideImages(kubectl, kubeconfig, images);
  const draft = await render(kubectl, overlay(folders, images, imageBytes));
  // Marks the pods of exactly this installation, by which its failures are told from those of an earlier one.
  const build = sha256Hex(draft, 16);
  const manifest = await render(kubectl, overlay(folders, images, build));
  const adopted = await adoptDefinitions(kubectl, manifest);
  if (adopted.length > 0) say(`took over ${adopted.join(', ')}: converted by a webhook until now`);
  if (isActive(keptn)) await takeOver(kubectl, keptn, manifest, build);
  await apply(kubectl, manifest);
  if (metricsPlan.kind === 'remove') await removeMetricsApi(kubectl);
  const rolledOut = servesMetrics ? [...deployments, 'sluice-metrics-api'] : deployments;
  for (const name of rolledOut) await waitForRollout(kubectl, name, build);
  if (servesMetrics) await waitForAggregation(kubectl);
  await waitForTrust(kubectl, renderedObjects(manifest));
  await timed('asking the webhook through the API server, as a dry run', () => waitForAnswer(kubectl));
  say(
    `Sluice is installed. Opt a namespace in: kubectl label namespace NAME keptn.sh/lifecycle-toolkit=enabled`,
  );
}

async function apply(kubectl: Kubectl, manifest: string): Promise<void> {
  await timed('applying the manifests', async () => {
    const args = [
      'apply',
      '--server-side',
      '--force-conflicts',
      '--field-manager',
      'sluice-install',
      '-f',
      '-',
    ];
    say(`  ${summarise(await kubectl.do('the manifests', args, manifest))}`);
  });
}

/**
 * Has our webhook answer before Keptn's goes, and Keptn's controllers gone before ours come: no pod is admitted by
 * neither, and no check is run by both.
 */
async function takeOver(kubectl: Kubectl, keptn: FoundKeptn, manifest: string, build: string): Promise<void> {
  say('taking over from Keptn');
  for (const name of await labelNamespaces(kubectl))
    say(`  labelled namespace ${name}, which has the annotation`);
  const webhookOnly = withoutController(manifest);
  await apply(kubectl, webhookOnly);
  // One that nobody answers refuses our own pods, too.
  const answers = keptn.operators.some(({ ready }) => ready > 0);
  if (!answers) await removeRegistrations(kubectl, keptn);
  await waitForRollout(kubectl, 'sluice-webhook', build);
  await waitForTrust(kubectl, renderedObjects(manifest));
  await timed('asking the webhook through the API server, as a dry run', () => waitForAnswer(kubectl));
  if (answers) await removeRegistrations(kubectl, keptn);
  for (const line of await copyLibrary(kubectl, keptn, namespace)) say(`  ${line}`);
  await timed('stopping Keptn’s operator', () => stopOperators(kubectl, keptn));
}

/** Removes Sluice: the registration first, so that nothing is held up by a webhook that is gone. */
export async function uninstall(kubeconfig: string, purge: boolean): Promise<void> {
  const kubectl = await Kubectl.on(kubeconfig);
  const manifest = await render(kubectl, overlay([base, metricsApi], localImages, 'none'));
  const ours = withoutForeign(renderedObjects(manifest), await findOwners(kubectl));
  const objects = removalOrder(ours, purge);
  await timed(`removing ${objects.length} objects, the registrations first`, () =>
    removeObjects(kubectl, objects),
  );
  await sayWhatRemains(kubectl, purge);
}

/** Removes what an earlier installation brought for the custom metrics API, and nothing of another adapter. */
async function removeMetricsApi(kubectl: Kubectl): Promise<void> {
  const all = await render(kubectl, overlay([base, metricsApi], localImages, 'none'));
  const others = new Set(
    renderedObjects(await render(kubectl, overlay([base], localImages, 'none'))).map(kubectlName),
  );
  const own = renderedObjects(all).filter((object) => !others.has(kubectlName(object)));
  await removeObjects(kubectl, removalOrder(withoutForeign(own, await findOwners(kubectl)), false));
}

async function removeObjects(kubectl: Kubectl, objects: readonly RenderedObject[]): Promise<void> {
  for (const object of objects) {
    const place = object.namespace === undefined ? [] : ['--namespace', object.namespace];
    const how = [...place, '--ignore-not-found', '--wait=true', '--timeout=120s'];
    const result = await kubectl.try(['delete', kubectlName(object), ...how]);
    if (result.ok) continue;
    throw new ClusterFault(
      kubectlName(object),
      result.stderr.trim(),
      'Run it again; what is gone is skipped.',
    );
  }
}

async function render(kubectl: Kubectl, kustomization: string): Promise<string> {
  const dir = path.join(repository, '.cache/install');
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'kustomization.yaml'), kustomization);
  return kubectl.do('the manifests', ['kustomize', dir]);
}

/** `3 created, 21 unchanged`-like count of what apply did. Pure. */
export function summarise(applied: string): string {
  const verbs = new Map<string, number>();
  for (const line of applied.trim().split('\n')) {
    const verb = line.split(' ').at(-1) ?? '';
    verbs.set(verb, (verbs.get(verb) ?? 0) + 1);
  }
  return [...verbs].map(([verb, count]) => `${count} ${verb}`).join(', ');
}

async function waitForRollout(kubectl: Kubectl, name: string, build: string): Promise<void> {
  await timed(`waiting for ${name}`, async () => {
    const label = `app.kubernetes.io/name=sluice,app.kubernetes.io/component=${name.replace('sluice-', '')}`;
    const args = [
      'rollout',
      'status',
      `deployment/${name}`,
      '-n',
      namespace,
      `--timeout=${rolloutTimeoutSeconds}s`,
    ];
    const rollout = kubectl.lines(args, (line) => say(`  ${line}`));
    const hopeless = Promise.withResolvers<string>();
    const stop = kubectl.watch(
      `/api/v1/namespaces/${namespace}/pods`,
      ({ object }) => {
        const why = whyHopeless(object, build);
        if (why !== undefined) hopeless.resolve(why);
      },
      label,
    );
    const late = `it was not ready within ${rolloutTimeoutSeconds} s`;
    const outcome = await Promise.race([
      rollout.done.then((ok) => (ok ? undefined : late)),
      hopeless.promise,
    ]);
    stop();
    rollout.stop();
    if (outcome !== undefined) await failWithEvidence(kubectl, name, label, outcome);
  });
}

async function failWithEvidence(kubectl: Kubectl, name: string, label: string, why: string): Promise<never> {
  const pods = await kubectl.try(['get', 'pods', '-n', namespace, '-l', label, '-o', 'wide']);
  const events = await kubectl.try(['get', 'events', '-n', namespace, '--field-selector', 'type=Warning']);
  const logs = await kubectl.try(['logs', '-n', namespace, '-l', label, '--tail=15', '--prefix']);
  for (const part of [pods.stdout, events.stdout, logs.stdout]) say(part.trimEnd());
  throw new ClusterFault(`deployment ${name}`, why, 'Its pods, warnings and last log lines are above.');
}

/** The registration works once it carries the authority of the serving certificate. */
async function waitForTrust(kubectl: Kubectl, objects: readonly RenderedObject[]): Promise<void> {
  for (const { kind, name } of objects.filter((object) => object.kind.endsWith('WebhookConfiguration'))) {
    await kubectl.do(`${kind} ${name} without a CA bundle`, [
      'wait',
      `${kind.toLowerCase()}/${name}`,
      '--for=jsonpath={.webhooks[0].clientConfig.caBundle}',
      '--timeout=60s',
    ]);
  }
}

const labelled = z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()).optional() }) });

/** True when the webhook put its label on the namespace that kubectl printed. Pure. */
export function hasOptInLabel(json: string): boolean {
  const parsed = labelled.safeParse(JSON.parse(json));
  return parsed.data?.metadata.labels?.[annotations.optIn] === optInValue;
}

/**
 * The whole way at once: API server, Service, TLS, our answer. A namespace that opts in by annotation is asked
 * about and gets its label; a dry run leaves nothing behind.
 */
async function waitForAnswer(kubectl: Kubectl): Promise<void> {
  const probe = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'sluice-install-probe', annotations: { [annotations.optIn]: optInValue } },
  });
  let why = '';
  const isAnswered = await until(async () => {
    const asked = await kubectl.try(['create', '--dry-run=server', '-o', 'json', '-f', '-'], probe);
    why = asked.ok ? 'it left the namespace as it was' : asked.stderr.trim();
    return asked.ok && hasOptInLabel(asked.stdout);
  }, answerTimeoutMs);
  if (isAnswered) return;
  throw new ClusterFault(
    'the webhook',
    `it did not answer within ${answerTimeoutMs / 1_000} s: ${why}`,
    'Is its Service without endpoints? kubectl get endpointslices -n sluice-system',
  );
}

async function sayWhatRemains(kubectl: Kubectl, purge: boolean): Promise<void> {
  const pods = await kubectl.try([
    'get',
    'pods',
    '--all-namespaces',
    '-o',
    `jsonpath={range .items[?(@.spec.schedulingGates[*].name=="${prechecksGate}")]}{.metadata.namespace}/{.metadata.name}{"\\n"}{end}`,
  ]);
  const gated = pods.stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  say('Sluice is removed.');
  say(
    purge
      ? 'Its resource definitions went too, and with them every record.'
      : 'Its resource definitions and records stay; PURGE=1 removes them too.',
  );
  if (gated.length > 0) {
    say(
      `${gated.length} pods still carry the gate and wait for good: ${gated.slice(0, 5).join(', ')}${gated.length > 5 ? ', …' : ''}`,
    );
    say(
      'Install Sluice again to have them checked, or delete them: their owners make new ones without a gate.',
    );
  }
}
