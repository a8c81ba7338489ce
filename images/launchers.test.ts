import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../scripts/cluster/command.ts';
import { denoArguments, splitArguments } from './deno-runtime/launcher.ts';

// One contract, two runtimes: what holds for a Deno script holds for a Python script.
interface Runtime {
  readonly program: string;
  readonly args: readonly string[];
  readonly extension: string;
  /** A script that prints its arguments and DATA. */
  readonly prints: string;
  readonly throws: string;
  readonly exits7: string;
}

const here = import.meta.dirname;
const deno = ['x64', 'arm64']
  .map((arch) => path.join(here, `../node_modules/@deno/linux-${arch}-glibc/deno`))
  .find((file) => existsSync(file));
const runtimes: Record<string, Runtime> = {
  deno: {
    program: deno ?? 'deno',
    args: [
      'run',
      '--quiet',
      '--no-prompt',
      '--no-config',
      '--allow-env',
      '--allow-net',
      '--allow-read',
      '--allow-write',
      '--allow-run',
      path.join(here, 'deno-runtime/launcher.ts'),
    ],
    extension: '.ts',
    prints:
      'const who: string = Deno.env.get("KEPTN_X") ?? ""; console.log(JSON.stringify([...Deno.args, Deno.env.get("DATA"), who]));',
    throws: 'throw new Error("broken");',
    exits7: 'Deno.exit(7);',
  },
  python: {
    program: '/usr/bin/python3',
    args: [path.join(here, 'python-runtime/launcher.py')],
    extension: '.py',
    prints:
      'import json, os, sys; print(json.dumps([*sys.argv[1:], os.environ["DATA"], os.environ["KEPTN_X"]], separators=(",", ":")))',
    throws: 'raise RuntimeError("broken")',
    exits7: 'raise SystemExit(7)',
  },
};

let server: Server;
let origin = '';
const bodies = new Map<string, string>();

beforeAll(async () => {
  server = createServer((ask, answer) => {
    const url = ask.url ?? '';
    if (url.startsWith('/moved'))
      return void answer.writeHead(302, { location: url.replace('/moved', '') }).end();
    if (url.startsWith('/broken')) return void answer.writeHead(500).end('print("error page")');
    const body = bodies.get(url);
    return void (body === undefined ? answer.writeHead(404).end('print("no such page")') : answer.end(body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (typeof address === 'object' && address !== null) origin = `http://127.0.0.1:${address.port}`;
});

afterAll(() => {
  server.close();
});

describe.each(Object.entries(runtimes))('%s runtime', (_name, runtime) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'launcher-'));
  const launch = (script: string, env: Record<string, string> = {}) =>
    run(runtime.program, runtime.args, {
      env: {
        DATA: '{"a":"b"}',
        KEPTN_X: 'x',
        CMD_ARGS: '',
        SCRIPT_SHA256: '',
        DENO_DIR: dir,
        SCRIPT: script,
        ...env,
      },
    });
  const local = (text: string): string => {
    const file = path.join(dir, `script${runtime.extension}`);
    writeFileSync(file, text);
    return file;
  };
  const remote = (text: string): string => {
    const url = `/${createHash('sha256').update(text).digest('hex')}${runtime.extension}`;
    bodies.set(url, text);
    return url;
  };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const printed = '["one","two three","--four","{\\"a\\":\\"b\\"}","x"]\n';
  const words = { CMD_ARGS: `one "two three" --four` };

  test('runs a file with its arguments in order, after the script (Q-52)', async () => {
    expect(await launch(local(runtime.prints), words)).toMatchObject({ code: 0, stdout: printed });
  });

  test('runs a URL, behind a redirect too', async () => {
    const url = remote(runtime.prints);
    expect(await launch(`${origin}${url}`, words)).toMatchObject({ code: 0, stdout: printed });
    expect(await launch(`${origin}/moved${url}`, words)).toMatchObject({ code: 0, stdout: printed });
  });

  test('passes the exit code on', async () => {
    expect((await launch(local(runtime.exits7))).code).toBe(7);
    expect((await launch(local(runtime.throws))).code).toBe(1);
  });

  test.each([
    ['a server that is not there', 'http://127.0.0.1:1/x', 'cannot be fetched'],
    ['a host that has no name', 'http://no-such-host.invalid/x', 'cannot be fetched'],
    ['a page that is not there', '/none', '404'],
    ['a server error with a body that would run', '/broken', '500'],
    ['a redirect to nowhere', '/moved/none', '404'],
    ['a file that is not there', '/no/such/file', 'cannot be'],
  ])('%s fails, and says why (Q-14)', async (_what, script, reason) => {
    const result = await launch(
      script.startsWith('/no/') || script.startsWith('http') ? script : `${origin}${script}`,
    );
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain(reason);
    expect(result.stdout).toBe('');
  });

  test('a password or a token in the address is not told', async () => {
    const host = origin.replace('http://', '');
    for (const address of [
      `http://me:hunter2@${host}/none?token=hunter2`,
      'http://127.0.0.1:1/x?token=hunter2',
    ]) {
      const result = await launch(address);
      expect(result.code).not.toBe(0);
      expect(result.stderr).toContain(`-runtime: SCRIPT http://${new URL(address).host}/`);
      expect(result.stderr).not.toContain('hunter2');
    }
  });

  test('an empty download is no success (Q-14)', async () => {
    const result = await launch(`${origin}${remote('')}`);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('is empty');
  });

  test('the right checksum lets a script run, a wrong one does not (Q-14)', async () => {
    const places = [local(runtime.prints), `${origin}${remote(runtime.prints)}`];
    for (const script of places) {
      const right = await launch(script, { ...words, SCRIPT_SHA256: sha256(runtime.prints).toUpperCase() });
      expect(right).toMatchObject({ code: 0, stdout: printed });
      const wrong = await launch(script, { SCRIPT_SHA256: sha256('other') });
      expect(wrong).toMatchObject({ code: 1, stdout: '' });
      expect(wrong.stderr).toContain('SCRIPT_SHA256');
    }
  });

  test('without SCRIPT, or with a quote left open, it says what is wrong', async () => {
    expect((await launch('')).stderr).toContain('SCRIPT is not set');
    const open = await launch(local(runtime.prints), { CMD_ARGS: 'a "b' });
    expect(open.code).toBe(1);
    expect(open.stderr).toContain('CMD_ARGS');
  });
});

test.each([
  ['', []],
  ['  a   b\n', ['a', 'b']],
  [`--x='1 2' "a\\"b" c\\ d ''`, ['--x=1 2', 'a"b', 'c d', '']],
  [`'a\\b'`, ['a\\b']],
])('arguments %j split into %j', (text, expected) => {
  expect(splitArguments(text)).toEqual(expected);
});

test('a script may read the task variables and no others', () => {
  const args = denoArguments('/s.ts', ['a'], ['HOME', 'KEPTN_CONTEXT', 'AWS_SECRET']);
  const env = args.find((arg) => arg.startsWith('--allow-env='));
  expect(env).toContain('KEPTN_CONTEXT');
  expect(env).not.toContain('HOME');
  expect(env).not.toContain('AWS_SECRET');
  expect(args.slice(-2)).toEqual(['/s.ts', 'a']);
  expect(args.some((arg) => arg === '--allow-all' || arg.startsWith('--allow-run'))).toBe(false);
});
