import { expect, test } from 'vitest';
import { Semaphore } from './semaphore.ts';

test('at most as many tasks run as there is room for, a failed one makes room too, and order is kept', async () => {
  const room = new Semaphore(3);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const task = (number: number) => async (): Promise<void> => {
    started.push(number);
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    if (number % 4 === 0) throw new Error('failed');
  };
  await Promise.allSettled(Array.from({ length: 20 }, (_, number) => room.run(task(number))));
  expect(most).toBe(3);
  expect(started).toEqual(Array.from({ length: 20 }, (_, number) => number));
  expect(room.waiting).toBe(0);
});
