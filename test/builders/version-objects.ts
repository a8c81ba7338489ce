import { type KeptnApp, keptnAppSchema } from '../../src/api/lifecycle/v1/keptn-app.ts';
import {
  type KeptnAppCreationRequest,
  keptnAppCreationRequestSchema,
} from '../../src/api/lifecycle/v1/keptn-app-creation-request.ts';
import { type KeptnAppVersion, keptnAppVersionSchema } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import { type KeptnWorkload, keptnWorkloadSchema } from '../../src/api/lifecycle/v1/keptn-workload.ts';
import {
  type KeptnWorkloadVersion,
  keptnWorkloadVersionSchema,
} from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import { appVersionName, workloadName, workloadVersionName } from '../../src/domain/names.ts';
import { type Given, parsed } from './parsed.ts';

const replicaSet = { uid: 'rs-1', kind: 'ReplicaSet', name: 'cart-1' };

/** Workload `cart` of app `shop`, version 1. */
export function keptnWorkload(given: Given = {}): KeptnWorkload {
  const metadata = { name: workloadName('shop', 'cart'), uid: 'workload-1', generation: 1 };
  return parsed(
    keptnWorkloadSchema,
    { metadata, spec: { app: 'shop', version: '1', resourceReference: replicaSet } },
    given,
  );
}

/** The version object of that workload; its name follows the version that the test names. */
export function keptnWorkloadVersion(given: Given = {}): KeptnWorkloadVersion {
  const name = workloadName('shop', 'cart');
  const named = given.spec?.['version'];
  const version = typeof named === 'string' ? named : '1';
  const metadata = {
    name: workloadVersionName(name, version),
    uid: `workload-version-${version}`,
    generation: 1,
  };
  const spec = {
    app: 'shop',
    version,
    workloadName: name,
    previousVersion: '',
    resourceReference: replicaSet,
  };
  return parsed(keptnWorkloadVersionSchema, { metadata, spec }, given);
}

/** App `shop` of the one workload `cart`, found by discovery. */
export function keptnApp(given: Given = {}): KeptnApp {
  const labels = { 'app.kubernetes.io/managed-by': 'keptn' };
  const metadata = { name: 'shop', uid: 'app-1', generation: 1, labels };
  const spec = { version: '1', workloads: [{ name: 'cart', version: '1' }] };
  return parsed(keptnAppSchema, { metadata, spec }, given);
}

/** The version object of that app's first generation. */
export function keptnAppVersion(given: Given = {}): KeptnAppVersion {
  const metadata = {
    name: appVersionName('shop', '1', 1),
    uid: 'app-version-1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const spec = { appName: 'shop', version: '1', workloads: [{ name: 'cart', version: '1' }] };
  return parsed(keptnAppVersionSchema, { metadata, spec }, given);
}

/** An app version whose checks before the deployment have passed, so that its workloads may begin. */
export function openAppVersion(given: Given = {}): KeptnAppVersion {
  const status = {
    preDeploymentStatus: 'Succeeded',
    preDeploymentEvaluationStatus: 'Succeeded',
    status: 'Progressing',
    currentPhase: 'AppDeploy',
  };
  return keptnAppVersion({ ...given, status: { ...status, ...given.status } });
}

/** The request to write app `shop`, made at midnight. */
export function appCreationRequest(given: Given = {}): KeptnAppCreationRequest {
  const metadata = { name: 'shop', uid: 'request-1', creationTimestamp: '2026-01-01T00:00:00Z' };
  return parsed(keptnAppCreationRequestSchema, { metadata, spec: { appName: 'shop' } }, given);
}
