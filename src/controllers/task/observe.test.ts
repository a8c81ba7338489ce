import { expect, test } from 'vitest';
import { filledCache } from '../../../test/builders/filled-cache.ts';
import { job, keptnTask, taskDefinition } from '../../../test/builders/task-objects.ts';
import { observeTask, taskIndexes } from './observe.ts';

const names = ['keptntasks', 'keptntaskdefinitions', 'jobs', 'taskpods'] as const;
const settings = {
  systemNamespace: 'sluice-system',
  promotion: false,
  images: { deno: 'd', python: 'p' },
  discoveryQuietMs: 0,
};

/** Which Job is found for a task, when there is one of that name that the task owns. */
async function jobFound(jobName: string, status: Record<string, unknown>): Promise<string | undefined> {
  const objects = {
    keptntasks: [keptnTask({ status })],
    keptntaskdefinitions: [taskDefinition()],
    jobs: [job({ metadata: { name: jobName } })],
  };
  const cache = filledCache(objects, names, taskIndexes);
  const observed = await observeTask(settings)({ namespace: 'shop', name: 'pre-check' }, cache, new Date(0));
  if (!observed.ok) throw new Error(observed.error.message);
  return observed.value?.job?.metadata.name;
}

test('the Job is the one on record, else one that Keptn made and did not come to record (Q-2)', async () => {
  expect(await jobFound('pre-check-12345', { jobName: 'pre-check-12345' })).toBe('pre-check-12345');
  expect(await jobFound('pre-check-12345', {})).toBe('pre-check-12345');
  expect(
    await jobFound('pre-check-12345', { jobName: 'gone', endTime: '2026-01-01T00:00:00Z' }),
  ).toBeUndefined();
});
