import { type Job, jobSchema } from '../../src/api/core/job.ts';
import { type TaskPod, taskPodSchema } from '../../src/api/core/task-pod.ts';
import {
  type KeptnEvaluationDefinition,
  keptnEvaluationDefinitionSchema,
} from '../../src/api/lifecycle/v1/keptn-evaluation-definition.ts';
import { type KeptnTask, keptnTaskSchema } from '../../src/api/lifecycle/v1/keptn-task.ts';
import {
  type KeptnTaskDefinition,
  keptnTaskDefinitionSchema,
} from '../../src/api/lifecycle/v1/keptn-task-definition.ts';
import { type Given, parsed } from './parsed.ts';

/** The pre-deployment task `pre-check` of definition `check`, not begun. */
export function keptnTask(given: Given = {}): KeptnTask {
  const metadata = { name: 'pre-check', uid: 'task-1', generation: 1 };
  const context = {
    workloadName: 'shop-cart',
    appName: 'shop',
    appVersion: '',
    workloadVersion: '1',
    taskType: 'pre',
    objectType: 'Workload',
  };
  return parsed(
    keptnTaskSchema,
    { metadata, spec: { taskDefinition: 'check', checkType: 'pre', context } },
    given,
  );
}

/** Definition `check`: a Deno script written inline, unless the test names a runtime. */
export function taskDefinition(given: Given = {}): KeptnTaskDefinition {
  const named = ['deno', 'python', 'container', 'steps', 'function'].some(
    (runtime) => given.spec?.[runtime] !== undefined,
  );
  const spec = named ? {} : { deno: { inline: { code: 'console.log(1)' } } };
  return parsed(keptnTaskDefinitionSchema, { metadata: { name: 'check' }, spec }, given);
}

/** Definition `check` of an evaluation without objectives, unless the test gives some. */
export function keptnEvaluationDefinition(given: Given = {}): KeptnEvaluationDefinition {
  return parsed(
    keptnEvaluationDefinitionSchema,
    { metadata: { name: 'check' }, spec: { objectives: [] } },
    given,
  );
}

/** The Job of task `pre-check`, running. */
export function job(given: Given = {}): Job {
  const owner = { apiVersion: 'lifecycle.keptn.sh/v1', kind: 'KeptnTask', name: 'pre-check', uid: 'task-1' };
  const metadata = { name: 'pre-check', uid: 'job-1', ownerReferences: [{ ...owner, controller: true }] };
  return parsed(jobSchema, { metadata }, given);
}

/** A pod of that Job with one container in this state. */
export function taskPod(state: Readonly<Record<string, unknown>>, metadata: Given['metadata'] = {}): TaskPod {
  return taskPodSchema.parse({
    metadata: { name: 'pre-check-x', namespace: 'shop', ...metadata },
    status: { containerStatuses: [{ name: 'keptn-function-runner', state }] },
  });
}
