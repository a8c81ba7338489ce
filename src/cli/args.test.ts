import { expect, test } from 'vitest';
import { runCommandLine, type ServeArguments, type TraceArguments } from './args.ts';

async function served(...args: readonly string[]): Promise<ServeArguments | undefined> {
  let given: ServeArguments | undefined;
  await runCommandLine(['node', 'sluice', ...args], '0', {
    serve: (options) => {
      given = options;
      return Promise.resolve(0);
    },
    explain: () => Promise.resolve(0),
    convert: () => Promise.resolve(0),
    trace: () => Promise.resolve(0),
  });
  return given;
}

test('the custom metrics API is served where it is asked for', async () => {
  expect((await served('serve'))?.roles).toEqual(['webhook', 'controller']);
  expect((await served('serve', '--roles', 'metrics-api,controller'))?.roles).toEqual([
    'metrics-api',
    'controller',
  ]);
});

test("MQ-22: the arguments of Keptn's chart start with a bare word, and its flags count all the same", async () => {
  const chart = [
    'webhook-server',
    '--leader-elect',
    '--adapter-port=7443',
    '--adapter-certs-dir=/tmp/metrics-adapter/serving-certs',
    '--v=10',
  ];
  expect(await served(...chart)).toEqual({
    roles: ['controller', 'metrics-api'],
    election: true,
    metricsApiPort: 7443,
  });
  expect(await served('webhook-server')).toEqual({ roles: ['controller', 'metrics-api'], election: true });
});

test('a release is named by its app, and by a version where an older one is meant', async () => {
  const given: TraceArguments[] = [];
  const commands = {
    serve: () => Promise.resolve(0),
    explain: () => Promise.resolve(0),
    convert: () => Promise.resolve(0),
    trace: (options: TraceArguments) => {
      given.push(options);
      return Promise.resolve(0);
    },
  };
  await runCommandLine(['node', 'sluice', 'trace', 'shop'], '0', commands);
  await runCommandLine(['node', 'sluice', 'trace', 'shop', '-n', 'prod', '--version', '1.4'], '0', commands);
  expect(given).toEqual([
    { app: 'shop', namespace: 'default' },
    { app: 'shop', namespace: 'prod', version: '1.4' },
  ]);
});
