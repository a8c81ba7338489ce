import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ServedResource } from './cluster-reader.ts';
import type { Call } from './syntax.ts';

/** Whose query it is. */
export interface Asker {
  /** The namespace of the KeptnMetricsProvider. */
  readonly namespace: string;
  /** Sluice's own; who may write there may read the whole cluster. */
  readonly systemNamespace: string;
}

/** Never read for a query, whatever Sluice itself may read: a condition would tell what they hold, bit by bit. */
const neverRead: readonly string[] = ['secrets', 'configmaps'];

/**
 * The namespace in which a call reads; undefined: all of them, or a resource without. Error: forbidden, naming the
 * namespace and the remedy. Pure.
 */
export function namespaceOf(
  call: Call,
  resource: ServedResource,
  asker: Asker,
): Result<string | undefined, SluiceError> {
  const { namespace, systemNamespace } = asker;
  if (resource.group === '' && neverRead.includes(resource.plural))
    return refused(`${resource.plural} are never read for a metric; take another resource`);
  if (!resource.namespaced) {
    if (call.namespace === undefined) return ok(undefined);
    return err(
      failure('malformed', `${resource.plural} have no namespace; leave namespace="${call.namespace}" out`),
    );
  }
  if (namespace === systemNamespace) return ok(call.namespace);
  if (call.namespace === undefined || call.namespace === namespace) return ok(namespace);
  return refused(
    `a provider in namespace ${namespace} reads ${resource.plural} of that namespace only, not of ${call.namespace}; ${remedyOf(asker)}`,
  );
}

/**
 * Refuses to take things of the whole cluster together with those of one namespace that the query does not name: what
 * comes out would look like a number of the cluster. Error: malformed. Pure.
 */
export function refuseHiddenMix(
  calls: readonly { readonly call: Call; readonly resource: ServedResource }[],
  asker: Asker,
): Result<void, SluiceError> {
  const whole = calls.find(({ resource }) => !resource.namespaced);
  const partial = calls.find(({ call, resource }) => resource.namespaced && call.namespace === undefined);
  if (asker.namespace === asker.systemNamespace || whole === undefined || partial === undefined)
    return ok(undefined);
  const message = `${whole.resource.plural} are of the whole cluster, but a provider in namespace ${asker.namespace} reads ${partial.resource.plural} of that namespace only; write namespace="${asker.namespace}" if that is meant, else ${remedyOf(asker)}`;
  return err(failure('malformed', message));
}

function remedyOf({ systemNamespace }: Asker): string {
  return `a KeptnMetricsProvider in namespace ${systemNamespace} reads all of them`;
}

function refused(message: string): Result<never, SluiceError> {
  return err(failure('forbidden', message));
}
