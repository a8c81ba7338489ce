import { ClusterFault } from '../cluster/fault.ts';
import { timed } from '../cluster/progress.ts';
import type { Kubectl } from '../install/kubectl.ts';
import { type Example, namespace, withAddresses, workload } from './example.ts';
import { type Sighting, type Step, Story } from './story.ts';
import { progressLine, timelineTable } from './timeline.ts';
import { watchAll } from './watch-all.ts';

const releaseTimeoutMs = 240_000;
/** How long held pods are looked at, to see that nothing lets them go. */
const holdMs = 5_000;

/** Prints a plain line. */
export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Applies YAML as the demo's own field manager. */
export async function apply(kubectl: Kubectl, what: string, yaml: string): Promise<void> {
  await kubectl.do(
    what,
    ['apply', '--server-side', '--force-conflicts', '--field-manager', 'sluice-demo', '-f', '-'],
    yaml,
  );
}

/** Puts everything in place that the shop needs: namespace, warehouses, Prometheus and checks. */
export async function prepareNamespace(kubectl: Kubectl, example: Example): Promise<void> {
  await timed(`preparing namespace ${namespace}: two warehouses, Prometheus, three checks`, async () => {
    await apply(kubectl, 'the example', example.services);
    const addresses: Record<string, string> = {};
    for (const service of ['stock', 'reserve', 'prometheus', workload]) {
      const args = ['get', 'service', service, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'];
      addresses[service] = await kubectl.do(`service ${service}`, args);
    }
    await apply(kubectl, 'the example', withAddresses(example.surroundings, addresses));
    for (const deployment of ['stock', 'prometheus']) await waitForRollout(kubectl, deployment);
    // An earlier run has opened it.
    const closed = ['wait', 'pods', '-l', 'app=reserve', '-n', namespace, '--for=delete', '--timeout=60s'];
    await kubectl.do('the reserve warehouse', closed);
  });
}

async function waitForRollout(kubectl: Kubectl, deployment: string): Promise<void> {
  const ready = ['rollout', 'status', `deployment/${deployment}`, '-n', namespace, '--timeout=120s'];
  if ((await kubectl.try(ready)).ok) return;
  const warnings = await kubectl.try(['get', 'events', '-n', namespace, '--field-selector', 'type=Warning']);
  throw new ClusterFault(
    `deployment ${deployment}`,
    `its pod was not ready within 120 s:\n${warnings.stdout.trimEnd()}`,
    'The warnings above are those of its namespace.',
  );
}

/** Applies the shop and follows it; `story` afterwards holds what was seen. */
export async function follow(
  kubectl: Kubectl,
  example: Example,
  isOver: (story: Story) => boolean,
  /** Told once, when the evaluation has held the shop. */
  onHeld: () => Promise<void> = () => Promise.resolve(),
): Promise<Story> {
  const startedAt = performance.now();
  const sinceStart = (): number => performance.now() - startedAt;
  // Whole seconds, as creation timestamps are.
  const story = new Story(workload, example.version, `${new Date().toISOString().slice(0, 19)}Z`);
  const ended = Promise.withResolvers<boolean>();
  let isTold = false;
  const see = (sighting: Sighting): void => {
    const atMs = sinceStart();
    for (const line of story.see(sighting, atMs)) print(progressLine(atMs, line));
    if (isOver(story)) ended.resolve(true);
    if (isTold || !story.isHeldByEvaluation) return;
    isTold = true;
    print(progressLine(sinceStart(), `looking on for ${holdMs / 1_000} s: nothing lets the pods go`));
    const lookOn = async (): Promise<void> => {
      await new Promise((wake) => setTimeout(wake, holdMs));
      assertNoneReleased(story);
      await onHeld();
    };
    lookOn().then(() => {
      story.mark('the reserve warehouse opens', sinceStart());
      print(
        progressLine(
          sinceStart(),
          'the reserve warehouse opens: kubectl scale deployment/reserve --replicas=1',
        ),
      );
    }, ended.reject);
  };
  const stops = watchAll(kubectl, namespace, see);
  const timer = setTimeout(() => ended.resolve(false), releaseTimeoutMs);
  try {
    await apply(kubectl, 'the shop', example.shop);
    story.mark(`shop ${example.version} applied`, sinceStart());
    print(
      progressLine(
        sinceStart(),
        `applied shop ${example.version}: a Deployment of two pods with a task and an evaluation before, and a task after`,
      ),
    );
    if (!(await ended.promise)) await explainLate(kubectl, story);
    if (story.verdict === 'Failed') await new Promise((wake) => setTimeout(wake, holdMs));
    return story;
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}

function assertNoneReleased({ releasedPods }: Story): void {
  if (releasedPods.length === 0) return;
  throw new ClusterFault(
    'the gate',
    `the evaluation had not passed, and yet pods were released: ${releasedPods.join(', ')}`,
    'This is a defect of Sluice; please report it with the lines above.',
  );
}

async function explainLate(kubectl: Kubectl, story: Story): Promise<never> {
  print('');
  print('This took too long. What there is:');
  const kinds = 'pods,jobs,keptnapps,keptnappversions,keptnworkloadversions,keptntasks';
  print((await kubectl.try(['get', kinds, '-n', namespace])).stdout.trimEnd());
  for (const { type, status, reason, message } of story.conditions)
    print(`  ${type}=${status} ${reason}: ${message}`);
  throw new ClusterFault(
    `the release of ${workload}`,
    `it was not decided within ${releaseTimeoutMs / 1_000} s`,
    'The list above says where it stands; the controller says more: kubectl logs -n sluice-system deployment/sluice-controller',
  );
}

/** What the failed checks said, from their Jobs: the last lines of each. */
export async function failedCheckLogs(kubectl: Kubectl, story: Story): Promise<string[]> {
  const lines: string[] = [];
  for (const { status, spec } of story.failedTasks) {
    if (!status?.jobName) continue;
    const logs = await kubectl.try(['logs', '-n', namespace, `job/${status.jobName}`, '--tail=4']);
    lines.push(
      `${spec.taskDefinition} said:`,
      ...logs.stdout
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`),
    );
  }
  return lines;
}

/** Prints the timeline. */
export function printTimeline({ steps }: { readonly steps: readonly Step[] }): void {
  print('');
  for (const line of timelineTable(steps)) print(line);
  print('');
}
