import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type ImageSpec, writeImage } from './archive.ts';
import { isRuntimeModule } from './images.ts';
import { parseLdd } from './libraries.ts';
import { hashFile, type TarEntry, tarHeader, writeTar } from './tar.ts';

const folder = (): string => mkdtempSync(path.join(tmpdir(), 'image-'));
const text = (at: string, content: string): TarEntry => ({
  path: at,
  mode: 0o644,
  body: { kind: 'text', text: content },
});
const long = `${'d'.repeat(90)}/${'f'.repeat(80)}`;

function members(): TarEntry[] {
  const dir = folder();
  const source = path.join(dir, 'program');
  writeFileSync(source, Buffer.alloc(70_001, 7));
  utimesSync(source, new Date(), new Date(Math.floor(process.hrtime()[0]) * 1000));
  return [
    text('etc/passwd', 'root\n'),
    { path: 'bin/program', mode: 0o755, body: { kind: 'file', source } },
    { path: 'bin/alias', mode: 0o777, body: { kind: 'link', target: 'program' } },
    { path: 'tmp', mode: 0o1777, body: { kind: 'folder' } },
    text(long, 'deep'),
  ];
}

const spec = (entries: readonly TarEntry[]): ImageSpec => ({
  name: 'localhost/x:dev',
  entrypoint: ['/x'],
  user: '65532:65532',
  entries,
});

test('the same members in any order, at any time, give the same bytes', () => {
  const dir = folder();
  const first = writeImage(path.join(dir, 'a.tar'), spec(members()));
  const second = writeImage(path.join(dir, 'b.tar'), spec(members().reverse()));
  expect(second).toBe(first);
  expect(hashFile(path.join(dir, 'a.tar'))).toBe(first);
});

test('GNU tar reads what was written', () => {
  const dir = folder();
  const file = path.join(dir, 'a.tar');
  writeTar(file, members());
  const listing = execFileSync('tar', ['-tvf', file, '--numeric-owner'], {
    encoding: 'utf8',
    env: { TZ: 'UTC' },
  });
  expect(listing).toContain('lrwxrwxrwx 0/0               0 1970-01-01 00:00 bin/alias -> program');
  expect(listing).toContain('-rwxr-xr-x 0/0           70001 1970-01-01 00:00 bin/program');
  expect(listing).toContain('drwxrwxrwt 0/0               0 1970-01-01 00:00 tmp/');
  expect(listing).toContain(long);
  expect(execFileSync('tar', ['-xOf', file, 'bin/program']).equals(Buffer.alloc(70_001, 7))).toBe(true);
});

test('an image names its layer by the digest of its bytes', () => {
  const dir = folder();
  const file = path.join(dir, 'a.tar');
  writeImage(file, spec(members()));
  execFileSync('tar', ['-xf', file, '-C', dir]);
  const manifest = readFileSync(path.join(dir, 'manifest.json'), 'utf8');
  const layer = /"Layers":\["([0-9a-f]{64})\.tar"\]/.exec(manifest)?.[1];
  expect(manifest).toContain('"RepoTags":["localhost/x:dev"]');
  expect(hashFile(path.join(dir, `${layer}.tar`))).toBe(layer);
  const config = /"Config":"([^"]+)"/.exec(manifest)?.[1] ?? '';
  expect(JSON.parse(readFileSync(path.join(dir, config), 'utf8'))).toMatchObject({
    config: { User: '65532:65532', Entrypoint: ['/x'] },
    rootfs: { diff_ids: [`sha256:${layer}`] },
  });
});

test('a path that ustar cannot hold is refused, not cut', () => {
  expect(() => tarHeader(text('x'.repeat(101), ''), 0)).toThrow('path too long');
});

test('ldd output: libraries and the loader, not the virtual one', () => {
  const output =
    '\tlinux-vdso.so.1 (0x00007f)\n\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f)\n\t/lib64/ld.so.2 (0x00007f)\n';
  expect(parseLdd(output)).toEqual(['/lib/x/libc.so.6', '/lib64/ld.so.2']);
});

test.each([
  ['json/__init__.py', true],
  ['lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so', true],
  ['test/test_json.py', false],
  ['json/__pycache__/__init__.cpython-311.pyc', false],
  ['sitecustomize.py', false],
  ['unittest/mock.py', true],
])('Python file %s goes in: %s', (file, expected) => {
  expect(isRuntimeModule(file)).toBe(expected);
});
