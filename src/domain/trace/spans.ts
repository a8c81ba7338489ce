import { annotations } from '../../api/constants.ts';
import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import { appPhases, workloadPhases } from '../phases.ts';
import type { ReleaseObjects, VersionRecord } from '../release-objects.ts';
import { appAttributes, workloadAttributes } from './attributes.ts';
import { parseTraceparent } from './ids.ts';
import type { SpanLink, TraceSpan } from './span.ts';
import { follows, versionSpans } from './version-spans.ts';
import { appTrace, isBelow, workloadTrace } from './version-trace.ts';

/** The spans of an app version alone. Pure. */
export function appSpans({
  version,
  tasks,
  evaluations,
}: VersionRecord<KeptnAppVersion>): readonly TraceSpan[] {
  const { metadata, spec, status } = version;
  return versionSpans({
    level: 'App',
    name: metadata.name,
    trace: appTrace(version),
    phases: appPhases({ promotion: true }),
    status,
    tasks,
    evaluations,
    notBeforeMs: 0,
    attributes: appAttributes(version),
    links: linksOf(version),
    prefix: '',
    check: {
      appName: spec.appName,
      appVersion: spec.version,
      workloadName: '',
      workloadVersion: '',
      metadata: spec.metadata,
    },
  });
}

const mostLinks = 64;

/** The version before it, and what the KeptnAppContext links to; each once. */
function linksOf({ metadata, spec }: KeptnAppVersion): SpanLink[] {
  const texts = [
    metadata.annotations?.[annotations.follows],
    ...(spec.spanLinks ?? []),
    spec.metadata?.['traceparent'],
  ];
  const contexts = texts.flatMap((text) => parseTraceparent(text) ?? []);
  const known = contexts.map(({ traceId, spanId }) => `${traceId}/${spanId}`);
  return contexts
    .filter(({ traceId, spanId }, i) => known.indexOf(`${traceId}/${spanId}`) === i)
    .slice(0, mostLinks)
    .map((context) => ({ context, attributes: follows }));
}

/**
 * The spans of a workload version alone, in the trace of the app version under which it began; `app` is the one that it
 * is told with, and the bound of its times where it is the same. Pure.
 */
export function workloadSpans(
  { version, tasks, evaluations }: VersionRecord<KeptnWorkloadVersion>,
  app: VersionRecord<KeptnAppVersion> | undefined,
): readonly TraceSpan[] {
  const { metadata, spec, status } = version;
  const trace = workloadTrace(version);
  const isOfApp = app !== undefined && isBelow(version, app.version);
  const deployStart = isOfApp ? app.version.status?.phaseTimes?.['AppDeploy']?.startTime : undefined;
  return versionSpans({
    level: 'Workload',
    name: metadata.name,
    trace,
    phases: workloadPhases,
    status,
    tasks,
    evaluations,
    notBeforeMs: Date.parse(deployStart ?? '') || 0,
    attributes: workloadAttributes(version),
    links: [],
    prefix: `${spec.workloadName}/`,
    check: {
      appName: spec.app,
      appVersion: isOfApp ? app.version.spec.version : '',
      workloadName: spec.workloadName,
      workloadVersion: spec.version,
      metadata: { ...status?.appContextMetadata, ...spec.metadata },
    },
  });
}

/**
 * Every span of a release, from its stored objects alone: the app version's, and those of the workload versions that
 * are recorded in its trace. Without an app version each workload version has a trace of its own. Pure.
 */
export function releaseSpans({ app, workloads }: ReleaseObjects): readonly TraceSpan[] {
  const own = app === undefined ? [] : appSpans(app);
  const told = workloads.filter(({ version }) => app === undefined || isBelow(version, app.version));
  return [...own, ...told.flatMap((workload) => workloadSpans(workload, app))];
}
