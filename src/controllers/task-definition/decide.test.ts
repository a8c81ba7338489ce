import { expect, test } from 'vitest';
import { taskDefinition } from '../../../test/builders/task-objects.ts';
import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import { decideTaskDefinition } from './decide.ts';

const now = new Date('2026-01-01T00:00:00Z');
function statusOf(definition: KeptnTaskDefinition, missingReferences: readonly string[] = []): unknown {
  const [action] = decideTaskDefinition({ definition, missingReferences, now }).actions;
  return action?.kind === 'applyStatus' ? action.object['status'] : undefined;
}
const ready = (status: string, reason: string, words: string) => ({
  conditions: [{ type: 'Ready', status, reason, message: expect.stringContaining(words) }],
});

test.each([
  [{ deno: { inline: { code: '1' } } }, 'a deno script'],
  [{ python: { httpRef: { url: 'https://h/x.py' } } }, 'a python script'],
  [{ function: { inline: { code: '1' } } }, 'a deno script'],
  [{ container: { name: 'c', image: 'i' } }, 'a container'],
  [
    {
      steps: [
        { name: 'fetch', container: { image: 'i' } },
        { name: 'judge', python: { inline: { code: '1' } } },
      ],
    },
    '2 steps: fetch, judge',
  ],
])('%j can run', (spec, words) => {
  expect(statusOf(taskDefinition({ spec }))).toMatchObject(ready('True', 'Valid', words));
});

test('a functionRef to nothing is said', () => {
  const definition = taskDefinition({ spec: { deno: { functionRef: { name: 'gone' } } } });
  expect(statusOf(definition, ['gone'])).toMatchObject(ready('False', 'MissingDefinition', '"gone"'));
  expect(statusOf(definition)).toMatchObject(ready('True', 'Valid', 'deno'));
});

test('a definition that says nothing to run is said to be invalid', () => {
  const { deno: _deno, ...spec } = taskDefinition().spec;
  expect(statusOf({ ...taskDefinition(), spec })).toMatchObject(
    ready('False', 'InvalidDefinition', 'has no runtime'),
  );
});

test('where the code is is told for a ConfigMap, and no longer once it is elsewhere (Q-22)', () => {
  const referring = taskDefinition({ spec: { deno: { configMapRef: { name: 'code' } } } });
  expect(statusOf(referring)).toMatchObject({ function: { configMap: 'code' } });
  const moved = taskDefinition({ status: { function: { configMap: 'code' } } });
  expect(JSON.stringify(statusOf(moved))).not.toContain('configMap');
});
