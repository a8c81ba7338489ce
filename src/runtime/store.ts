import { type ObjectMeta, objectMetaSchema } from '../api/meta.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { isRecord } from './api-status.ts';
import { TextPool } from './intern.ts';
import type { ObjectKey, UnreadableObject } from './reader.ts';
import { isNewer } from './resource-version.ts';

/** What a store holds: anything with metadata. */
export interface Stored {
  readonly metadata: ObjectMeta;
}

/** One difference between two moments: an object before and after; undefined where it was absent or unreadable. */
export interface Change<T> {
  readonly key: ObjectKey;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** A full list being read; nothing of it shows until it is committed. */
export interface Listing {
  item(raw: unknown): void;
  /** Replaces what the store holds by the list's items and reports each difference. */
  commit(resourceVersion: string): void;
}

/** Where a reflector puts what the API server tells. Objects are raw, as sent. */
export interface ReflectorSink {
  beginListing(): Listing;
  put(raw: unknown): void;
  remove(raw: unknown): void;
  /** A bookmark: all changes up to this version have been told. */
  progress(resourceVersion: string): void;
}

type Entry<T> = { readonly version: string } & (
  | { readonly object: T }
  | { readonly unreadable: string; readonly metadata: ObjectMeta }
);

interface Indexed<T> {
  readonly values: (object: T) => readonly string[];
  readonly byValue: Map<string, Set<T>>;
}

/**
 * All objects of one resource, read with its schema, by namespace and name and by declared indexes. An object
 * that cannot be read is kept aside with the reason and harms no other.
 */
export class ObjectStore<T extends Stored> implements ReflectorSink {
  readonly #parse: (raw: unknown) => Result<T, SluiceError>;
  readonly #notify: (change: Change<T>) => void;
  readonly #namespaces = new Map<string, Map<string, Entry<T>>>();
  readonly #indexes = new Map<string, Indexed<T>>();
  /** Up to where list and watch have told everything. */
  #seen = '0';
  readonly #texts = new TextPool();
  #size = 0;
  #unreadable = 0;

  constructor(parse: (raw: unknown) => Result<T, SluiceError>, notify: (change: Change<T>) => void) {
    this.#parse = parse;
    this.#notify = notify;
  }

  /** How many objects are held, and how many of them could not be read. */
  get size(): { readonly objects: number; readonly unreadable: number } {
    return { objects: this.#size, unreadable: this.#unreadable };
  }

  /** The readable object of that name. */
  get(namespace: string, name: string): T | undefined {
    return objectOf(this.#namespaces.get(namespace)?.get(name));
  }

  /** Why the object of that name could not be read. */
  unreadable(namespace: string, name: string): string | undefined {
    const entry = this.#namespaces.get(namespace)?.get(name);
    return entry !== undefined && 'unreadable' in entry ? entry.unreadable : undefined;
  }

  /** The objects of a namespace that could not be read. */
  unreadables(namespace: string): UnreadableObject[] {
    return [...(this.#namespaces.get(namespace)?.values() ?? [])].flatMap((entry) =>
      'unreadable' in entry ? [{ metadata: entry.metadata, why: entry.unreadable }] : [],
    );
  }

  /** All readable objects, of one namespace when it is given. */
  list(namespace?: string): T[] {
    if (namespace === undefined) return [...this.#namespaces.values()].flatMap(objectsOf);
    const names = this.#namespaces.get(namespace);
    return names === undefined ? [] : objectsOf(names);
  }

  /** Adds an index over what is there and what comes. Throws when the name is taken: a bug. */
  addIndex(name: string, values: (object: T) => readonly string[]): void {
    if (this.#indexes.has(name)) throw new Error(`index ${name} is declared twice`);
    const index: Indexed<T> = { values, byValue: new Map() };
    this.#indexes.set(name, index);
    for (const object of this.list()) addTo(index, object, values(object));
  }

  /** True when an index of that name was declared. */
  hasIndex(name: string): boolean {
    return this.#indexes.has(name);
  }

  /** Objects for which the index yields the value. Throws when there is no such index: a bug. */
  byIndex(name: string, value: string): T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`no index ${name} was declared`);
    return [...(index.byValue.get(value) ?? [])];
  }

  /** What a listener that comes now has missed: every object that is there, unreadable ones by name. */
  changesFromNothing(): Change<T>[] {
    return this.#addresses().map((at) => ({
      key: keyOf(at),
      before: undefined,
      after: this.get(at.namespace, at.name),
    }));
  }

  beginListing(): Listing {
    const items = new Map<string, { readonly at: Address; readonly entry: Entry<T> }>();
    return {
      item: (raw) => {
        const at = addressOf(raw);
        if (at === undefined) return;
        const known = this.#namespaces.get(at.namespace)?.get(at.name);
        // The same version needs no second parse, which makes a re-list cheap.
        const entry = known?.version === at.version ? known : this.#read(raw, at);
        items.set(`${at.namespace}/${at.name}`, { at, entry });
      },
      commit: (resourceVersion) => {
        this.#seen = resourceVersion;
        for (const { at, entry } of items.values()) this.#set(at, entry);
        for (const at of this.#addresses()) {
          // Our own write may be newer than the list: the watch will tell about it.
          if (!items.has(`${at.namespace}/${at.name}`) && !isNewer(at.version, resourceVersion))
            this.#drop(at);
        }
      },
    };
  }

