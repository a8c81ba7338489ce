import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isAlive, markProcess, ProcessTable, parseStartTicks } from './process-table.ts';

const rest = (state: string, threads: number): string =>
  `${state} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ${threads} 18 4711 20`;

test('the start time is found behind a name with blanks and parentheses', () => {
  expect(parseStartTicks(`12 (a ) b (c)) ${rest('S', 1)}`)).toBe('4711');
});

test('a zombie is gone only when its last thread is', () => {
  expect(parseStartTicks(`12 (etcd) ${rest('Z', 1)}`)).toBeUndefined();
  expect(parseStartTicks(`12 (etcd) ${rest('Z', 7)}`)).toBe('4711');
});

test('a reused number is another process', () => {
  const self = markProcess(process.pid);
  expect(self === undefined ? false : isAlive(self)).toBe(true);
  expect(isAlive({ pid: process.pid, startTicks: '1' })).toBe(false);
});

test('stop leaves a process alone that has only inherited the number', async () => {
  const table = new ProcessTable(mkdtempSync(path.join(tmpdir(), 'table-')));
  const bystander = spawn('sleep', ['60']);
  table.record('etcd', { pid: bystander.pid ?? 0, startTicks: '1' });
  await table.stop('etcd', 0);
  expect(table.names()).toEqual([]);
  // It ends by this signal and by no earlier one.
  const ended = once(bystander, 'exit');
  bystander.kill('SIGUSR1');
  expect(await ended).toEqual([null, 'SIGUSR1']);
});

test('a started process is found again by another table and ended', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'table-'));
  new ProcessTable(dir).start({ name: 'sleeper', program: 'sleep', args: ['60'] });
  const table = new ProcessTable(dir);
  expect(table.names()).toEqual(['sleeper']);
  expect(table.isRunning('sleeper')).toBe(true);
  await table.stop('sleeper', 1_000);
  expect(table.isRunning('sleeper')).toBe(false);
});
