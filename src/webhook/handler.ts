import type { KeptnWorkloadVersion } from '../api/lifecycle/v1/keptn-workload-version.ts';
import { isReleased } from '../domain/gate.ts';
import { resolveIdentity } from '../domain/workload-identity.ts';
import type { SluiceError } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { admitNamespace, admitPod, ownerUnreadable, refused, untouched } from './admit.ts';
import { type DependencyReader, decideDependencies } from './dependencies.ts';
import { type OwnerPorts, readPodOwner, supportedOwner } from './owner.ts';
import {
  type AdmissionAnswer,
  type AdmissionRequest,
  type AdmissionReviewResponse,
  decodeNamespace,
  decodePod,
  decodeReview,
  encodeReview,
} from './review.ts';

/** Port: the cached version object, undefined when there is none. Never waits: a version not seen yet is not released. */
export interface VersionReader {
  readonly get: (
    resource: 'keptnworkloadversions',
    namespace: string,
    name: string,
  ) => KeptnWorkloadVersion | undefined;
}

/** What admission reads, and whom it tells of exceptions, which are bugs. It writes nothing. */
export interface AdmissionPorts extends OwnerPorts {
  readonly versions: VersionReader;
  readonly apps: DependencyReader;
  readonly reportBug: (error: unknown, uid: string) => void;
}

/** Answers an AdmissionReview. Error: malformed, when the body is none. Never throws. */
export type ReviewHandler = (body: unknown) => Promise<Result<AdmissionReviewResponse, SluiceError>>;

/** Decides one kind of request. May throw: that is answered as a refusal. */
type Decide = (request: AdmissionRequest) => AdmissionAnswer | Promise<AdmissionAnswer>;

async function decidePod(ports: AdmissionPorts, request: AdmissionRequest): Promise<AdmissionAnswer> {
  const { group, resource, subresource, operation, namespace } = request;
  if (group !== '' || resource !== 'pods' || subresource !== '' || operation !== 'CREATE') {
    return untouched('only the creation of pods is decided here');
  }
  const decoded = decodePod(request.object);
  if (!decoded.ok) return refused(400, `the pod cannot be read: ${decoded.error.message}`);
  const pod = decoded.value;
  const reference = supportedOwner(pod.metadata.ownerReferences);
  if (reference === undefined) return untouched('no ReplicaSet, StatefulSet or DaemonSet controls the pod');
  const owner = await readPodOwner(ports, namespace, reference);
  if (!owner.ok) return ownerUnreadable(owner.error);
  const identification = resolveIdentity({ pod, owner: owner.value });
  if (identification.kind === 'not-annotated') return admitPod({ pod, identification, isReleased: false });
  const { identity } = identification;
  const version = ports.versions.get('keptnworkloadversions', namespace, identity.workloadVersionName);
  return admitPod({ pod, identification, isReleased: isReleased(version, identity) });
}

function decideNamespace({ resource, subresource, operation, object }: AdmissionRequest): AdmissionAnswer {
  const isWrite = operation === 'CREATE' || operation === 'UPDATE';
  if (resource !== 'namespaces' || subresource !== '' || !isWrite) {
    return untouched('only the creation and change of namespaces is decided here');
  }
  const decoded = decodeNamespace(object);
  if (!decoded.ok) return refused(400, `the namespace cannot be read: ${decoded.error.message}`);
  return admitNamespace(decoded.value);
}

/** Decodes, decides and encodes. An exception refuses the object: failing open would let a pod slip through. */
function handlerFor(decide: Decide, reportBug: AdmissionPorts['reportBug']): ReviewHandler {
  return async (body) => {
    const decoded = decodeReview(body);
    if (!decoded.ok) return decoded;
    const { uid } = decoded.value;
    try {
      return { ok: true, value: encodeReview(uid, await decide(decoded.value)) };
    } catch (thrown) {
      reportBug(thrown, uid);
      const message = `Sluice failed to decide (request ${uid}); the log of its webhook says why`;
      return { ok: true, value: encodeReview(uid, refused(500, message)) };
    }
  };
}

/** The handler of `/mutate-v1-pod`. */
export function podHandler(ports: AdmissionPorts): ReviewHandler {
  return handlerFor((request) => decidePod(ports, request), ports.reportBug);
}

/** The handler of `/mutate-v1-namespace`. */
export function namespaceHandler(reportBug: AdmissionPorts['reportBug']): ReviewHandler {
  return handlerFor(decideNamespace, reportBug);
}

/** The handler of `/validate-dependencies`. */
export function dependenciesHandler({ apps, reportBug }: AdmissionPorts): ReviewHandler {
  return handlerFor((request) => decideDependencies(apps, request), reportBug);
}
