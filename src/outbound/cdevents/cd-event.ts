import { sha256Hex } from '../../kernel/hash.ts';
import type { CloudEvent } from '../cloud-events/cloud-event.ts';

/** The version of the specification that events are written to. Source: CDEvents 0.5.1. */
export const cdEventsVersion = '0.5.1';

/** Every type that is sent, with the version of its own that the specification gives it. */
export const cdEventTypes = {
  'pipelinerun.queued': '0.3.0',
  'pipelinerun.started': '0.3.0',
  'pipelinerun.finished': '0.3.0',
  'taskrun.started': '0.3.0',
  'taskrun.finished': '0.3.0',
  'testsuiterun.started': '0.3.0',
  'testsuiterun.finished': '0.3.0',
  'testcaserun.finished': '0.3.0',
  'service.deployed': '0.3.0',
  'service.upgraded': '0.3.0',
  'service.rolledback': '0.3.0',
  'environment.modified': '0.3.0',
  'incident.detected': '0.3.0',
  'incident.resolved': '0.3.0',
} as const;
export type CdEventType = keyof typeof cdEventTypes;

/** How an event follows from another: it comes after it, or ends the chain that it is in. */
export interface CdLink {
  readonly linkType: 'PATH' | 'END';
  readonly from: { readonly contextId: string };
}

/** A CDEvent as it is sent. */
export interface CdEvent {
  readonly context: {
    readonly specversion: string;
    readonly id: string;
    readonly chainId: string;
    readonly source: string;
    readonly type: string;
    readonly timestamp: string;
    readonly links?: readonly CdLink[];
  };
  readonly subject: { readonly id: string; readonly content: Readonly<Record<string, unknown>> };
  readonly customData: Readonly<Record<string, unknown>>;
  readonly customDataContentType: 'application/json';
}

/** The full name of a type, such as dev.cdevents.service.deployed.0.3.0. Pure. */
export function fullType(type: CdEventType): string {
  return `dev.cdevents.${type}.${cdEventTypes[type]}`;
}

/** The id of an event: of one fact there may be several events, of one type several where `which` tells them apart. Pure. */
export function eventId(factId: string, type: CdEventType, which = ''): string {
  const noun = type.startsWith('service.') ? 'service' : type;
  return `${factId}.${noun}${which === '' ? '' : `.${sha256Hex(which, 8)}`}`;
}

/** A CDEvent in the words of CloudEvents. Pure. Source: CloudEvents binding of CDEvents. */
export function asCloudEvent(event: CdEvent): CloudEvent {
  const { id, source, type, timestamp } = event.context;
  return { id, source, type, subject: event.subject.id, time: new Date(timestamp), data: event };
}
