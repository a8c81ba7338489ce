/** Serves admission as the product does, over TLS on 127.0.0.1, and beside it a floor. A process of its own: `admission.ts` starts it. */
import { ok } from '../src/kernel/result.ts';
import { admissionRoutes } from '../src/server/admission-routes.ts';
import { createApp } from '../src/server/http.ts';
import { listenTls } from '../src/server/https.ts';
import type { Route } from '../src/server/route.ts';
import type { OwnerObject } from '../src/webhook/owner.ts';
import { cpuPath, floorPath } from './admission-load.ts';
import { localhostCertificate } from './certificate.ts';

function owner(resource: string, name: string): OwnerObject {
  const n = name.split('-')[1] ?? '0';
  if (resource === 'deployments') {
    const annotations = { 'keptn.sh/pre-deployment-tasks': 'check-db', 'keptn.sh/app': 'shop' };
    return { metadata: { name, uid: `d-${n}`, annotations } };
  }
  const above = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: `w-${n}`,
    uid: `d-${n}`,
    controller: true,
  };
  return { metadata: { name, uid: `r-${n}`, ownerReferences: [above] } };
}

async function serve(): Promise<void> {
  const { cert, key, ca } = await localhostCertificate();
  const floor: Route = {
    method: 'POST',
    path: floorPath,
    json: { maxBytes: 1_000_000 },
    handle: () => ({ status: 200, body: { response: { uid: 'x', allowed: true, patch: 'x'.repeat(400) } } }),
  };
  const cpu: Route = {
    method: 'GET',
    path: cpuPath,
    handle: () => {
      const { user, system } = process.cpuUsage();
      return { status: 200, body: { cpuMs: (user + system) / 1000 } };
    },
  };
  const admission = admissionRoutes({
    owners: {
      get: owner,
      fetch: (resource, _namespace, name) => Promise.resolve(ok(owner(resource, name))),
    },
    fetchRollout: () => Promise.resolve(ok(undefined)),
    apps: { get: () => undefined },
    versions: { get: () => undefined },
    reportBug: (error) => {
      throw error;
    },
  });
  const app = createApp([...admission, floor, cpu], console.error);
  const listening = await listenTls(app, { port: 0, host: '127.0.0.1' }, { cert, key });
  if (!listening.ok) throw new Error(listening.error.message);
  console.log(JSON.stringify({ port: listening.value.port, ca }));
}

await serve();
