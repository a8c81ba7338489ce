import type { KubeObject } from '../api/meta.ts';
import type { ReleaseRecord } from './dora/record.ts';

/** Names one object; `uid` makes the action refer to that very incarnation. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/**
 * What a decision asks for, as data. The runtime performs a list in order and stops at the first failure;
 * every action is harmless when it is performed again, so a crash between any two loses nothing.
 */
export type Action =
  /** POST; an object of that name with the same controlling owner uid counts as done, any other is `name-taken`. */
  | { readonly kind: 'createIfAbsent'; readonly object: KubeObject }
  /**
   * Server-side apply of exactly these fields of metadata and spec, by the controller's field manager, forced. With a uid
   * it is meant for that very incarnation, and nothing when that is gone.
   */
  | { readonly kind: 'apply'; readonly object: KubeObject }
  /** Server-side apply of the status subresource; `object` has apiVersion, kind, metadata.name(space) and status. */
  | { readonly kind: 'applyStatus'; readonly object: KubeObject }
  /**
   * Strategic-merge delete of our own entry in the pod's gate list; nothing when the pod is gone or was replaced. With
   * `unchecked` the same write records on the pod, for whom it was released although its checks had not passed.
   */
  | { readonly kind: 'liftGate'; readonly pod: ObjectRef; readonly unchecked?: string }
  /** DELETE with a uid precondition, in the background; nothing when it is gone. */
  | { readonly kind: 'deleteOwned'; readonly ref: ObjectRef }
  /** Keeps records of ended releases in the archive, each once however often it is asked. */
  | { readonly kind: 'archive'; readonly records: readonly ReleaseRecord[] }
  /**
   * A Kubernetes Event whose name is a hash of its content and the object's uid: said once, however often asked. With
   * `series` it is named by that in place of its note, and another note counts as a repetition of the first.
   */
  | {
      readonly kind: 'emitEvent';
      readonly regarding: ObjectRef;
      /** Another object that the Event is about, such as the pod of a workload. */
      readonly related?: ObjectRef;
      /** RFC 3339 with microseconds: when it happened. The time of the write when absent. */
      readonly at?: string;
      /** What goes on while the note changes, such as the checks that are waited for. */
      readonly series?: string;
      readonly type: 'Normal' | 'Warning';
      /** PascalCase, from api/reasons.ts. */
      readonly reason: string;
      /** What was being done, PascalCase. */
      readonly action: string;
      /** At most 1 kB (events.k8s.io). */
      readonly note: string;
    };
