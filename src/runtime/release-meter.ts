import type { KeptnAppVersion } from '../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnEvaluation } from '../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnTask } from '../api/lifecycle/v1/keptn-task.ts';
import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { readState } from '../api/lifecycle/v1/shared.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ResourceMap, ResourceName } from '../api/resources.ts';
import { z } from '../api/schema.ts';
import type { Action, ObjectRef } from '../domain/action.ts';
import { appPhases, failurePhase, type Phase, workloadPhases } from '../domain/phases.ts';
import { hasPassed, isCompleted } from '../domain/state.ts';
import { resolveIdentity } from '../domain/workload-identity.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Cache } from './cache.ts';
import type { Clock } from './clock.ts';
import { RecentMap } from './recent.ts';

/** What a meter needs. */
export interface ReleaseMeterOptions {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Called once a change is made. */
type Told = () => void;

const times = { startTime: z.string().optional(), endTime: z.string().optional() };
const statusSchema = z.looseObject({
  ...times,
  phaseTimes: z.record(z.string(), z.object(times)).optional(),
});
type Written = z.infer<typeof statusSchema>;

const phasesOf: Readonly<Record<'App' | 'Workload', readonly Phase[]>> = {
  App: [...appPhases({ promotion: true }), failurePhase('App')],
  Workload: [...workloadPhases, failurePhase('Workload')],
};

/** Ends of checks before a deployment are remembered until pods were let go after them. */
const mostRemembered = 20_000;

/**
 * Measures what actions bring about: how long pods waited, how long checks, phases and versions took. Each is measured
 * when the write that ends it has succeeded, so that what is tried again is not counted again.
 */
export class ReleaseMeter {
  readonly #options: ReleaseMeterOptions;
  /** When the last check before a deployment ended, by the uid of a workload's version or `<namespace>/<app>`. */
  readonly #lastCheck = new RecentMap<number>(mostRemembered);

  constructor(options: ReleaseMeterOptions) {
    this.#options = options;
  }

  /** Looks at what an action is about to end. What it gives is to be called when the action has changed something. */
  before(action: Action): Told | undefined {
    if (action.kind === 'liftGate') return this.#lift(action.pod);
    return action.kind === 'applyStatus' ? this.#end(action.object) : undefined;
  }

  #cached<K extends ResourceName>(
    resource: K,
    at: { readonly namespace?: string | undefined; readonly name: string },
  ): ResourceMap[K] | undefined {
    const { cache } = this.#options;
    return cache.has(resource) ? cache.get(resource, at.namespace ?? '', at.name) : undefined;
  }

