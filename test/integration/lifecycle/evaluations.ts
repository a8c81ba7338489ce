import type { KeptnEvaluation } from '../../../src/api/lifecycle/v1/keptn-evaluation.ts';
import type { Gauge, Gauges } from './gauges.ts';
import { metric, metricsProvider } from './manifests.ts';
import type { Scene } from './scene.ts';

/** How long a test waits for what must happen. */
export const patience = 40_000;

/** The evaluation of a definition, when it is there. */
export function evaluationOf(scene: Scene, definition: string): KeptnEvaluation | undefined {
  return scene.all('keptnevaluations').find(({ spec }) => spec.evaluationDefinition === definition);
}

/** Waits until so many attempts were made. */
export function untilAttempt(scene: Scene, definition: string, count: number): Promise<KeptnEvaluation> {
  return scene.until(
    `attempt ${count} of ${definition}`,
    () => {
      const found = evaluationOf(scene, definition);
      return (found?.status?.retryCount ?? 0) >= count ? found : undefined;
    },
    patience,
  );
}

/** Waits until the evaluation of a definition is in that state. */
export function untilState(scene: Scene, definition: string, state: string): Promise<KeptnEvaluation> {
  return scene.until(
    `${definition} is ${state}`,
    () => {
      const found = evaluationOf(scene, definition);
      return found?.status?.overallStatus === state ? found : undefined;
    },
    patience,
  );
}

/** Waits until no gate is left. */
export function untilLifted(scene: Scene): Promise<unknown> {
  return scene.until(
    'the gate is lifted',
    () => scene.pods().length > 0 && scene.gates().flat().length === 0,
    patience,
  );
}

/** Waits for an Event on the pod with all these words, and gives it. */
export function untilPodIsTold(scene: Scene, reason: string, words: readonly string[]): Promise<string> {
  return scene.until(
    `an Event ${reason} on the pod with ${words.join(', ')}`,
    () =>
      scene
        .notes('Pod')
        .find((note) => note.startsWith(`${reason}:`) && words.every((word) => note.includes(word))),
    patience,
  );
}

/** The condition Ready of an evaluation. */
export function ready({ status }: KeptnEvaluation): unknown {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Waits until a metric has that value. */
export function untilMeasured(scene: Scene, name: string, value: string): Promise<unknown> {
  return scene.until(
    `${name} is ${value}`,
    () => scene.one('keptnmetrics', name)?.status?.value === value,
    patience,
  );
}

/**
 * Has a gauge of this server measured by a metric of that name, which is made where it is not there yet: every second
 * unless told otherwise.
 */
export function measuredBy(gauges: Gauges) {
  return async (
    scene: Scene,
    name: string,
    gauge: Gauge,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<void> => {
    const query = `${scene.namespace}/${name}`;
    gauges.set(query, gauge);
    await scene.tryMake(metricsProvider('gauges', gauges.url, { timeoutSeconds: 2 }));
    await scene.tryMake(metric(name, { query, fetchIntervalSeconds: 1, ...spec }));
  };
}
