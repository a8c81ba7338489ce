import { expect, test } from 'vitest';
import { resources } from '../../src/api/resources.ts';
import { AppStory } from './app-story.ts';
import type { Sighting } from './story.ts';

function take<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const pod = (workload: string, gates: readonly string[], version = '1.0.3'): Sighting => ({
  kind: 'pod',
  isGone: false,
  object: take(
    resources.pods.parse({
      metadata: {
        name: `${workload}-x`,
        labels: {
          'app.kubernetes.io/name': workload,
          'app.kubernetes.io/part-of': 'head',
          'app.kubernetes.io/version': version,
        },
      },
      spec: { schedulingGates: gates.map((name) => ({ name })) },
    }),
  ),
});
const app = (
  status: object,
  workloads = [
    { name: 'a', version: '1.0.3' },
    { name: 'b', version: '1.0.3' },
  ],
): Sighting => ({
  kind: 'app version',
  object: take(
    resources.keptnappversions.parse({
      metadata: { name: 'head-1' },
      spec: { appName: 'head', version: 'x', workloads },
      status,
    }),
  ),
});
const task = (workloadName: string, status: object): Sighting => ({
  kind: 'task',
  object: take(
    resources.keptntasks.parse({
      metadata: { name: `post-${workloadName}` },
      spec: {
        taskDefinition: 'answers',
        checkType: 'post',
        context: { appName: 'head', workloadName, workloadVersion: workloadName === '' ? '' : '1.0.3' },
      },
      status,
    }),
  ),
});
const gate = 'keptn-prechecks-gate';

test('tells when the gates of all workloads were lifted, once each', () => {
  const story = new AppStory('head', '1.0.3', 2);
  expect(story.see(pod('a', [gate]), 1)).toEqual(['pod of a is held (1 of 2)']);
  story.see(pod('b', [gate]), 2);
  expect(story.see(pod('a', []), 3)).toEqual(['pod of a may be scheduled (1 of 2)']);
  expect(story.see(pod('a', []), 4)).toEqual([]);
  story.see(pod('b', []), 5);
  expect(story.steps.map(({ name, atMs }) => [name, atMs])).toEqual([
    ['pods of all 2 workloads held', 2],
    ['first gate lifted', 3],
    ['last gate lifted', 5],
  ]);
});

test('pods of another version are none of its business', () => {
  const story = new AppStory('head', '1.0.3', 1);
  expect(story.see(pod('a', [gate], '1.0.2'), 1)).toEqual([]);
  expect(story.see(pod('a', [], '1.0.2'), 1)).toEqual([]);
});

test('the verdict is that of the app version that lists every workload in this version', () => {
  const story = new AppStory('head', '1.0.3', 2);
  story.see(app({ status: 'Succeeded' }, [{ name: 'a', version: '1.0.3' }]), 1);
  expect(story.verdict).toBeUndefined();
  story.see(app({ status: 'Progressing', currentPhase: 'AppDeploy' }), 2);
  expect(story.verdict).toBeUndefined();
  expect(story.see(app({ status: 'Failed', currentPhase: 'AppDeploy' }), 3)).toEqual([]);
  expect(story.verdict).toBe('Failed');
});

test('a task is told with its owner, its Job and its end', () => {
  const story = new AppStory('head', '1.0.3', 2);
  expect(story.see(task('head-a', { jobName: 'j', status: 'Progressing' }), 1)).toEqual([
    'post task answers of a runs as Job j',
  ]);
  expect(story.see(task('head-a', { jobName: 'j', status: 'Failed', message: 'no\nmore' }), 2)).toEqual([
    'post task answers of a failed: no',
  ]);
  story.see(task('', { jobName: 'k', status: 'Succeeded' }), 3);
  expect(story.steps.map(({ name }) => name)).toContain('post task answers of the app passed');
});
