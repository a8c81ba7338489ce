import type { Notification } from '../../api/options/v1alpha1/notification.ts';
import { defaultBody, plainFields } from '../../domain/notification/body.ts';
import { notificationEventOf, wantsFact } from '../../domain/notification/event.ts';
import { type NotificationFields, notificationFields } from '../../domain/notification/fields.ts';
import { type BodyTemplate, parseBodyTemplate } from '../../domain/notification/template.ts';
import type { Parcel } from '../../domain/outbox.ts';
import { parseDurationMs } from '../../kernel/duration.ts';
import { sha256Hex } from '../../kernel/hash.ts';
import { ok } from '../../kernel/result.ts';
import type { SinkPlan } from '../outbox.ts';
import { ReceiverHttp, type ReceiverPorts } from '../receiver-http.ts';
import type { Sink } from '../sink.ts';

/** The receivers that a KeptnConfig lists under `notifications`. Opens no connection. */
export function notificationPlans(
  notifications: readonly Notification[] | undefined,
  ports: ReceiverPorts,
): readonly SinkPlan[] {
  return (notifications ?? []).map((notification) => ({
    name: sinkName(notification),
    fingerprint: sha256Hex(JSON.stringify(notification)),
    title: fieldOf(notification),
    open: () => notificationSink(notification, ports),
  }));
}

function fieldOf({ name }: Notification): string {
  return `spec.notifications["${name}"]`;
}

/** In front, so that it is never called as another kind of sink is. */
function sinkName({ name }: Notification): string {
  return `notify/${name}`;
}

const defaultTimeoutMs = 5_000;

/** A chat or an address that is told of releases. A template that fails gives way to the default message: people are told. */
function notificationSink(notification: Notification, ports: ReceiverPorts): Sink {
  const { url = '', urlFrom, headersFrom = [], tls, timeout, template } = notification;
  const limit = parseDurationMs(timeout);
  const http = new ReceiverHttp(
    {
      url,
      urlFrom,
      field: fieldOf(notification),
      timeoutMs: limit.ok ? limit.value : defaultTimeoutMs,
      refusedFor: `${fieldOf(notification)}.template`,
      insecureSkipVerify: tls.insecureSkipVerify,
      caFrom: tls.caFrom,
      headersFrom,
    },
    ports,
  );
  const parsed = template === undefined ? undefined : parseBodyTemplate(template);
  const bodyTemplate = parsed?.ok === true ? parsed.value : undefined;
  return {
    name: sinkName(notification),
    accepts: (fact) => wantsFact(notification, fact),
    send: async (parcel: Parcel, signal) => {
      const event = notificationEventOf(parcel.fact);
      if (event === undefined) return ok(undefined);
      const fields = notificationFields(parcel, event);
      const text = bodyOf(notification, bodyTemplate, fields);
      return http.post({ headers: {}, contentType: 'application/json', text }, signal);
    },
    close: async () => {
      http.close();
    },
  };
}

function bodyOf(
  { type }: Notification,
  template: BodyTemplate | undefined,
  fields: NotificationFields,
): string {
  const rendered = template?.render(plainFields(type, fields));
  return rendered?.ok === true ? rendered.value : JSON.stringify(defaultBody(type, fields));
}
