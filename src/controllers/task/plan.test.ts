import { expect, test } from 'vitest';
import { keptnTask, taskDefinition } from '../../../test/builders/task-objects.ts';
import { taskSnapshot } from '../../../test/builders/task-snapshot.ts';
import type { KeptnTaskDefinition } from '../../api/lifecycle/v1/keptn-task-definition.ts';
import { decideTask } from './decide.ts';
import type { TaskSnapshot } from './observe.ts';
import { planTask } from './plan.ts';

const refersTo = (name: string, to: string): KeptnTaskDefinition =>
  taskDefinition({ metadata: { name }, spec: { deno: { functionRef: { name: to } } } });
const container = { name: 'c', image: 'busybox' };
const withConfigMap = taskDefinition({ spec: { python: { configMapRef: { name: 'code' } } } });

/** Definitions as they may be stored by an older CRD, past the schema's rules. */
function unruly(name: string, spec: KeptnTaskDefinition['spec']): KeptnTaskDefinition {
  return { ...taskDefinition(), metadata: { name, namespace: 'shop' }, spec };
}
const { deno: _deno, ...noRuntime } = taskDefinition().spec;

const problems: [string, Partial<TaskSnapshot>, string[], object][] = [
  [
    'an unknown definition',
    { definitions: [] },
    ['KeptnTaskDefinition "check"', 'create it or correct the name'],
    { kind: 'KeptnTaskDefinition', name: 'check' },
  ],
  [
    'a functionRef to nothing',
    { definitions: [refersTo('check', 'gone')] },
    ['KeptnTaskDefinition "gone"', 'named by "check"'],
    { kind: 'KeptnTaskDefinition', name: 'gone' },
  ],
  [
    'functionRefs in a circle',
    { definitions: [refersTo('check', 'other'), refersTo('other', 'check')] },
    ['"check" → "other" → "check"', 'let one of them carry the code'],
    { kind: 'KeptnTaskDefinition', name: 'check', field: 'spec.deno.functionRef' },
  ],
  [
    'a container behind a functionRef',
    {
      definitions: [
        refersTo('check', 'box'),
        taskDefinition({ metadata: { name: 'box' }, spec: { container } }),
      ],
    },
    ['KeptnTaskDefinition "box"', 'only deno and python'],
    { kind: 'KeptnTaskDefinition', name: 'box', field: 'spec' },
  ],
  [
    'a functionRef of a step to nothing',
    {
      definitions: [
        taskDefinition({ spec: { steps: [{ name: 'a', deno: { functionRef: { name: 'gone' } } }] } }),
      ],
    },
    ['KeptnTaskDefinition "gone"', 'named by "check"'],
    { kind: 'KeptnTaskDefinition', name: 'gone' },
  ],
  [
    'several steps behind a functionRef',
    {
      definitions: [
        refersTo('check', 'many'),
        taskDefinition({
          metadata: { name: 'many' },
          spec: { steps: [{ name: 'a', deno: { inline: { code: '1' } } }] },
        }),
      ],
    },
    ['KeptnTaskDefinition "many"', 'runs several steps', 'only deno and python'],
    { kind: 'KeptnTaskDefinition', name: 'many', field: 'spec' },
  ],
  [
    'a step without a script',
    {
      definitions: [
        unruly('check', {
          ...noRuntime,
          steps: [
            { name: 'a', deno: { inline: { code: '1' } } },
            { name: 'b', python: {} },
          ],
        }),
      ],
    },
    ['has no script', 'spec.steps[1].python.inline'],
    { kind: 'KeptnTaskDefinition', name: 'check', field: 'spec' },
  ],
  [
    'a ConfigMap that is not there',
    { definitions: [withConfigMap], configMaps: [{ namespace: 'shop', name: 'code', code: undefined }] },
    ['ConfigMap "code" in namespace "shop"', 'create it with the script under "code"'],
    { kind: 'ConfigMap', namespace: 'shop', name: 'code', field: 'data.code' },
  ],
  [
    'no runtime',
    { definitions: [unruly('check', noRuntime)] },
    ['KeptnTaskDefinition "check" has no runtime', 'set one of spec.deno'],
    { kind: 'KeptnTaskDefinition', name: 'check', field: 'spec' },
  ],
  [
    'two runtimes',
    { definitions: [unruly('check', { ...noRuntime, deno: { inline: { code: '1' } }, container })] },
    ['several runtimes', 'keep one of spec.container and spec.deno'],
    { kind: 'KeptnTaskDefinition', name: 'check', field: 'spec' },
  ],
  [
    'no script',
    { definitions: [unruly('check', { ...noRuntime, python: {} })] },
    ['has no script', 'spec.python.inline'],
    { kind: 'KeptnTaskDefinition', name: 'check', field: 'spec' },
  ],
];

test.each(problems)('%s is said with the object, the field and what to do', (_what, given, words, on) => {
  const plan = planTask(taskSnapshot(given));
  if (plan.ok) throw new Error('a problem was expected');
  for (const word of words) expect(plan.error.message).toContain(word);
  expect(plan.error.on).toEqual(on);
  const { actions, outcome } = decideTask(taskSnapshot(given));
  expect(actions.map(({ kind }) => kind)).toEqual(['applyStatus']);
  expect(outcome).toEqual({ kind: 'stalled', by: 'user', on: [on], reason: plan.error.message });
});

test('the old field function means Deno', () => {
  const definitions = [taskDefinition({ spec: { function: { inline: { code: 'old' } } } })];
  const plan = planTask(taskSnapshot({ definitions }));
  expect(plan).toMatchObject({
    ok: true,
    value: { steps: [{ runtime: { code: 'old', script: { language: 'deno' } } }] },
  });
});

test('code of a ConfigMap is taken as it is now', () => {
  const configMap = { namespace: 'shop', name: 'code', code: 'print(1)' };
  const plan = planTask(taskSnapshot({ definitions: [withConfigMap], configMaps: [configMap] }));
  expect(plan).toMatchObject({
    ok: true,
    value: { steps: [{ runtime: { code: 'print(1)', script: { language: 'python' } } }] },
  });
});

test('an empty script in a ConfigMap is a script', () => {
  const configMap = { namespace: 'shop', name: 'code', code: '' };
  expect(planTask(taskSnapshot({ definitions: [withConfigMap], configMaps: [configMap] })).ok).toBe(true);
});

test('what a task says is not overwritten by its definition', () => {
  const task = keptnTask({ spec: { secureParameters: { secret: 'mine' } } });
  const plan = planTask(taskSnapshot({ task }));
  expect(plan).toMatchObject({
    ok: true,
    value: { task: { spec: { secureParameters: { secret: 'mine' } } } },
  });
});

test('a functionRef is followed over several levels to the code (Q-23)', () => {
  const definitions = [
    refersTo('check', 'one'),
    refersTo('one', 'two'),
    taskDefinition({ metadata: { name: 'two' } }),
  ];
  expect(planTask(taskSnapshot({ definitions }))).toMatchObject({
    ok: true,
    value: { steps: [{ runtime: { code: 'console.log(1)' } }] },
  });
});

test('a container behind a functionRef stalls its own task and is told (Q-23)', () => {
  const box = taskDefinition({ metadata: { name: 'box' }, spec: { container } });
  const { actions, outcome } = decideTask(taskSnapshot({ definitions: [refersTo('check', 'box'), box] }));
  expect(actions.map(({ kind }) => kind)).toEqual(['applyStatus']);
  expect(outcome).toMatchObject({ kind: 'stalled', by: 'user', reason: expect.stringContaining('"box"') });
});
