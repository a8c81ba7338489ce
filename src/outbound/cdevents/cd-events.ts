import type { KeptnEvaluation } from '../../api/lifecycle/v1/keptn-evaluation.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { State } from '../../api/lifecycle/v1/shared.ts';
import type { Fact, FactCheck } from '../../domain/fact.ts';
import { factsOf } from '../../domain/facts.ts';
import type { Parcel } from '../../domain/outbox.ts';
import type { ReleaseObjects } from '../../domain/release-objects.ts';
import { parseTraceparent, traceIdOf } from '../../domain/trace/ids.ts';
import { imagePurl, workloadPurl } from '../purl.ts';
import {
  type CdEvent,
  type CdEventType,
  type CdLink,
  cdEventsVersion,
  eventId,
  fullType,
} from './cd-event.ts';
import { beginsIncident, incidentId, type Past, resolvedBy } from './incidents.ts';
import { serviceChange } from './service-change.ts';

/** What events say beyond what a release says of itself. */
export interface CdContext {
  /** URI of this cluster's Sluice: the source of every event. */
  readonly source: string;
  readonly past: Past;
  /** The image that the workload version runs, when it is known. */
  readonly image?: string | undefined;
}

/** An event before it is put in its envelope. */
interface Draft {
  readonly type: CdEventType;
  readonly subject: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** Tells events of one type and fact apart. */
  readonly which?: string;
  readonly links?: readonly CdLink[];
  readonly at?: Date;
}

/** True when there may be CDEvents for a fact. Pure. */
export function hasCdEvents(fact: Fact): boolean {
  if (fact.kind === 'check-started' || fact.kind === 'check-ended') return true;
  if (fact.kind === 'phase-ended') return isDeployed(fact) || beginsIncident(fact);
  return fact.level === 'App' && fact.kind !== 'phase-started';
}

/**
 * The CDEvents for a fact, in order, with ids that stay the same. An app version is a pipeline run, a task a task run, an
 * evaluation a run of a test suite with a test case for each objective, a workload a service, a namespace its
 * environment. Reads only, of what is stored.
 */
export function cdEventsOf({ fact, release }: Parcel, context: CdContext): readonly CdEvent[] {
  const chainId = chainOf(fact, release);
  return draftsOf(fact, release, context).map(({ type, subject, content, which, links = [], at }) => ({
    context: {
      specversion: cdEventsVersion,
      id: eventId(fact.id, type, which),
      chainId,
      source: context.source,
      type: fullType(type),
      timestamp: (at ?? fact.at).toISOString(),
      ...(links.length > 0 && { links }),
    },
    subject: { id: subject, content },
    customData: customData(fact, release),
    customDataContentType: 'application/json',
  }));
}

function draftsOf(fact: Fact, release: ReleaseObjects, context: CdContext): readonly Draft[] {
  if (!hasCdEvents(fact)) return [];
  switch (fact.kind) {
    case 'version-started':
      return begun(fact, context);
    case 'version-ended':
      return ended(fact, release, context);
    case 'check-started':
    case 'check-ended':
      return fact.check?.kind === 'KeptnTask'
        ? [taskRun(fact, fact.check, release)]
        : evaluationRuns(fact, release);
    default:
      return fact.level === 'Workload' && isDeployed(fact)
        ? [service(fact.version, release, context)]
        : [incident(fact, release, context)];
  }
}

function isDeployed({ kind, level, phase, state }: Fact): boolean {
  return (
    level === 'Workload' &&
    kind === 'phase-ended' &&
    phase?.name === 'WorkloadDeploy' &&
    state === 'Succeeded'
  );
}

function begun(fact: Fact, { source }: CdContext): readonly Draft[] {
  if (fact.level !== 'App') return [];
  const { metadata, spec } = fact.version;
  const { namespace = '', name, creationTimestamp } = metadata;
  const uri = `${source}/apis/lifecycle.keptn.sh/v1/namespaces/${namespace}/keptnappversions/${name}`;
  const content = { pipelineName: `${namespace}/${spec.appName}`, uri };
  const created = new Date(creationTimestamp ?? fact.at);
  // A clock that was set back must not have it queued after it began.
  const at = created.getTime() < fact.at.getTime() ? created : fact.at;
  const subject = `${namespace}/${name}`;
  const links = path(eventId(fact.id, 'pipelinerun.queued'));
  return [
    { type: 'pipelinerun.queued', subject, content, at },
    { type: 'pipelinerun.started', subject, content, links },
  ];
}

