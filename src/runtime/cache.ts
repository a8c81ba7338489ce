import { apiPath, type ResourceMap, type ResourceName, resources } from '../api/resources.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { KubeClient, Selectors } from './client.ts';
import type { Clock } from './clock.ts';
import type { ChangeListener, ChangeSource, IndexSink } from './controller.ts';
import type { RandomFraction } from './ids.ts';
import type { ObjectList, Reader, UnreadableObject } from './reader.ts';
import { Reflector, type RestartReason } from './reflector.ts';
import { type Change, ObjectStore } from './store.ts';

/** What a cache needs. */
export interface CacheOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: RandomFraction;
  /** Narrows what is cached of a resource. */
  readonly selectors?: Partial<Readonly<Record<ResourceName, Selectors>>>;
  readonly silenceMs?: number;
  /** How often an optional resource that the cluster does not know is asked for. Default a minute. */
  readonly absentMs?: number;
  readonly onRestart?: (
    resource: ResourceName,
    reason: RestartReason,
    error: SluiceError | undefined,
  ) => void;
  /** A listener threw, which is a bug: told here, and the other listeners go on. */
  readonly onBug?: (resource: ResourceName, thrown: unknown) => void;
}

interface Mirror<K extends ResourceName> {
  readonly store: ObjectStore<ResourceMap[K]>;
  readonly reflector: Reflector;
  readonly listeners: Set<ChangeListener<ResourceMap[K]>>;
  /** False when selectors hide some objects, so that our own writes may not belong here. */
  readonly whole: boolean;
}

/** One mirror of each resource that somebody reads, shared by all. */
export class Cache implements Reader, ChangeSource, IndexSink {
  readonly #options: CacheOptions;
  readonly #mirrors: { [K in ResourceName]?: Mirror<K> } = {};
  readonly reader: Reader = this;

  /** Mirrors these resources once it is started. */
  constructor(names: Iterable<ResourceName>, options: CacheOptions) {
    this.#options = options;
    for (const name of new Set(names)) this.#add(name);
  }

