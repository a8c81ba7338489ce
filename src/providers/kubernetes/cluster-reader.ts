import type { SluiceError } from '../../kernel/errors.ts';
import type { Result } from '../../kernel/result.ts';

/** A resource that the API server serves. */
export interface ServedResource {
  /** Empty for core. */
  readonly group: string;
  readonly version: string;
  /** Whether this is the version that its group prefers for it. */
  readonly isPreferred: boolean;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Other words for it: kind, singular, short names. */
  readonly alsoCalled: readonly string[];
}

/** Which objects are meant, in the API's own selector syntax. */
export interface Selection {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
  /** True: the metadata of the objects are enough. */
  readonly metadataOnly?: boolean;
}

/** Port: reads any resource of this cluster, past every cache and into none. */
export interface ClusterReader {
  /** Everything that is served and can be listed, each group in each version. */
  readonly served: () => Promise<Result<readonly ServedResource[], SluiceError>>;
  /**
   * Goes through objects a page at a time; `onObject` says whether to go on. Ends well where it said no. Errors: forbidden
   * (the message of the API server says who may not do what), malformed (a selector), gone (the pages outlived their
   * moment), not-found, timeout, unavailable.
   */
  readonly list: (
    resource: ServedResource,
    selection: Selection,
    onObject: (object: unknown) => boolean,
    signal: AbortSignal,
  ) => Promise<Result<void, SluiceError>>;
}
