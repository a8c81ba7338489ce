import { lifecycleGroup } from '../../api/lifecycle/v1/group.ts';
import type { Fact } from '../../domain/fact.ts';
import { factEvents } from '../../domain/fact-events.ts';
import type { CloudEvent } from './cloud-event.ts';

/** What Keptn names as the source of all its events. */
const keptnSource = 'keptn.sh';

/** How the ends of an Event's reason are told in a type. */
const predicates = ['Started', 'Finished', 'Failed'] as const;

/**
 * The CloudEvent of Keptn for a fact: one for each of its Kubernetes Events, with their text. Undefined for facts that
 * have none. Types and data are Keptn's, such as "App Deployment.Finished"; beyond them there is a subject, an id that
 * stays the same, the time of the happening, and a resource that is always complete. Pure.
 */
export function keptnEvent(fact: Fact): CloudEvent | undefined {
  const type = keptnType(fact);
  const [event] = factEvents([fact]);
  if (type === undefined || event?.action.kind !== 'emitEvent') return undefined;
  const { namespace = '', name } = fact.version.metadata;
  const kind = `Keptn${fact.level}Version`;
  return {
    id: fact.id,
    source: keptnSource,
    type,
    subject: `${namespace}/${kind}/${name}`,
    time: fact.at,
    data: {
      message: event.action.note,
      type: event.action.type,
      version: fact.version.spec.version,
      resource: { group: lifecycleGroup, kind, version: 'v1', name, namespace },
    },
  };
}

/** The type that a fact is told by: `<long name of the phase>.<what happened>`; undefined for one that is not told. Pure. */
export function keptnType({ kind, level, phase, state }: Fact): string | undefined {
  if (state === 'Deprecated') return undefined;
  const [started, finished, failed] = predicates;
  const end = state === 'Failed' ? failed : finished;
  if (kind === 'version-ended') return `${level} Completed.${end}`;
  if (kind === 'phase-started') return phase && `${phase.longName}.${started}`;
  if (kind === 'phase-ended') return phase && `${phase.longName}.${end}`;
  return undefined;
}
