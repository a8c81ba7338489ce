import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(run: (logger: ReturnType<typeof createLogger>) => void): unknown[] {
  const lines: unknown[] = [];
  run(createLogger('info', { write: (line) => lines.push(JSON.parse(line)) }));
  return lines;
}

test('a line is one JSON object with its level, message and fields, those of its parents included', () => {
  const lines = logged((logger) => {
    logger.child({ kind: 'Pod' }).info('reconciled', { name: 'x' });
    logger.debug('unsaid');
  });
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/Z$/) as unknown,
      kind: 'Pod',
      name: 'x',
      message: 'reconciled',
    },
  ]);
});

test('an error is written with its stack, an error value as it is', () => {
  const [thrown, value] = logged((logger) => {
    logger.error('threw', { error: new TypeError('bug') });
    logger.error('failed', { error: { tag: 'conflict', message: 'm' } });
  });
  expect(thrown).toMatchObject({
    error: { type: 'TypeError', message: 'bug', stack: expect.any(String) as unknown },
  });
  expect(value).toMatchObject({ error: { tag: 'conflict', message: 'm' } });
});