function ended(fact: Fact, release: ReleaseObjects, { past }: CdContext): readonly Draft[] {
  if (fact.level !== 'App') return [];
  const { metadata, spec, status } = fact.version;
  const { namespace = '', name } = metadata;
  const links = pipelinePath(release);
  const deployed = ['Succeeded', 'Warning'].includes(status?.workloadOverallStatus ?? '');
  const errors =
    fact.state === 'Failed' ? { errors: `failed in ${status?.currentPhase ?? 'an unknown phase'}` } : {};
  return [
    ...(deployed
      ? [{ type: 'environment.modified', subject: namespace, content: { name: namespace }, links } as const]
      : []),
    ...resolvedBy(release, past).map((version): Draft => {
      const id = incidentId(version);
      const description = `version ${spec.version} of app ${spec.appName} is well again`;
      const content = { description, environment: { id: namespace } };
      return { type: 'incident.resolved', subject: id, which: id, content, links };
    }),
    {
      type: 'pipelinerun.finished',
      subject: `${namespace}/${name}`,
      content: {
        pipelineName: `${namespace}/${spec.appName}`,
        outcome: fact.state === 'Warning' ? 'success' : outcomeOf(fact.state),
        ...errors,
      },
      links: links.map(({ from }) => ({ linkType: 'END', from })),
    },
  ];
}

function service(version: KeptnWorkloadVersion, release: ReleaseObjects, { past, image }: CdContext): Draft {
  const { namespace = '' } = version.metadata;
  const { workloadName, version: of } = version.spec;
  const artifactId = image === undefined ? workloadPurl(namespace, workloadName, of) : imagePurl(image);
  return {
    type: `service.${serviceChange(version, past)}`,
    subject: `${namespace}/${workloadName}`,
    content: { environment: { id: namespace }, artifactId },
    links: pipelinePath(release),
  };
}

function incident(fact: Fact, release: ReleaseObjects, { image }: CdContext): Draft {
  const { namespace = '', name } = fact.version.metadata;
  const where = fact.level === 'App' ? fact.version.spec.appName : fact.version.spec.workloadName;
  return {
    type: 'incident.detected',
    subject: incidentId(fact.version),
    content: {
      description: `${fact.phase?.longName ?? 'a check'} failed for Keptn${fact.level}Version ${namespace}/${name}, after it was deployed`,
      environment: { id: namespace },
      ...(fact.level === 'Workload' && { service: { id: `${namespace}/${where}` } }),
      ...(image !== undefined && { artifactId: imagePurl(image) }),
    },
    links: pipelinePath(release),
  };
}

function taskRun(fact: Fact, check: FactCheck, release: ReleaseObjects): Draft {
  const { namespace = '' } = fact.version.metadata;
  const task = recordOf(fact, release)?.tasks.find(({ metadata }) => metadata.name === check.name);
  const app = release.app?.version.metadata.name;
  const content = {
    taskName: check.definition,
    ...(app !== undefined && { pipelineRun: { id: `${namespace}/${app}` } }),
  };
  const subject = `${namespace}/${check.name}`;
  if (fact.kind === 'check-started')
    return { type: 'taskrun.started', subject, content, links: pipelinePath(release) };
  const errors = fact.state === 'Succeeded' ? undefined : task?.status?.message;
  return {
    type: 'taskrun.finished',
    subject,
    content: { ...content, outcome: outcomeOf(fact.state), ...(errors && { errors: errors.slice(0, 1000) }) },
    links: startPath(fact, 'taskrun.started'),
  };
}

