import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeEach, expect, inject, test } from 'vitest';
import { resources } from '../../../src/api/resources.ts';
import { at, configMap, connect, make, must, newNamespace } from './world.ts';

const client = connect();
const replicas: ChildProcess[] = [];
let namespace = '';

beforeEach(async () => {
  namespace = await newNamespace(client, 'lease');
});
afterEach(() => {
  for (const replica of replicas.splice(0)) replica.kill('SIGKILL');
});
afterAll(() => {
  client.close();
});

interface Replica {
  readonly process: ChildProcess;
  readonly identity: string;
}

/** Starts a replica and waits until its caches are synced. */
async function startReplica(identity: string): Promise<Replica> {
  const script = new URL('./replica.ts', import.meta.url).pathname;
  const started = spawn(process.execPath, [script, inject('kubeconfig'), namespace, identity], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  replicas.push(started);
  let log = '';
  started.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await expect.poll(() => log, { timeout: 20_000 }).toContain('"synced"');
  return { process: started, identity };
}

async function holder(): Promise<string | undefined> {
  const lease = await client.get(at('leases', namespace, 'sluice-controller'));
  return lease.ok ? must(resources.leases.parse(lease.value)).spec.holderIdentity : undefined;
}

let asked = 0;

/** Asks for a signature and gives who signed. */
async function signature(timeout: number): Promise<string | undefined> {
  const name = `ask-${asked++}`;
  const object = configMap(namespace, name);
  await make(client, { ...object, metadata: { ...object.metadata, labels: { sign: 'yes' } } });
  let by: string | undefined;
  const signed = async (): Promise<boolean> => {
    const copy = await client.get(at('configmaps', namespace, `${name}-signed`));
    if (copy.ok) by = must(resources.configmaps.parse(copy.value)).data?.['by'];
    return copy.ok;
  };
  await expect.poll(signed, { timeout }).toBe(true);
  return by;
}

function pick(all: readonly Replica[], identity: string | undefined): Replica {
  const found = all.find((replica) => replica.identity === identity);
  if (found === undefined) throw new Error(`no replica ${identity}`);
  return found;
}

test('of two replicas one acts; when it is killed the other goes on after the lease has run out', async () => {
  const both = await Promise.all([startReplica('one'), startReplica('two')]);
  const first = await signature(5000);
  const signers = new Set([first, await signature(5000), await signature(5000)]);
  expect(signers).toEqual(new Set([await holder()]));
  pick(both, first).process.kill('SIGKILL');
  const killedAt = performance.now();
  const second = await signature(10_000);
  expect(second).not.toBe(first);
  expect(second).toBe(await holder());
  const waitedMs = performance.now() - killedAt;
  // Not before the lease has run out (3 s after its last renewal, at most 0.4 s earlier), and soon after.
  expect(waitedMs).toBeGreaterThan(2300);
  expect(waitedMs).toBeLessThan(6000);
});

test('a replica that stops gives the lease back, and the other starts at once', async () => {
  const both = await Promise.all([startReplica('one'), startReplica('two')]);
  const first = await signature(5000);
  const leaving = pick(both, first).process;
  const exit = once(leaving, 'exit');
  leaving.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  const stoppedAt = performance.now();
  expect(await signature(5000)).not.toBe(first);
  expect(performance.now() - stoppedAt).toBeLessThan(1500);
});

test('a leader that was frozen past its term does not act when it wakes', async () => {
  const both = await Promise.all([startReplica('one'), startReplica('two')]);
  const first = await signature(5000);
  const frozen = pick(both, first).process;
  frozen.kill('SIGSTOP');
  const second = await signature(10_000);
  expect(second).not.toBe(first);
  frozen.kill('SIGCONT');
  for (let times = 0; times < 5; times += 1) expect(await signature(5000)).toBe(second);
  expect(await holder()).toBe(second);
});

test('a process that follows another in its place takes the lease at once, and a stranger has to wait', async () => {
  const crashed = await startReplica('pod-a_00000001');
  expect(await signature(5000)).toBe(crashed.identity);
  crashed.process.kill('SIGKILL');
  await once(crashed.process, 'exit');
  // The stranger waits for 3 s from when it first looks.
  const [successor] = await Promise.all([startReplica('pod-a_00000002'), startReplica('pod-b_00000001')]);
  const startedAt = performance.now();
  expect(await signature(5000)).toBe(successor.identity);
  expect(performance.now() - startedAt).toBeLessThan(1500);
});
