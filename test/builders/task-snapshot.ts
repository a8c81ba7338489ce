import type { TaskSnapshot } from '../../src/controllers/task/observe.ts';
import { keptnTask, taskDefinition } from './task-objects.ts';

/** The snapshot of task `pre-check`, about to begin, with a definition that has its script inline. */
export function taskSnapshot(given: Partial<TaskSnapshot> = {}): TaskSnapshot {
  return {
    task: keptnTask(),
    definitions: [taskDefinition()],
    configMaps: [],
    job: undefined,
    pods: [],
    refusals: [],
    restricted: false,
    images: { deno: 'deno-image', python: 'python-image' },
    lastFailure: undefined,
    now: new Date('2026-01-01T00:10:00Z'),
    ...given,
  };
}