  /** Begins to list and watch. */
  start(): void {
    for (const mirror of this.#all()) mirror.reflector.start();
  }

  /** Resolves when every first list is in. */
  async whenSynced(): Promise<void> {
    await Promise.all(this.#all().map((mirror) => mirror.reflector.whenSynced));
  }

  /** Resources whose first list is not in yet. */
  unsynced(): ResourceName[] {
    return this.resourceNames().filter((name) => this.#mirrors[name]?.reflector.synced !== true);
  }

  /** Ends all streams. */
  async stop(): Promise<void> {
    await Promise.all(this.#all().map((mirror) => mirror.reflector.stop()));
  }

  /** The mirrored resources. */
  resourceNames(): ResourceName[] {
    return Object.keys(this.#mirrors).filter((name): name is ResourceName => Object.hasOwn(resources, name));
  }

  /** How many objects of a resource are held, and how many of them are unreadable. */
  size(resource: ResourceName): { readonly objects: number; readonly unreadable: number } {
    return this.#mirrors[resource]?.store.size ?? { objects: 0, unreadable: 0 };
  }

  addIndex<K extends ResourceName>(
    resource: K,
    name: string,
    values: (object: ResourceMap[K]) => readonly string[],
  ): void {
    const { store } = this.#mirror(resource);
    if (!store.hasIndex(name)) store.addIndex(name, values);
  }

  onChange<K extends ResourceName>(resource: K, listener: ChangeListener<ResourceMap[K]>): () => void {
    const mirror = this.#mirror(resource);
    mirror.listeners.add(listener);
    for (const change of mirror.store.changesFromNothing()) this.#tell(resource, listener, change);
    return () => {
      mirror.listeners.delete(listener);
    };
  }

  /** Takes in the answer to our own write, ahead of the watch. */
  adopt(resource: ResourceName, raw: unknown): void {
    const mirror = this.#mirrors[resource];
    if (mirror?.whole === true) mirror.store.adopt(raw);
  }

  /** True when the resource is mirrored. */
  has(resource: ResourceName): boolean {
    return this.#mirrors[resource] !== undefined;
  }

  get<K extends ResourceName>(resource: K, namespace: string, name: string): ResourceMap[K] | undefined {
    return this.#mirror(resource).store.get(namespace, name);
  }

  list<K extends ResourceName>(resource: K, namespace?: string): readonly ResourceMap[K][] {
    return this.#mirror(resource).store.list(namespace);
  }

  byIndex<K extends ResourceName>(resource: K, index: string, value: string): readonly ResourceMap[K][] {
    return this.#mirror(resource).store.byIndex(index, value);
  }

  unreadable(resource: ResourceName, namespace: string, name: string): string | undefined {
    return this.#mirror(resource).store.unreadable(namespace, name);
  }

  unreadables(resource: ResourceName, namespace: string): readonly UnreadableObject[] {
    return this.#mirror(resource).store.unreadables(namespace);
  }

  async fetch<K extends ResourceName>(
    resource: K,
    namespace: string,
    name: string,
  ): Promise<Result<ResourceMap[K] | undefined, SluiceError>> {
    if (name === '')
      return err(failure('invalid', `a ${resources[resource].kind} without a name was asked for`));
    const raw = await this.#options.client.get(apiPath(resources[resource], namespace, name));
    if (!raw.ok) return raw.error.tag === 'not-found' ? ok(undefined) : raw;
    return resources[resource].parse(raw.value);
  }

  async fetchList<K extends ResourceName>(
    resource: K,
    namespace: string,
  ): Promise<Result<ObjectList<ResourceMap[K]>, SluiceError>> {
    const store = new ObjectStore<ResourceMap[K]>(
      (raw) => resources[resource].parse(raw),
      () => undefined,
    );
    const listing = store.beginListing();
    const listed = await this.#options.client.list(apiPath(resources[resource], namespace), {
      onItem: (raw) => {
        listing.item(raw);
      },
    });
    if (!listed.ok) return listed;
    listing.commit(listed.value);
    return ok({ objects: store.list(namespace), unreadables: store.unreadables(namespace) });
  }

  #add<K extends ResourceName>(resource: K): void {
    const { client, clock, random, selectors, silenceMs, absentMs = 60_000, onRestart } = this.#options;
    const selected = selectors?.[resource] ?? selectorsOf(resource);
    const listeners = new Set<ChangeListener<ResourceMap[K]>>();
    const store = new ObjectStore<ResourceMap[K]>(
      (raw) => resources[resource].parse(raw),
      (change) => {
        for (const listener of listeners) this.#tell(resource, listener, change);
      },
    );
    const reflector = new Reflector({
      client,
      path: apiPath(resources[resource]),
      sink: store,
      clock,
      random,
      ...(selected === undefined ? {} : { selectors: selected }),
      ...(silenceMs === undefined ? {} : { silenceMs }),
      ...(resources[resource].optional === true ? { absentMs } : {}),
      onRestart: (reason, error) => onRestart?.(resource, reason, error),
    });
    const mirror: Mirror<K> = { store, reflector, listeners, whole: selected === undefined };
    // A plain assignment under a generic key is beyond the type checker; reading it back is not.
    Object.assign(this.#mirrors, { [resource]: mirror });
  }

  #tell<T>(resource: ResourceName, listener: ChangeListener<T>, change: Change<T>): void {
    try {
      listener(change);
    } catch (thrown) {
      this.#options.onBug?.(resource, thrown);
    }
  }

  #mirror<K extends ResourceName>(resource: K): Mirror<K> {
    const mirror = this.#mirrors[resource];
    if (mirror === undefined) throw new Error(`${resource} are read from the cache but nobody watches them`);
    return mirror;
  }

  #all(): { readonly reflector: Reflector }[] {
    return Object.values(this.#mirrors);
  }
}

function selectorsOf(resource: ResourceName): Selectors | undefined {
  const { selector, metadataOnly } = resources[resource];
  if (selector === undefined && metadataOnly === undefined) return undefined;
  return {
    ...(selector?.field === undefined ? {} : { fieldSelector: selector.field }),
    ...(selector?.label === undefined ? {} : { labelSelector: selector.label }),
    ...(metadataOnly === undefined ? {} : { metadataOnly }),
  };
}
