import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { Kubectl } from '../../scripts/install/kubectl.ts';
import { allAlerts, allGroups } from '../../scripts/monitoring/rules/all.ts';
import { ruleGroups } from '../../scripts/monitoring/rules/render-rules.ts';
import { z } from '../../src/api/schema.ts';
import {
  askPrometheus,
  loadedRules,
  type RealPrometheus,
  startPrometheus,
} from '../backends/real-prometheus.ts';
import { type BackendServer, startBackend } from '../builders/backend-server.ts';
import { allQueries, finds } from '../builders/dashboard-queries.ts';

const repository = join(import.meta.dirname, '../..');
const kubeconfig = inject('kubeconfig');

/** Runs a target as a user would. This process goes on meanwhile: it is the receiver that is told. */
function make(
  target: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number | string; readonly output: string }> {
  const env = { ...process.env, KUBECONFIG: kubeconfig, ...variables };
  return new Promise((resolve) => {
    execFile('make', [target], { cwd: repository, env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : (error.code ?? 'killed'), output: stdout + stderr });
    });
  });
}

const cdEvent = z.object({
  context: z.object({ type: z.string() }),
  subject: z.object({ content: z.object({ outcome: z.string().optional() }) }),
});
let receiver: BackendServer;

// Somebody to tell of the releases, so that the dashboards have something to show of that, too.
beforeAll(async () => {
  receiver = await startBackend(() => ({ status: 200 }), undefined, inject('hostAddress'));
  const config = {
    apiVersion: 'options.keptn.sh/v1alpha1',
    kind: 'KeptnConfig',
    metadata: { name: 'e2e', namespace: 'sluice-system' },
    spec: { eventReceivers: [{ name: 'e2e', url: receiver.url, format: 'cdevents' }] },
  };
  const kubectl = await Kubectl.on(kubeconfig);
  await kubectl.do('the KeptnConfig', ['apply', '-f', '-'], JSON.stringify(config));
});
afterAll(async () => {
  const kubectl = await Kubectl.on(kubeconfig);
  await kubectl.do('the KeptnConfig', ['delete', 'keptnconfig', 'e2e', '-n', 'sluice-system']);
  await receiver?.close();
});

describe('make demo', () => {
  test('shows pods held, checked and released, and says so twice in a row', async () => {
    for (const run of ['first', 'again']) {
      const { status, output } = await make('demo');
      expect(output, run).toMatch(/pod shop-\S+ is held: gate keptn-prechecks-gate/);
      expect(output, run).toMatch(/evaluation enough-teapots holds: value '12' did not meet/);
      expect(output, run).toMatch(/evaluation enough-teapots passed: value '20' met/);
      expect(output, run).toMatch(/pod shop-\S+ may be scheduled/);
      expect(output, run).toMatch(/reachable.+pass/);
      expect(output, run).toContain(
        'was held until its checks had passed, rolled out, and was checked again',
      );
      expect(status, run).toBe(0);
    }
  });

  test('S4: DEMO=broken shows pods that stay held, and why', async () => {
    const { status, output } = await make('demo', { DEMO: 'broken' });
    expect(output).toMatch(/stays held: shop-/);
    expect(output).toContain('CheckFailed');
    expect(status).toBe(0);
  });

  test('tells a receiver of CDEvents that pods can reach', async () => {
    const events = () => receiver.seen.map(({ body }) => cdEvent.parse(JSON.parse(body)));
    const told = () =>
      events().flatMap(({ context: { type }, subject: { content } }) => {
        const [, , subject = '', predicate = ''] = type.split('.');
        if (subject === 'service') return [`${subject} ${predicate}`];
        return subject === 'pipelinerun' && predicate === 'finished' ? [`finished: ${content.outcome}`] : [];
      });
    const releases = ['service deployed', 'finished: success', 'service upgraded', 'finished: success'];
    await expect.poll(told, { timeout: 30_000 }).toEqual([...releases, 'finished: failure']);
  });
});

describe('a real Prometheus', () => {
  let prometheus: RealPrometheus;

  // The demos before it have left releases to tell of.
  beforeAll(async () => {
    const kubectl = await Kubectl.on(kubeconfig);
    const pods = await kubectl.do('the pods of Sluice', [
      ...['get', 'pods', '-n', 'sluice-system', '-l', 'app.kubernetes.io/name=sluice', '-o'],
      'jsonpath={range .items[*]}{.status.podIP} {.spec.containers[0].ports[*].containerPort}{"\\n"}{end}',
    ]);
    const targets = pods
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [ip, ...ports] = line.split(' ');
        return ports.filter((port) => port === '2222' || port === '9999').map((port) => `${ip}:${port}`);
      });
    prometheus = await startPrometheus({ targets, rules: JSON.stringify(ruleGroups(allGroups, '250ms')) });
    await vi.waitFor(
      async () =>
        expect(await askPrometheus(prometheus, 'count_over_time(sluice_leader[1h]) > 8')).not.toEqual([]),
      { timeout: 30_000, interval: 250 },
    );
  });
  afterAll(() => prometheus?.stop());

  const wanted = allQueries.filter(({ emptyWhen }) => emptyWhen === undefined);

  test.each(wanted)('Q-31: scrapes Sluice after a release: $uid, $title: $legend', async ({ text }) => {
    await vi.waitFor(async () => expect(await finds(prometheus, text), text).toBe(true), {
      timeout: 5_000,
      interval: 500,
    });
  });

  test('evaluates every rule without an error, and none that is critical speaks', async () => {
    for (const { name, health, state } of await loadedRules(prometheus)) {
      expect(`${name} ${health}`).toBe(`${name} ok`);
      const alert = allAlerts.find((one) => one.name === name);
      if (alert?.severity === 'critical') expect(`${name} ${state ?? ''}`).toBe(`${name} inactive`);
    }
  });
});