  #end(object: KubeObject): Told | undefined {
    const { metadata } = object;
    switch (object.kind) {
      case 'KeptnTask':
        return this.#endCheck('task', this.#cached('keptntasks', metadata), object);
      case 'KeptnEvaluation':
        return this.#endCheck('evaluation', this.#cached('keptnevaluations', metadata), object);
      case 'KeptnAppVersion':
        return this.#endVersion('App', this.#cached('keptnappversions', metadata), object);
      case 'KeptnWorkloadVersion':
        return this.#endVersion('Workload', this.#cached('keptnworkloadversions', metadata), object);
      default:
        return undefined;
    }
  }

  #endCheck(
    kind: 'task' | 'evaluation',
    check: KeptnTask | KeptnEvaluation | undefined,
    object: KubeObject,
  ): Told | undefined {
    const written = statusSchema.safeParse(object['status']);
    if (check === undefined || !written.success) return undefined;
    const result = stateIn(written.data, kind === 'task' ? 'status' : 'overallStatus');
    const { status, spec, metadata } = check;
    const was = status !== undefined && 'overallStatus' in status ? status.overallStatus : status?.status;
    if (isCompleted(was) || !isCompleted(result)) return undefined;
    return () => {
      const { metrics } = this.#options;
      const { namespace = '', creationTimestamp } = metadata;
      const definition = 'taskDefinition' in spec ? spec.taskDefinition : spec.evaluationDefinition;
      const labels = { kind, namespace, definition, type: spec.checkType ?? '', result };
      const { startTime = creationTimestamp, endTime } = written.data;
      const seconds = secondsFrom(startTime, this.#timeOf(endTime));
      if (seconds !== undefined) metrics.observe('sluice_check_seconds', labels, seconds);
      this.#rememberEnd(check);
    };
  }

  #rememberEnd({ metadata, spec }: KeptnTask | KeptnEvaluation): void {
    if (spec.checkType !== 'pre' && spec.checkType !== 'pre-eval') return;
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    const app = 'context' in spec ? spec.context.appName : spec.appName;
    const isOfApp = owner?.kind === 'KeptnAppVersion';
    const key = isOfApp ? `${metadata.namespace ?? ''}/${app ?? ''}` : owner?.uid;
    if (key !== undefined) this.#lastCheck.set(key, this.#options.clock.now());
  }

  #endVersion(
    level: 'App' | 'Workload',
    version: KeptnAppVersion | KeptnWorkloadVersion | undefined,
    object: KubeObject,
  ): Told | undefined {
    const written = statusSchema.safeParse(object['status']);
    if (version === undefined || !written.success) return undefined;
    const { data } = written;
    const ended = phasesOf[level].filter(
      ({ name }) =>
        data.phaseTimes?.[name]?.endTime !== undefined &&
        version.status?.phaseTimes?.[name]?.endTime === undefined,
    );
    const isOver = data.endTime !== undefined && version.status?.endTime === undefined;
    if (ended.length === 0 && !isOver) return undefined;
    return () => {
      for (const phase of ended) this.#observePhase(phase, data);
      if (isOver) this.#observeVersion(level, version, data);
    };
  }

  #observePhase({ name, field }: Phase, written: Written): void {
    const { startTime, endTime } = written.phaseTimes?.[name] ?? {};
    const seconds = secondsFrom(startTime, Date.parse(endTime ?? ''));
    const labels = { phase: name, result: stateIn(written, field) };
    if (seconds !== undefined) this.#options.metrics.observe('sluice_phase_seconds', labels, seconds);
  }

  #observeVersion(
    level: 'App' | 'Workload',
    { metadata, spec }: KeptnAppVersion | KeptnWorkloadVersion,
    written: Written,
  ): void {
    const { namespace = '' } = metadata;
    const app = 'appName' in spec ? spec.appName : spec.app;
    const seconds = secondsFrom(written.startTime, Date.parse(written.endTime ?? ''));
    const labels = { level, namespace, app, result: stateIn(written, 'status') };
    if (seconds !== undefined) this.#options.metrics.observe('sluice_version_seconds', labels, seconds);
  }

  #lift({ namespace = '', name, uid }: ObjectRef): Told | undefined {
    const { clock, metrics } = this.#options;
    const pod = this.#cached('pods', { namespace, name });
    if (pod === undefined || pod.metadata.uid !== uid) return undefined;
    const found = resolveIdentity({ pod });
    if (found.kind !== 'identified') return undefined;
    const { workloadVersionName, app } = found.identity;
    const version = this.#cached('keptnworkloadversions', { namespace, name: workloadVersionName });
    return () => {
      const now = clock.now();
      const created = Date.parse(pod.metadata.creationTimestamp ?? '');
      const waited = secondsFrom(pod.metadata.creationTimestamp, now);
      if (waited === undefined) return;
      metrics.observe('sluice_gate_wait_seconds', { result: whyLifted(version) }, waited);
      const keys = [version?.metadata.uid ?? '', `${namespace}/${app}`];
      const ends = keys.flatMap((key) => this.#lastCheck.get(key) ?? []);
      // A pod that came after the checks waited for none of them.
      const last = Math.max(...ends);
      if (ends.length > 0 && created <= last)
        metrics.observe('sluice_gate_lift_latency_seconds', {}, Math.max(0, now - last) / 1000);
    };
  }

  #timeOf(endTime: string | undefined): number {
    return endTime === undefined ? this.#options.clock.now() : Date.parse(endTime);
  }
}

function stateIn(written: Written, field: string): ReturnType<typeof readState> {
  const state = written[field];
  return readState(typeof state === 'string' ? state : '');
}

function whyLifted(version: KeptnWorkloadVersion | undefined): 'passed' | 'warning' | 'audit' {
  const { preDeploymentStatus, preDeploymentEvaluationStatus } = version?.status ?? {};
  const states = [preDeploymentStatus, preDeploymentEvaluationStatus];
  if (!states.every(hasPassed)) return 'audit';
  return states.includes('Warning') ? 'warning' : 'passed';
}

/** Undefined where a time is missing or none, 0 where a clock was set back. */
function secondsFrom(start: string | undefined, endMs: number): number | undefined {
  const ms = endMs - Date.parse(start ?? '');
  return Number.isNaN(ms) ? undefined : Math.max(0, ms / 1000);
}