  put(raw: unknown): void {
    const at = addressOf(raw);
    if (at === undefined) return;
    this.progress(at.version);
    this.#set(at, this.#read(raw, at));
  }

  remove(raw: unknown): void {
    const at = addressOf(raw);
    if (at === undefined) return;
    this.progress(at.version);
    const known = this.#namespaces.get(at.namespace)?.get(at.name);
    if (known !== undefined && !isNewer(known.version, at.version)) this.#drop(at);
  }

  progress(resourceVersion: string): void {
    if (isNewer(resourceVersion, this.#seen)) this.#seen = resourceVersion;
  }

  /**
   * Takes in the answer to our own write ahead of the watch, so that the next decision sees it. Ignored when
   * the watch is past that version already: it may have told of a deletion since.
   */
  adopt(raw: unknown): void {
    const at = addressOf(raw);
    if (at !== undefined && isNewer(at.version, this.#seen)) this.#set(at, this.#read(raw, at));
  }

  #read(raw: unknown, at: Address): Entry<T> {
    const parsed = this.#parse(raw);
    if (!parsed.ok)
      return { version: at.version, unreadable: parsed.error.message, metadata: metadataOf(raw, at) };
    this.#texts.share(parsed.value);
    return { version: at.version, object: parsed.value };
  }

  #set(at: Address, entry: Entry<T>): void {
    const names = this.#namespaces.get(at.namespace) ?? new Map<string, Entry<T>>();
    const known = names.get(at.name);
    if (known !== undefined && !isNewer(entry.version, known.version)) return;
    this.#namespaces.set(at.namespace, names);
    this.#unindex(known);
    const kept = this.#index(entry);
    names.set(at.name, kept);
    this.#count(known, kept);
    this.#notify({ key: keyOf(at), before: objectOf(known), after: objectOf(kept) });
  }

  #drop(at: Address): void {
    const names = this.#namespaces.get(at.namespace);
    const known = names?.get(at.name);
    if (names === undefined || known === undefined) return;
    names.delete(at.name);
    if (names.size === 0) this.#namespaces.delete(at.namespace);
    this.#unindex(known);
    this.#count(known, undefined);
    this.#notify({ key: keyOf(at), before: objectOf(known), after: undefined });
  }

  #count(before: Entry<T> | undefined, after: Entry<T> | undefined): void {
    this.#size += Number(after !== undefined) - Number(before !== undefined);
    this.#unreadable += Number(isUnreadable(after)) - Number(isUnreadable(before));
  }

  /** An index function that throws is a bug, but one that one object must bear alone. */
  #index(entry: Entry<T>): Entry<T> {
    const object = objectOf(entry);
    if (object === undefined) return entry;
    const added: (() => void)[] = [];
    for (const [name, index] of this.#indexes) {
      try {
        const values = index.values(object);
        added.push(() => {
          addTo(index, object, values);
        });
      } catch (thrown) {
        const unreadable = `index ${name} failed: ${String(thrown)}`;
        return { version: entry.version, unreadable, metadata: object.metadata };
      }
    }
    for (const add of added) add();
    return entry;
  }

  #unindex(entry: Entry<T> | undefined): void {
    const object = objectOf(entry);
    if (object === undefined) return;
    for (const { values, byValue } of this.#indexes.values()) {
      for (const value of values(object)) {
        const found = byValue.get(value);
        found?.delete(object);
        if (found?.size === 0) byValue.delete(value);
      }
    }
  }

  #addresses(): Address[] {
    const all: Address[] = [];
    for (const [namespace, names] of this.#namespaces) {
      for (const [name, { version }] of names) all.push({ namespace, name, version });
    }
    return all;
  }
}

interface Address {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

/** Read without a schema: an object that does not match its schema still has a name. */
function addressOf(raw: unknown): Address | undefined {
  const metadata = isRecord(raw) ? raw['metadata'] : undefined;
  if (!isRecord(metadata)) return undefined;
  const { namespace, name, resourceVersion } = metadata;
  if (typeof name !== 'string' || typeof resourceVersion !== 'string') return undefined;
  return { namespace: typeof namespace === 'string' ? namespace : '', name, version: resourceVersion };
}

/** What is known of an object that its own schema cannot read: its metadata, at least its name. */
function metadataOf(raw: unknown, { namespace, name }: Address): ObjectMeta {
  const parsed = objectMetaSchema.safeParse(isRecord(raw) ? raw['metadata'] : undefined);
  return parsed.success ? parsed.data : { name, namespace };
}

function keyOf({ namespace, name }: Address): ObjectKey {
  return { namespace, name };
}

function objectOf<T>(entry: Entry<T> | undefined): T | undefined {
  return entry !== undefined && 'object' in entry ? entry.object : undefined;
}

function objectsOf<T>(entries: ReadonlyMap<string, Entry<T>>): T[] {
  const found: T[] = [];
  for (const entry of entries.values()) if ('object' in entry) found.push(entry.object);
  return found;
}

function isUnreadable<T>(entry: Entry<T> | undefined): boolean {
  return entry !== undefined && 'unreadable' in entry;
}

function addTo<T>(index: Indexed<T>, object: T, values: readonly string[]): void {
  for (const value of values) {
    const found = index.byValue.get(value) ?? new Set<T>();
    found.add(object);
    index.byValue.set(value, found);
  }
}
