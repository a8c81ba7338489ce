import type { Message } from '../receiver-http.ts';

/** A CloudEvent 1.0 with JSON data. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** When it happened. */
  readonly time: Date;
  readonly data: unknown;
}

/**
 * A CloudEvent as an HTTP request in binary mode. Blanks in attributes stay as they are, as Keptn's always were; other
 * characters that a header cannot hold are percent-encoded. Pure. Source: HTTP protocol binding of CloudEvents 1.0.2,
 * 3.1. Written here because the package for it would cost the controller 11 MB for these lines; tests read them with it.
 */
export function binaryMode({ id, source, type, subject, time, data }: CloudEvent): Message {
  const attributes = { specversion: '1.0', id, source, type, subject, time: time.toISOString() };
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, inHeader(value)] as const);
  return {
    headers: Object.fromEntries(headers),
    contentType: 'application/json',
    text: JSON.stringify(data),
  };
}

function inHeader(value: string): string {
  return value.replaceAll(/[^\x20-\x7e]+|["%]/g, (text) =>
    encodeURIComponent(text.toWellFormed()).replaceAll('"', '%22'),
  );
}
