import type { KeptnConfig } from '../../api/options/v1alpha1/keptn-config.ts';
import type { SinkPlan } from '../outbox.ts';
import { type OtlpPorts, OtlpSink, otlpSinkName } from './sink.ts';
import { collectorTarget } from './target.ts';

/** The sink of spans that a KeptnConfig asks for; undefined where it names no collector. */
export function otlpPlan(spec: KeptnConfig['spec'] | undefined, ports: OtlpPorts): SinkPlan | undefined {
  const target = collectorTarget(spec);
  if (target === undefined) return undefined;
  return {
    name: otlpSinkName,
    title: target.field,
    fingerprint: JSON.stringify([target, ports.resource]),
    open: () => new OtlpSink(target, ports),
  };
}
