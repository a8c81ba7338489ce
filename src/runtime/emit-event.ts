import type { KubeObject } from '../api/meta.ts';
import type { Action } from '../domain/action.ts';
import type { SluiceError } from '../kernel/errors.ts';
import { sha256Hex } from '../kernel/hash.ts';
import { ok, type Result } from '../kernel/result.ts';
import { isRecord } from './api-status.ts';
import type { KubeClient } from './client.ts';
import { locate } from './locate.ts';
import type { RecentMap } from './recent.ts';

type EmitEvent = Extract<Action, { kind: 'emitEvent' }>;

/** What is known of an Event that is recorded. */
export interface Said {
  readonly note: string;
  /** How often it was said; undefined when another process said it first. */
  readonly count: number | undefined;
  /** When that was written, in milliseconds since 1970. */
  readonly writtenMs: number;
}

/** What an Event needs of the world. */
export interface EventPorts {
  readonly client: KubeClient;
  readonly now: () => Date;
  /** Who says so, such as the name of the pod. */
  readonly identity: string;
  readonly fieldManager: string;
  /** Events that are known to be recorded, by namespace and name. */
  readonly said: RecentMap<Said>;
  /** Waits for room and asks the fence, then writes. */
  readonly write: (
    send: () => Promise<Result<unknown, SluiceError>>,
  ) => Promise<Result<unknown, SluiceError>>;
}

/** events.k8s.io takes notes of at most 1,024 bytes. */
const longestNoteBytes = 1024;
const longestName = 253;
/** A repetition is written when the count has doubled, or when the last write is so long ago: Events vanish after an hour. */
const refreshMs = 600_000;

/** Says something once, and counts what is said again in other words. True when something was written. */
export async function emitEvent(ports: EventPorts, action: EmitEvent): Promise<Result<boolean, SluiceError>> {
  const event = eventOf(ports, action);
  const found = locate(event);
  if (!found.ok) return found;
  const { namespace = '', name } = event.metadata;
  const key = `${namespace}/${name}`;
  const known = ports.said.get(key);
  const note = sha256Hex(action.note, 16);
  if (known?.note === note) return ok(false);
  const paths = { one: found.value.path(namespace, name), all: found.value.path(namespace) };
  if (known !== undefined) return repeat(ports, event, { known, note, key, paths });
  const created = await ports.write(() => ports.client.create(paths.all, event, ports.fieldManager));
  if (!created.ok && created.error.tag !== 'already-exists') return created;
  ports.said.set(key, { note, count: created.ok ? 1 : undefined, writtenMs: ports.now().getTime() });
  return ok(created.ok);
}

function eventOf(ports: EventPorts, action: EmitEvent): KubeObject {
  const { regarding, related, type, reason, note, series, at } = action;
  const { apiVersion, kind, name, namespace, uid } = regarding;
  const identity = [uid ?? `${kind}/${name}`, type, reason, action.action, series ?? note];
  const digest = sha256Hex(JSON.stringify(identity), 16);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      name: `${name.slice(0, longestName - 17)}.${digest}`,
      namespace: namespace ?? 'default',
    },
    eventTime: at ?? microTime(ports.now()),
    reportingController: ports.fieldManager,
    reportingInstance: ports.identity.slice(0, 128),
    action: action.action,
    reason,
    type,
    note: cutToBytes(note, longestNoteBytes),
    regarding: { apiVersion, kind, name, namespace, uid },
    ...(related === undefined ? {} : { related }),
  };
}

interface Repetition {
  readonly known: Said;
  readonly note: string;
  readonly key: string;
  readonly paths: { readonly one: string; readonly all: string };
}

async function repeat(
  ports: EventPorts,
  event: KubeObject,
  { known, note, key, paths }: Repetition,
): Promise<Result<boolean, SluiceError>> {
  const { client, said, write, fieldManager, now } = ports;
  const before = known.count ?? (await storedCount(ports, paths.one));
  const count = before + 1;
  const nowMs = now().getTime();
  if (!isPowerOfTwo(count) && nowMs - known.writtenMs < refreshMs) {
    said.set(key, { ...known, note, count });
    return ok(false);
  }
  const series = { count, lastObservedTime: microTime(now()) };
  const patched = await write(() => client.patch(paths.one, 'merge', { series }, fieldManager));
  if (patched.ok) {
    said.set(key, { note, count, writtenMs: nowMs });
    return ok(true);
  }
  if (patched.error.tag !== 'not-found') return patched;
  // It was forgotten by the API server: this is the first time again.
  const created = await write(() => client.create(paths.all, event, fieldManager));
  if (!created.ok && created.error.tag !== 'already-exists') return created;
  said.set(key, { note, count: 1, writtenMs: nowMs });
  return ok(created.ok);
}

async function storedCount({ client }: EventPorts, path: string): Promise<number> {
  const stored = await client.get(path);
  const series = stored.ok && isRecord(stored.value) ? stored.value['series'] : undefined;
  const count = isRecord(series) ? series['count'] : undefined;
  return typeof count === 'number' ? count : 1;
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

function cutToBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  // A character cut in two decodes to a replacement character, which the ellipsis takes the place of.
  return `${bytes
    .subarray(0, most - 3)
    .toString('utf8')
    .replace(/\uFFFD$/u, '')}…`.replace(/\uFFFD…$/u, '…');
}