const restricted = `
apiVersion: v1
kind: Namespace
metadata:
  name: e2e-plain
  labels:
    keptn.sh/lifecycle-toolkit: enabled
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: v1
kind: Namespace
metadata: {name: e2e-untouched}
---
apiVersion: lifecycle.keptn.sh/v1
kind: KeptnTaskDefinition
metadata: {name: context-is-given, namespace: e2e-plain}
spec:
  python:
    inline:
      code: |
        import json, os, sys
        context = json.loads(os.environ['KEPTN_CONTEXT'])
        data = json.loads(os.environ['DATA'])
        sys.exit(0 if context['workloadVersion'] == '2.0.0' and data['wanted'] == 'yes' else 1)
    parameters: {map: {wanted: 'yes'}}
---
apiVersion: lifecycle.keptn.sh/v1
kind: KeptnTaskDefinition
metadata: {name: container-runs, namespace: e2e-plain}
spec:
  container:
    name: check
    image: docker.io/library/busybox:latest
    imagePullPolicy: IfNotPresent
    command: [sh, -c, 'echo "$KEPTN_CONTEXT" | grep -q e2e-app']
    securityContext:
      runAsNonRoot: true
      runAsUser: 65532
      allowPrivilegeEscalation: false
      capabilities: {drop: [ALL]}
`;

const deployment = (namespace: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: ${namespace}
  annotations:
    keptn.sh/app: e2e-app
    keptn.sh/workload: web
    keptn.sh/version: 2.0.0
    keptn.sh/pre-deployment-tasks: context-is-given
    keptn.sh/post-deployment-tasks: container-runs
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: docker.io/library/busybox:latest
          imagePullPolicy: IfNotPresent
          command: [sleep, '3600']
          securityContext:
            runAsNonRoot: true
            runAsUser: 65532
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
            seccompProfile: {type: RuntimeDefault}
`;

describe('kubectl apply', () => {
  let kubectl: Kubectl;

  beforeAll(async () => {
    kubectl = await Kubectl.on(kubeconfig);
    await kubectl.do('the namespaces', ['apply', '-f', '-'], restricted);
  });

  afterAll(async () => {
    await kubectl.do('the namespaces', ['delete', 'namespace', 'e2e-plain', 'e2e-untouched', '--wait=false']);
  });

  test('S1: a Python check and a container check really run, under Pod Security restricted', async () => {
    await kubectl.do('the Deployment', ['apply', '-f', '-'], deployment('e2e-plain'));
    const version = 'keptnworkloadversion/e2e-app-web-2.0.0';
    await kubectl.do('its version', ['wait', '-n', 'e2e-plain', '--for=create', version, '--timeout=30s']);
    await kubectl.do('its end', [
      'wait',
      '-n',
      'e2e-plain',
      '--for=condition=Ready',
      version,
      '--timeout=120s',
    ]);
    const kinds = 'keptnworkloadversion,keptnappversion,keptntask';
    const states = await kubectl.do('the records', [
      ...['get', kinds, '-n', 'e2e-plain', '-o'],
      'jsonpath={range .items[*]}{.kind} {.status.status}{"\\n"}{end}',
    ]);
    expect(states.trim().split('\n').toSorted()).toEqual([
      'KeptnAppVersion Succeeded',
      'KeptnTask Succeeded',
      'KeptnTask Succeeded',
      'KeptnWorkloadVersion Succeeded',
    ]);
    const pods = await kubectl.do('its pods', [
      ...['get', 'pods', '-n', 'e2e-plain', '-l', 'app=web', '-o'],
      'jsonpath={range .items[*]}{.status.phase} {.spec.schedulingGates}{end}',
    ]);
    expect(pods.trim()).toBe('Running');
  });

  test('S3: a namespace without the label is untouched', async () => {
    await kubectl.do('the Deployment', ['apply', '-f', '-'], deployment('e2e-untouched'));
    const rollout = ['rollout', 'status', '-n', 'e2e-untouched', 'deployment/web', '--timeout=60s'];
    await kubectl.do('its rollout', rollout);
    const marks = await kubectl.do('its pods', [
      ...['get', 'pods', '-n', 'e2e-untouched', '-o'],
      'jsonpath={range .items[*]}{.metadata.annotations}{.spec.schedulingGates}{end}',
    ]);
    expect(marks.trim()).toBe('');
    expect(
      await kubectl.do('its records', ['get', 'keptnworkloads', '-n', 'e2e-untouched', '-o', 'name']),
    ).toBe('');
  });
});
