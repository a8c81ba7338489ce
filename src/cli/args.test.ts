import { expect, test } from 'vitest';
import { type DoraArguments, runCommandLine, type ServeArguments, type TraceArguments } from './args.ts';

const elsewhere = () => Promise.resolve(0);
const commands = {
  serve: elsewhere,
  explain: elsewhere,
  convert: elsewhere,
  dora: elsewhere,
  trace: elsewhere,
  prepareUninstall: elsewhere,
};

async function served(...args: readonly string[]): Promise<ServeArguments | undefined> {
  let given: ServeArguments | undefined;
  await runCommandLine(['node', 'sluice', ...args], '0', {
    serve: (options) => {
      given = options;
      return Promise.resolve(0);
    },
    explain: elsewhere,
    convert: elsewhere,
    dora: elsewhere,
    trace: elsewhere,
    prepareUninstall: elsewhere,
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

test('dora asks for 30 days of everything, and a format that is none is refused by the parser', async () => {
  const asked: DoraArguments[] = [];
  const run = (...args: readonly string[]) =>
    runCommandLine(['node', 'sluice', 'dora', ...args], '0', {
      ...commands,
      dora: (options) => Promise.resolve(asked.push(options)),
    });
  await run();
  await run('--app', 'shop', '-n', 'team', '--environment', 'unknown', '--window', '12h', '-o', 'csv');
  expect(asked).toEqual([
    { window: '30d', output: 'table' },
    { app: 'shop', namespace: 'team', environment: 'unknown', window: '12h', output: 'csv' },
  ]);
});

test('a release is named by its app, and by a version where an older one is meant', async () => {
  const given: TraceArguments[] = [];
  const run = (...args: readonly string[]) =>
    runCommandLine(['node', 'sluice', 'trace', ...args], '0', {
      ...commands,
      trace: (options) => Promise.resolve(given.push(options)),
    });
  await run('shop');
  await run('shop', '-n', 'prod', '--version', '1.4');
  expect(given).toEqual([
    { app: 'shop', namespace: 'default' },
    { app: 'shop', namespace: 'prod', version: '1.4' },
  ]);
});
