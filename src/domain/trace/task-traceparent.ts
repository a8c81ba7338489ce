import type { KeptnTask } from '../../api/lifecycle/v1/keptn-task.ts';
import { formatTraceparent, parseTraceparent } from './ids.ts';
import { checkSpanId } from './version-trace.ts';

const versionKinds = ['KeptnAppVersion', 'KeptnWorkloadVersion'];

/**
 * The traceparent under which a task's own spans join the trace of its release: the span of the task in the trace that
 * its context names. A task that a user made by hand hands on what its context says. Undefined where that says nothing.
 * Pure.
 */
export function taskTraceparent({ metadata, spec }: KeptnTask): string | undefined {
  const context = parseTraceparent(spec.context.metadata?.['traceparent']);
  if (context === undefined) return undefined;
  const owner = metadata.ownerReferences?.find(
    ({ kind, controller }) => controller === true && versionKinds.includes(kind),
  );
  if (owner === undefined) return formatTraceparent(context);
  return formatTraceparent({
    traceId: context.traceId,
    spanId: checkSpanId(owner.uid, metadata.name),
  });
}
