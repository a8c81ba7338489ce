import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptnAppVersionSchema } from '../src/api/lifecycle/v1/keptn-app-version.ts';
import { keptnEvaluationSchema } from '../src/api/lifecycle/v1/keptn-evaluation.ts';
import { keptnTaskSchema } from '../src/api/lifecycle/v1/keptn-task.ts';
import { keptnWorkloadVersionSchema } from '../src/api/lifecycle/v1/keptn-workload-version.ts';
import { factsOf } from '../src/domain/facts.ts';
import type { ReleaseObjects } from '../src/domain/release-objects.ts';
import type { CdEvent } from '../src/outbound/cdevents/cd-event.ts';
import { cdEventsOf } from '../src/outbound/cdevents/cd-events.ts';

const folder = 'docs/examples/cdevents';

/** A second of that morning. */
const at = (second: number): string => `2026-03-02T09:15:${String(second).padStart(2, '0')}Z`;
const span = (from: number, to: number) => ({ startTime: at(from), endTime: at(to) });

const app = keptnAppVersionSchema.parse({
  metadata: {
    namespace: 'shop-prod',
    name: 'shop-1.4.0-6b86b273',
    uid: '0b9f2c1e-4f0d-4c5e-9a86-3f1f6a0f7d11',
    creationTimestamp: at(0),
  },
  spec: {
    appName: 'shop',
    version: '1.4.0',
    previousVersion: '1.3.2',
    workloads: [{ name: 'cart', version: '2.1.0' }],
    preDeploymentTasks: ['check-database'],
    metadata: { commit: '5ca1ab1e' },
  },
  status: {
    status: 'Failed',
    currentPhase: 'AppPostDeployTasks',
    preDeploymentStatus: 'Succeeded',
    workloadOverallStatus: 'Succeeded',
    postDeploymentStatus: 'Failed',
    preDeploymentTaskStatus: [
      { definitionName: 'check-database', name: 'pre-check-database-1', status: 'Succeeded', ...span(1, 6) },
    ],
    postDeploymentTaskStatus: [
      {
        definitionName: 'order-something',
        name: 'post-order-something-1',
        status: 'Failed',
        ...span(41, 52),
      },
    ],
    phaseTimes: {
      AppPreDeployTasks: span(1, 7),
      AppDeploy: span(7, 41),
      AppPostDeployTasks: span(41, 53),
    },
    ...span(1, 53),
  },
});
const workload = keptnWorkloadVersionSchema.parse({
  metadata: {
    namespace: 'shop-prod',
    name: 'shop-cart-2.1.0',
    uid: '7d1c0a3e-3f6b-4a53-9d0e-0f6c2b7a9e11',
    creationTimestamp: at(0),
  },
  spec: {
    app: 'shop',
    workloadName: 'shop-cart',
    version: '2.1.0',
    previousVersion: '2.0.3',
    resourceReference: { uid: 'a2', kind: 'ReplicaSet', name: 'cart-5d9f7c6b8' },
  },
  status: {
    status: 'Succeeded',
    currentPhase: 'Completed',
    deploymentStatus: 'Succeeded',
    postDeploymentEvaluationStatus: 'Succeeded',
    postDeploymentEvaluationTaskStatus: [
      { definitionName: 'error-rate', name: 'post-eval-error-rate-1', status: 'Succeeded', ...span(30, 39) },
    ],
    phaseTimes: { WorkloadDeploy: span(8, 29), WorkloadPostDeployEvaluations: span(30, 40) },
    ...span(7, 40),
  },
});
const release: ReleaseObjects = {
  app: {
    version: app,
    tasks: [
      keptnTaskSchema.parse({
        metadata: { namespace: 'shop-prod', name: 'post-order-something-1' },
        spec: { taskDefinition: 'order-something' },
        status: { status: 'Failed', message: 'no order arrived within 10 s' },
      }),
    ],
    evaluations: [],
  },
  workloads: [
    {
      version: workload,
      tasks: [],
      evaluations: [
        keptnEvaluationSchema.parse({
          metadata: { namespace: 'shop-prod', name: 'post-eval-error-rate-1' },
          spec: { evaluationDefinition: 'error-rate' },
          status: {
            overallStatus: 'Succeeded',
            evaluationStatus: {
              'errors-per-minute': { value: '0.2', status: 'Succeeded', message: 'value 0.2 is < 1' },
            },
          },
        }),
      ],
    },
  ],
};

/** The CDEvents of one release whose check after the deployment failed, in the order in which they are sent. Pure. */
export function exampleEvents(): readonly CdEvent[] {
  const context = {
    source: 'sluice://prod-eu',
    past: { appVersions: () => [], workloadVersion: () => undefined },
    image: 'registry.example/shop/cart:2.1.0@sha256:9f86d081884c7d659a2feaa0c55ad015',
  };
  return [...factsOf(app), ...factsOf(workload)]
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .flatMap((fact) => cdEventsOf({ fact, release }, context));
}

/** The files of the examples: their names, in order, and texts. Pure. */
export function exampleFiles(): ReadonlyMap<string, string> {
  return new Map(
    exampleEvents().map((event, index) => {
      const [subject = '', predicate = ''] = event.context.type.split('.').slice(2);
      const name = `${String(index + 1).padStart(2, '0')}-${subject}-${predicate}.json`;
      return [join(folder, name), `${JSON.stringify(event, null, 2)}\n`];
    }),
  );
}

/** Writes the examples below a repository, in place of those that were there. */
export function writeExamples(root: string): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) rmSync(join(root, folder, name));
  for (const [path, text] of exampleFiles()) writeFileSync(join(root, path), text);
}

if (import.meta.main) writeExamples(join(import.meta.dirname, '..'));
