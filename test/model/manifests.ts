import type { KubeObject } from '../../src/api/meta.ts';
import type { Asked, WorkloadShape } from './sequence.ts';

/** A gate of another controller on the pods of some workloads. */
export const foreignGate = 'example.com/quota';
/** The taint of hollow nodes, without its effect. */
export const noTasks = { key: 'test.sluice/no-tasks', value: 'yes' };
/** On the nodes that DaemonSets run on. */
export const daemonLabel = { 'test.sluice/daemons': 'yes' };
/** How many nodes carry that label. */
export const daemonNodes = 2;

/** What a workload is asked to be. */
export interface Wanted extends Asked {
  readonly shape: WorkloadShape;
  /** The app that its pods name; absent: it is an app of its own. */
  readonly app: string | undefined;
  readonly version: string;
  readonly replicas: number;
}

/** The workload as a user would apply it. */
export function workloadManifest({ shape, app, version, replicas, pre, post }: Wanted): KubeObject {
  const { name, kind, foreign, ordered } = shape;
  const annotations = {
    'keptn.sh/workload': name,
    'keptn.sh/version': version,
    ...(app === undefined ? {} : { 'keptn.sh/app': app }),
    ...(pre.length === 0 ? {} : { 'keptn.sh/pre-deployment-tasks': pre.join(',') }),
    ...(post.length === 0 ? {} : { 'keptn.sh/post-deployment-tasks': post.join(',') }),
  };
  const spec = {
    terminationGracePeriodSeconds: 0,
    nodeSelector: kind === 'DaemonSet' ? daemonLabel : { type: 'kwok' },
    tolerations: [{ ...noTasks, operator: 'Equal' }],
    ...(foreign ? { schedulingGates: [{ name: foreignGate }] } : {}),
    containers: [{ name: 'main', image: `registry.example/shop:${version}` }],
  };
  const policy = ordered ? 'OrderedReady' : 'Parallel';
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name, podManagementPolicy: policy } : {}),
      selector: { matchLabels: { run: name } },
      template: { metadata: { labels: { run: name }, annotations }, spec },
    },
  };
}

/** The checks of an app. */
export function appContext(name: string, pre: readonly string[], post: readonly string[]): KubeObject {
  return {
    apiVersion: 'lifecycle.keptn.sh/v1',
    kind: 'KeptnAppContext',
    metadata: { name },
    spec: { preDeploymentTasks: pre, postDeploymentTasks: post },
  };
}
