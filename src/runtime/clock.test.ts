import { expect, test } from 'vitest';
import { ManualClock, wait } from './clock.ts';

test('timers of a manual clock fire in order of their time, each at its own time', () => {
  const clock = new ManualClock(1000);
  const fired: [string, number][] = [];
  const note = (name: string) => () => fired.push([name, clock.now()]);
  clock.setTimer(30, note('late'));
  clock.setTimer(10, () => {
    note('early')();
    clock.setTimer(5, note('nested'));
  });
  const cancel = clock.setTimer(20, note('cancelled'));
  cancel();
  clock.advance(25);
  expect(fired).toEqual([
    ['early', 1010],
    ['nested', 1015],
  ]);
  clock.advance(5);
  expect(fired.at(-1)).toEqual(['late', 1030]);
});

test('waiting ends when its time has come or when it is aborted, and leaves no timer behind', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const waits = [wait(clock, 10), wait(clock, 1_000_000, stop.signal)];
  clock.advance(10);
  await waits[0];
  expect(clock.pendingTimers).toBe(1);
  stop.abort();
  await waits[1];
  await wait(clock, 1, stop.signal);
  expect(clock.pendingTimers).toBe(0);
});
