import { expect, test } from 'vitest';
import { type ErrorTag, errorMeanings, failure } from '../kernel/errors.ts';
import { done, type Outcome } from '../kernel/outcome.ts';
import { ManualClock } from './clock.ts';
import { WorkQueue } from './queue.ts';
import { leastWaitMs, settle } from './settle.ts';

/** What the queue shows after a key that had failed three times has been settled with an outcome. */
function settled(outcome: Outcome): { failures: number; readyAfterMs: number | undefined } {
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock, random: () => 0 });
  for (let times = 0; times < 3; times += 1) queue.retry('a');
  clock.advance(1000);
  void queue.take();
  settle(queue, 'a', outcome);
  queue.done('a');
  const failures = queue.failures('a');
  for (let ms = 0; ms <= 120_000; ms += 5) {
    if (queue.stats().depth > 0) return { failures, readyAfterMs: ms };
    clock.advance(5);
  }
  return { failures, readyAfterMs: undefined };
}

test.each<[string, Outcome, ReturnType<typeof settled>]>([
  ['done', done, { failures: 0, readyAfterMs: undefined }],
  ['again', { kind: 'again', afterMs: 20_000, why: 'interval' }, { failures: 0, readyAfterMs: 20_000 }],
  [
    'stalled',
    { kind: 'stalled', by: 'user', on: [], reason: 'Missing' },
    { failures: 0, readyAfterMs: undefined },
  ],
  ['retry', { kind: 'retry', error: failure('conflict', '') }, { failures: 4, readyAfterMs: 20 }],
  [
    'retry with Retry-After',
    { kind: 'retry', error: failure('too-many-requests', '', 3) },
    { failures: 4, readyAfterMs: 3000 },
  ],
  [
    'retry of what no retry cures',
    { kind: 'retry', error: failure('invalid', '') },
    { failures: 4, readyAfterMs: 60_000 },
  ],
])('%s becomes its queue call', (_, outcome, expected) => {
  expect(settled(outcome)).toEqual(expected);
});

test('only errors that no retry cures are held back for a minute', () => {
  const tags = Object.keys(errorMeanings) as ErrorTag[];
  const slow = tags.filter((tag) => leastWaitMs(failure(tag, '')) > 0);
  expect(slow.sort()).toEqual(['already-exists', 'invalid', 'malformed', 'name-taken', 'not-found']);
});