function evaluationRuns(fact: Fact, release: ReleaseObjects): readonly Draft[] {
  const { check } = fact;
  if (check === undefined) return [];
  const { namespace = '' } = fact.version.metadata;
  const subject = `${namespace}/${check.name}`;
  const environment = { id: namespace };
  const testSuite = { id: check.definition, name: check.definition };
  if (fact.kind === 'check-started') {
    const content = { trigger: { type: 'pipeline' }, environment, testSuite };
    return [{ type: 'testsuiterun.started', subject, content, links: pipelinePath(release) }];
  }
  const links = startPath(fact, 'testsuiterun.started');
  const evaluation = recordOf(fact, release)?.evaluations.find(
    ({ metadata }) => metadata.name === check.name,
  );
  return [
    ...objectives(evaluation).map(([objective, { status, message }]): Draft => {
      const outcome = status === 'Succeeded' ? 'success' : 'failure';
      return {
        type: 'testcaserun.finished',
        subject: `${subject}/${objective}`,
        which: objective,
        content: {
          outcome,
          environment,
          testSuiteRun: { id: subject },
          testCase: { id: objective, name: objective, type: 'other' },
          ...(message && { reason: message }),
        },
        links,
      };
    }),
    {
      type: 'testsuiterun.finished',
      subject,
      content: { environment, testSuite, outcome: outcomeOf(fact.state), ...failed(evaluation) },
      links,
    },
  ];
}

function objectives(evaluation: KeptnEvaluation | undefined) {
  return Object.entries(evaluation?.status?.evaluationStatus ?? {}).filter(([name]) => name !== '');
}

function failed(evaluation: KeptnEvaluation | undefined): { readonly reason?: string } {
  const names = objectives(evaluation).flatMap(([name, { status }]) => (status === 'Succeeded' ? [] : name));
  return names.length === 0 ? {} : { reason: `not met: ${names.join(', ')}`.slice(0, 1000) };
}

function recordOf({ version: { metadata } }: Fact, { app, workloads }: ReleaseObjects) {
  return [...(app ? [app] : []), ...workloads].find(
    ({ version }) => version.metadata.name === metadata.name && version.metadata.uid === metadata.uid,
  );
}

/** A superseded run was called off. */
function outcomeOf(state: State): 'success' | 'failure' | 'cancel' {
  if (state === 'Succeeded') return 'success';
  return state === 'Deprecated' ? 'cancel' : 'failure';
}

/** A delivery is one chain: the trace of its app version, or of the workload version that has no app. */
function chainOf({ version }: Fact, { app }: ReleaseObjects): string {
  const { metadata, spec } = app?.version ?? version;
  const given = parseTraceparent(spec.traceId?.['traceparent']);
  return given?.traceId ?? traceIdOf(metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`);
}

function path(contextId: string): readonly CdLink[] {
  return [{ linkType: 'PATH', from: { contextId } }];
}

/** From the start of the pipeline run. */
function pipelinePath({ app }: ReleaseObjects): readonly CdLink[] {
  const started = app && factsOf(app.version).find(({ kind }) => kind === 'version-started');
  return started === undefined ? [] : path(eventId(started.id, 'pipelinerun.started'));
}

/** From the start of the check. */
function startPath({ version, check }: Fact, type: CdEventType): readonly CdLink[] {
  const started = factsOf(version).find(
    (fact) =>
      fact.kind === 'check-started' &&
      fact.check?.name === check?.name &&
      fact.check?.definition === check?.definition &&
      fact.check?.attempt === check?.attempt,
  );
  return started === undefined ? [] : path(eventId(started.id, type));
}

/** What other tools may look up: names and versions as they are in Sluice, and the metadata that users gave. */
function customData({ level, version }: Fact, { app }: ReleaseObjects): Readonly<Record<string, unknown>> {
  const { namespace = '' } = version.metadata;
  const appVersion = app?.version.spec;
  const metadata = appVersion?.metadata;
  return {
    namespace,
    app: level === 'App' ? version.spec.appName : version.spec.app,
    ...(appVersion && { appVersion: appVersion.version }),
    ...(level === 'Workload' && {
      workload: version.spec.workloadName,
      workloadVersion: version.spec.version,
    }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
  };
}
