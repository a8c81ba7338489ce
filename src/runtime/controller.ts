import type { ResourceMap, ResourceName } from '../api/resources.ts';
import type { Decision } from '../domain/decision.ts';
import { deepEqual } from '../domain/deep-equal.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import type { ObjectKey, Reader } from './reader.ts';

/** Changes of cached objects, as the cache tells them. */
export interface ChangeSource {
  readonly reader: Reader;
  /**
   * Calls `listener` with each object that is there now (as `after`), then with each change, until the function
   * that is returned is called. An object that cannot be read counts as absent, but its change is told.
   */
  onChange<K extends ResourceName>(resource: K, listener: ChangeListener<ResourceMap[K]>): () => void;
}

/** Gets one change; both objects are undefined when an unreadable one came, changed or went. */
export type ChangeListener<T> = (change: {
  readonly key: ObjectKey;
  readonly before: T | undefined;
  readonly after: T | undefined;
}) => void;

/** Takes index functions of a cache to be. */
export interface IndexSink {
  addIndex<K extends ResourceName>(
    resource: K,
    name: string,
    values: (object: ResourceMap[K]) => readonly string[],
  ): void;
}

/** A watch: when an object of this resource changes, some keys of the controller are queued. */
export interface Watch {
  readonly resource: ResourceName;
  /** Connects the watch: `wake` gets each key to queue. Gives a function that ends it. */
  readonly subscribe: (source: ChangeSource, wake: (key: ObjectKey) => void) => () => void;
}

/** An index: the values under which an object is found with `Reader.byIndex`. */
export interface Index {
  readonly resource: ResourceName;
  readonly name: string;
  readonly declare: (sink: IndexSink) => void;
}

/**
 * Declares a watch: the keys to queue for an object that was added, changed or deleted; of a change, the keys of
 * the object before and after. `unreadableKeys` says whom to wake for an object that cannot be read, of which
 * only the name is known. Both are pure but for reads of the cache. Pure.
 */
export function watch<K extends ResourceName>(
  resource: K,
  keys: (object: ResourceMap[K], reader: Reader) => readonly ObjectKey[],
  unreadableKeys?: (key: ObjectKey, reader: Reader) => readonly ObjectKey[],
): Watch {
  return {
    resource,
    subscribe: (source, wake) =>
      source.onChange(resource, ({ key, before, after }) => {
        const { reader } = source;
        const woken = [
          ...(before === undefined ? [] : keys(before, reader)),
          ...(after === undefined ? (unreadableKeys?.(key, reader) ?? []) : keys(after, reader)),
        ];
        woken.forEach(wake);
      }),
  };
}

/**
 * As `watch`, and wakes nobody for a change between two objects that `isSame` takes for the same. It is asked of every
 * change, so it should be cheap. Objects that cannot be read wake nobody. Pure.
 */
export function watchChanges<K extends ResourceName>(
  resource: K,
  isSame: (before: ResourceMap[K], after: ResourceMap[K]) => boolean,
  keys: (object: ResourceMap[K], reader: Reader) => readonly ObjectKey[],
): Watch {
  return {
    resource,
    subscribe: (source, wake) =>
      source.onChange(resource, ({ before, after }) => {
        if (before !== undefined && after !== undefined && isSame(before, after)) return;
        for (const object of [before, after]) {
          if (object !== undefined) keys(object, source.reader).forEach(wake);
        }
      }),
  };
}

/**
 * As `watch`, and wakes nobody when a change left all that the cache keeps of the object as it was. For resources of
 * which little is kept and much is told, such as pods. Objects that cannot be read wake nobody. Pure.
 */
export function watchDifferences<K extends ResourceName>(
  resource: K,
  keys: (object: ResourceMap[K], reader: Reader) => readonly ObjectKey[],
): Watch {
  return watchChanges(resource, deepEqual, keys);
}

/** As `watch`, and wakes only when an object came or went. Objects that cannot be read wake nobody. Pure. */
export function watchExistence<K extends ResourceName>(
  resource: K,
  keys: (object: ResourceMap[K], reader: Reader) => readonly ObjectKey[],
): Watch {
  return {
    resource,
    subscribe: (source, wake) =>
      source.onChange(resource, ({ before, after }) => {
        if (before === undefined && after !== undefined) keys(after, source.reader).forEach(wake);
        if (before !== undefined && after === undefined) keys(before, source.reader).forEach(wake);
      }),
  };
}

/** Declares an index. Two controllers may declare the same index, by the same name; the first one counts. Pure. */
export function index<K extends ResourceName>(
  resource: K,
  name: string,
  values: (object: ResourceMap[K]) => readonly string[],
): Index {
  return {
    resource,
    name,
    declare: (sink) => {
      sink.addIndex(resource, name, values);
    },
  };
}

/** One rule of a Role, declared by the controller that needs it; the manifests are generated from these. */
export interface Permission {
  /** API group, empty for core. */
  readonly group: string;
  /** Plural, with a subresource after a slash where one is meant. */
  readonly resource: string;
  readonly verbs: readonly ('get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete')[];
}

/** The write that ended the previous reconcile of a key and that no repetition will mend. */
export interface LastFailure {
  readonly action: string;
  readonly error: SluiceError;
}

/**
 * A controller: what wakes it, what it reads, how it decides and what it may do. `S` is its snapshot.
 * Its field manager is `sluice/<name>`.
 */
export interface Controller<S> {
  readonly name: string;
  readonly watches: readonly Watch[];
  readonly indexes: readonly Index[];
  /** What it does beyond the get, list and watch of its watches. */
  readonly permissions: readonly Permission[];
  readonly workers: number;
  /** True where writing is what it does all day: its log lines are for debugging. */
  readonly isRoutine?: boolean;
  /**
   * All reads; undefined when there is nothing to decide (the object is gone). `now` is part of the snapshot, and so is
   * the last failure where the API server refused a write for good, so that the decision can say so in a status.
   */
  readonly observe: (
    key: ObjectKey,
    reader: Reader,
    now: Date,
    lastFailure?: LastFailure,
  ) => Promise<Result<S | undefined, SluiceError>>;
  /** Pure and total. */
  readonly decide: (snapshot: S) => Decision;
}

/** A controller whose snapshot type is nobody else's business. */
export type AnyController = Omit<Controller<unknown>, 'decide' | 'observe'> & {
  /** Observes and decides; undefined when there was nothing to decide. */
  readonly evaluate: (
    key: ObjectKey,
    reader: Reader,
    now: Date,
    lastFailure?: LastFailure,
  ) => Promise<Result<Decision | undefined, SluiceError>>;
};

/** Hides the snapshot type, so that controllers of many kinds fit in one list. Pure. */
export function controller<S>(spec: Controller<S>): AnyController {
  const { observe, decide, ...rest } = spec;
  return {
    ...rest,
    evaluate: async (key, reader, now, lastFailure) => {
      const observed = await observe(key, reader, now, lastFailure);
      if (!observed.ok) return observed;
      return { ok: true, value: observed.value === undefined ? undefined : decide(observed.value) };
    },
  };
}
