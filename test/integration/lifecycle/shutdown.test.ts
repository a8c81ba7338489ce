import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { apiPath, resources } from '../../../src/api/resources.ts';
import { type Api, connectApi, must } from './api.ts';
import { type Environment, freshEnvironment } from './sluice.ts';

const program = join(import.meta.dirname, '../../../src/cli/main.ts');
let api: Api;

beforeAll(() => {
  api = connectApi(inject('kubeconfig'));
});
afterAll(() => {
  api.client.close();
});

interface Served {
  readonly child: ChildProcess;
  readonly environment: Environment;
  /** Code and signal of its end. */
  readonly ended: Promise<unknown[]>;
}

/** `sluice serve` as a process, as a container runs it. */
async function start(...roles: readonly string[]): Promise<Served> {
  const environment = await freshEnvironment();
  const child = spawn(process.execPath, [program, 'serve', '--roles', roles.join(',')], {
    env: { ...process.env, ...environment, POD_NAME: `shutdown-${environment['SLUICE_LISTEN_HEALTH']}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, environment, ended: once(child, 'exit') };
}

async function readiness({ environment }: Served): Promise<string> {
  return (await fetch(`http://127.0.0.1:${environment['SLUICE_LISTEN_HEALTH']}/readyz`)).text();
}

function untilReady(served: Served): Promise<void> {
  return vi.waitFor(async () => expect(await readiness(served)).toMatch(/\nok\n$/), {
    timeout: 30_000,
    interval: 50,
  });
}

async function holder(): Promise<string | undefined> {
  const lease = await api.client.get(apiPath(resources.leases, 'sluice-system', 'sluice-controller'));
  return lease.ok ? must(resources.leases.parse(lease.value)).spec.holderIdentity : undefined;
}

test('asked to end, a leader gives its lease back and is gone within seconds, without an error', async () => {
  const served = await start('controller');
  await vi.waitFor(async () => expect(await holder()).toMatch(/^shutdown-/), {
    timeout: 40_000,
    interval: 50,
  });
  const askedAt = performance.now();
  served.child.kill('SIGTERM');
  expect(await served.ended).toEqual([0, null]);
  expect(performance.now() - askedAt).toBeLessThan(5_000);
  expect(await holder()).toBe('');
});

test('asked to end under load, a webhook is unready and answers on; asked again, it is gone at once', async () => {
  const served = await start('webhook');
  await untilReady(served);
  const port = served.environment['SLUICE_LISTEN_WEBHOOK'];
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const ask = (): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request({ port, agent, host: '127.0.0.1', path: '/anything' }, (response) => {
        response.resume().on('end', () => resolve(response.headers.connection));
      });
      sent.on('error', reject).end();
    });
  expect(await ask()).toBe('keep-alive');
  const load = setInterval(() => {
    ask().catch(() => undefined);
  }, 50);
  await ask();
  served.child.kill('SIGTERM');
  await vi.waitFor(async () => expect(await readiness(served)).toContain('this process was asked to end'));
  expect(await ask()).toBe('close');
  const askedAgainAt = performance.now();
  served.child.kill('SIGTERM');
  expect(await served.ended).toEqual([143, null]);
  expect(performance.now() - askedAgainAt).toBeLessThan(1_000);
  clearInterval(load);
  agent.destroy();
});
