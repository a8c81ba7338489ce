import { prechecksGate } from '../../src/api/constants.ts';
import { type Pod, podSchema } from '../../src/api/core/pod.ts';
import { type Given, parsed } from './parsed.ts';

/** A pod of workload `cart` in app `shop`, version 1, held by our gate, of ReplicaSet `cart-1`. */
export function pod(given: Given = {}): Pod {
  const annotations = { 'keptn.sh/workload': 'cart', 'keptn.sh/app': 'shop', 'keptn.sh/version': '1' };
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', uid: 'rs-1', controller: true };
  const metadata = { name: 'cart-1-a', uid: 'pod-1', annotations, ownerReferences: [owner] };
  const spec = { schedulingGates: [{ name: prechecksGate }], containers: [{ name: 'app', image: 'cart:1' }] };
  return parsed(podSchema, { metadata, spec }, given);
}
