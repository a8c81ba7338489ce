import { annotations, prechecksGate } from '../api/constants.ts';
import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import { apiPath, resources } from '../api/resources.ts';
import { loadSettings } from '../config/settings.ts';
import { workloadVersionName } from '../domain/names.ts';
import { resolveIdentity } from '../domain/workload-identity.ts';
import { Metrics } from '../observability/metrics.ts';
import type { KubeClient } from '../runtime/client.ts';
import { connectClients } from '../runtime/connect.ts';
import type { ExplainArguments } from './args.ts';
import { explainAnalysis } from './explain-analysis.ts';
import { type Explained, evaluationsOf, explainStatus, tasksOf } from './explain-text.ts';
import { failWith, print } from './terminal.ts';

/** Says why a pod, workload or app waits, or how an analysis ended, from their own status. Gives the exit code. */
export async function explain({ kind, name, namespace }: ExplainArguments): Promise<number> {
  const settings = loadSettings();
  if (!settings.ok) return failWith(settings.error.message);
  const connected = connectClients(settings.value.kubeconfigPath, new Metrics());
  if (!connected.ok) return failWith(connected.error.message);
  const { client, close } = connected.value;
  try {
    switch (kind.toLowerCase()) {
      case 'pod':
        return await explainPod(client, namespace, name);
      case 'workload':
        return await explainWorkload(client, namespace, name);
      case 'app':
        return await explainApp(client, namespace, name);
      case 'analysis':
        return await explainAnalysis(client, namespace, name);
      default:
        return failWith(`"${kind}" cannot be explained; use pod, workload, app or analysis`);
    }
  } finally {
    close();
  }
}

async function explainPod(client: KubeClient, namespace: string, name: string): Promise<number> {
  const found = await client.get(apiPath(resources.pods, namespace, name));
  if (!found.ok) return failWith(`pod "${name}" in namespace "${namespace}": ${found.error.message}`);
  const pod = resources.pods.parse(found.value);
  if (!pod.ok) return failWith(pod.error.message);
  const gates = (pod.value.spec.schedulingGates ?? []).map((gate) => gate.name);
  if (!gates.includes(prechecksGate)) {
    const others = gates.length === 0 ? '' : `; it is held by ${gates.join(', ')}`;
    print(`pod "${name}" is not held by Sluice${others}`);
    return 0;
  }
  const identity = resolveIdentity({ pod: pod.value });
  if (identity.kind === 'not-annotated') {
    print(
      `pod "${name}" carries the gate ${prechecksGate} but names no workload: set ${annotations.workload}`,
    );
    return 0;
  }
  print(`pod "${name}" is held at the scheduler by the gate ${prechecksGate}`);
  return explainVersion(client, namespace, identity.identity.workloadVersionName);
}

async function explainVersion(client: KubeClient, namespace: string, name: string): Promise<number> {
  const found = await client.get(apiPath(resources.keptnworkloadversions, namespace, name));
  if (!found.ok) {
    if (found.error.tag !== 'not-found') return failWith(found.error.message);
    print(`  KeptnWorkloadVersion "${name}" does not exist yet: is the controller running?`);
    return 0;
  }
  const version = resources.keptnworkloadversions.parse(found.value);
  if (!version.ok) return failWith(version.error.message);
  say('KeptnWorkloadVersion', version.value);
  await sayLastWords(client, namespace, version.value.status);
  return 0;
}

async function explainWorkload(client: KubeClient, namespace: string, name: string): Promise<number> {
  const found = await client.get(apiPath(resources.keptnworkloads, namespace, name));
  if (!found.ok)
    return failWith(`KeptnWorkload "${name}" in namespace "${namespace}": ${found.error.message}`);
  const workload = resources.keptnworkloads.parse(found.value);
  if (!workload.ok) return failWith(workload.error.message);
  const { version } = workload.value.spec;
  print(`workload "${name}" is at version "${version}"`);
  return explainVersion(client, namespace, workloadVersionName(name, version));
}

async function explainApp(client: KubeClient, namespace: string, name: string): Promise<number> {
  const seen: KeptnAppVersion[] = [];
  const listed = await client.list(apiPath(resources.keptnappversions, namespace), {
    onItem: (item) => {
      const version = resources.keptnappversions.parse(item);
      if (version.ok && version.value.spec.appName === name) seen.push(version.value);
    },
  });
  if (!listed.ok) return failWith(listed.error.message);
  for (const version of seen) {
    say('KeptnAppVersion', version);
    await sayLastWords(client, namespace, version.status);
  }
  if (seen.length === 0) print(`app "${name}" has no version in namespace "${namespace}" yet`);
  return 0;
}

/** What each failed task said last, and what each evaluation that did not pass measured. */
async function sayLastWords(
  client: KubeClient,
  namespace: string,
  status: Explained['status'],
): Promise<void> {
  for (const { status: state, name } of tasksOf(status)) {
    if (state === 'Failed' && name) sayOf('KeptnTask', name, await lastWords(client, namespace, name));
  }
  for (const { status: state, name } of evaluationsOf(status)) {
    if (state !== 'Succeeded' && name) {
      sayOf('KeptnEvaluation', name, await lastMeasured(client, namespace, name));
    }
  }
}

function sayOf(kind: string, name: string, said: string): void {
  print(`    ${kind} "${name}" said:`, ...said.split('\n').map((line) => `      ${line}`));
}

async function lastWords(client: KubeClient, namespace: string, name: string): Promise<string> {
  const found = await client.get(apiPath(resources.keptntasks, namespace, name));
  const task = found.ok ? resources.keptntasks.parse(found.value) : found;
  return task.ok ? (task.value.status?.message ?? '') : task.error.message;
}

async function lastMeasured(client: KubeClient, namespace: string, name: string): Promise<string> {
  const found = await client.get(apiPath(resources.keptnevaluations, namespace, name));
  const evaluation = found.ok ? resources.keptnevaluations.parse(found.value) : found;
  if (!evaluation.ok) return evaluation.error.message;
  return evaluation.value.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
}

function say(kind: string, version: Explained): void {
  print(...explainStatus(kind, version));
}
