import { expect, test } from 'vitest';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { ManualClock } from './clock.ts';
import { ShortMemory } from './short-memory.ts';

function asked(answers: readonly Result<number, SluiceError>[]) {
  const asks = { count: 0 };
  return {
    asks,
    ask: () => Promise.resolve(answers[asks.count++] ?? err(failure('internal', 'asked too often'))),
  };
}

test('an answer is known until its age, then asked for again', async () => {
  const clock = new ManualClock();
  const memory = new ShortMemory<number>(clock, { ageMs: 10, most: 2 });
  const { asks, ask } = asked([ok(1), ok(2)]);
  expect(await memory.recall('a', ask)).toEqual(ok(1));
  clock.advance(9);
  expect(await memory.recall('a', ask)).toEqual(ok(1));
  clock.advance(1);
  expect(await memory.recall('a', ask)).toEqual(ok(2));
  expect(asks.count).toBe(2);
});

test('equal questions at the same time are asked once', async () => {
  const memory = new ShortMemory<number>(new ManualClock(), { ageMs: 10, most: 2 });
  const { asks, ask } = asked([ok(1)]);
  expect(await Promise.all([memory.recall('a', ask), memory.recall('a', ask)])).toEqual([ok(1), ok(1)]);
  expect(asks.count).toBe(1);
});

test('an error is told and not kept', async () => {
  const memory = new ShortMemory<number>(new ManualClock(), { ageMs: 10, most: 2 });
  const problem = err(failure('timeout', 'late'));
  const { ask } = asked([problem, ok(1)]);
  expect(await memory.recall('a', ask)).toEqual(problem);
  expect(await memory.recall('a', ask)).toEqual(ok(1));
});

test('it holds a bounded number of answers', async () => {
  const memory = new ShortMemory<number>(new ManualClock(), { ageMs: 10, most: 1 });
  const { asks, ask } = asked([ok(1), ok(2), ok(3)]);
  await memory.recall('a', ask);
  await memory.recall('b', ask);
  expect(await memory.recall('a', ask)).toEqual(ok(3));
  expect(asks.count).toBe(3);
});
