import type { Pod } from '../api/core/pod.ts';
import { apiPath, resources } from '../api/resources.ts';
import { loadSettings } from '../config/settings.ts';
import {
  decideUninstall,
  type GatedPodChoice,
  registrationGroup,
  registrations,
} from '../domain/uninstall.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { ok, type Result } from '../kernel/result.ts';
import { silentLogger } from '../observability/logger.ts';
import { Metrics } from '../observability/metrics.ts';
import { Cache } from '../runtime/cache.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemClock, wait } from '../runtime/clock.ts';
import { connectClients } from '../runtime/connect.ts';
import { createExecutor, type Execute } from '../runtime/execute.ts';
import { randomFraction } from '../runtime/ids.ts';
import type { PrepareUninstallArguments } from './args.ts';
import { failWith, print, warn } from './terminal.ts';

/** Each API server learns of a removed registration by its own watch; until then it may still gate. */
const settleMs = 2_000;
/** Looks for pods that were gated meanwhile, before what is left counts as failed. */
const mostRounds = 5;
const mostNamed = 20;

/** What removing needs; each printed line is for people. */
interface PreparePorts {
  readonly client: KubeClient;
  readonly execute: Execute;
  readonly pause: (ms: number) => Promise<void>;
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
}

/**
 * Takes the registrations away, so that nothing new is held, and then keeps or releases the pods that wait. Gives the exit
 * code. Keeping never fails, whatever happens: nothing depends on it, and what holds up an uninstallation helps nobody.
 */
export async function prepareUninstall({ gatedPods }: PrepareUninstallArguments): Promise<number> {
  const settings = loadSettings();
  if (!settings.ok) return failWith(settings.error.message);
  const metrics = new Metrics();
  const connected = connectClients(settings.value.kubeconfigPath, metrics);
  if (!connected.ok) return failWith(connected.error.message);
  const { client, close } = connected.value;
  const cache = new Cache([], { client, clock: systemClock, random: randomFraction });
  const execute = createExecutor({
    client,
    cache,
    clock: systemClock,
    logger: silentLogger,
    metrics,
    identity: settings.value.podName,
    fence: () => true,
  });
  const pause = (ms: number): Promise<void> => wait(systemClock, ms);
  try {
    return await prepare({ client, execute, pause, print, warn }, gatedPods);
  } finally {
    close();
  }
}

async function prepare(ports: PreparePorts, choice: GatedPodChoice): Promise<number> {
  const removed = await removeRegistrations(ports);
  await ports.pause(settleMs);
  const left = choice === 'release' ? await releaseAll(ports) : await tellKept(ports);
  if (choice === 'keep' || (removed && left === 0)) return 0;
  ports.warn(
    'not every pod could be released; uninstall again, or without this step (helm uninstall --no-hooks) to keep what is left',
  );
  return 1;
}

/** True when nothing is registered any more. */
async function removeRegistrations({ client, print: say, warn: complain }: PreparePorts): Promise<boolean> {
  let isDone = true;
  for (const { kind, resource, name } of registrations) {
    // An API server that does not know the kind says that it was not found, too.
    const deleted = await client.delete(`/apis/${registrationGroup}/v1/${resource}/${name}`, {});
    if (deleted.ok) say(`removed ${kind} ${name}: nothing new is held`);
    else if (deleted.error.tag !== 'not-found') {
      isDone = false;
      complain(`${kind} ${name} could not be removed: ${deleted.error.message}`);
    }
  }
  return isDone;
}

/** Releases what waits, and what began to wait meanwhile. Gives how many are left; one where they cannot be listed. */
async function releaseAll(ports: PreparePorts): Promise<number> {
  let left = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const pods = await unscheduledPods(ports.client);
    if (!pods.ok) {
      ports.warn(`pods cannot be listed: ${pods.error.message}`);
      return 1;
    }
    const { gated, actions } = decideUninstall(pods.value, 'release');
    left = gated.length;
    if (left === 0) break;
    const done = await ports.execute('uninstall', actions);
    ports.print(`releasing ${left} ${left === 1 ? 'pod' : 'pods'} unchecked: ${named(gated)}`);
    if (!done.ok) ports.warn(`${done.error.action}: ${done.error.error.message}`);
    await ports.pause(settleMs / 2);
  }
  if (left === 0) ports.print('no pod carries the gate any more');
  return left;
}

async function tellKept(ports: PreparePorts): Promise<number> {
  const pods = await unscheduledPods(ports.client);
  if (!pods.ok) {
    ports.warn(`pods cannot be listed, so which of them wait is not known: ${pods.error.message}`);
    return 0;
  }
  const { gated, actions } = decideUninstall(pods.value, 'keep');
  if (gated.length === 0) {
    ports.print('no pod waits at the gate');
    return 0;
  }
  ports.print(
    `${gated.length} ${gated.length === 1 ? 'pod keeps its gate and waits' : 'pods keep their gate and wait'}: ${named(gated)}`,
  );
  ports.print(
    'install Sluice again to have their checks go on, or delete them: their owners make new ones, which start unchecked',
  );
  const told = await ports.execute('uninstall', actions);
  if (!told.ok) ports.warn(`${told.error.action}: ${told.error.error.message}`);
  return gated.length;
}

function named(gated: readonly string[]): string {
  return gated.slice(0, mostNamed).join(', ') + (gated.length > mostNamed ? ', …' : '');
}

/** Pods without a node, among which are all that a gate holds. One that cannot be read is not ours. */
async function unscheduledPods(client: KubeClient): Promise<Result<readonly Pod[], SluiceError>> {
  const pods: Pod[] = [];
  const fieldSelector = resources.pods.selector?.field ?? '';
  const listed = await client.list(apiPath(resources.pods), {
    fieldSelector,
    onItem: (item) => {
      const parsed = resources.pods.parse(item);
      if (parsed.ok) pods.push(parsed.value);
    },
  });
  return listed.ok ? ok(pods) : listed;
}
