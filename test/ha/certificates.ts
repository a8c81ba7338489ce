import { connect } from 'node:tls';
import { until } from '../../scripts/cluster/progress.ts';
import { z } from '../../src/api/schema.ts';
import { issueFor } from '../../src/pki/issue.ts';
import { defaultPolicy } from '../../src/pki/plan.ts';
import { servingNames } from '../../src/pki/serving-names.ts';
import { certificatesSecretName } from '../../src/pki/stored.ts';
import { must } from '../integration/lifecycle/api.ts';
import { type Site, systemNamespace } from './site.ts';

const path = `/api/v1/namespaces/${systemNamespace}/secrets/${certificatesSecretName}`;
const certificateSchema = z.object({ serialNumber: z.string(), issuer: z.object({ CN: z.string() }) });
/** A minute in which a new authority rests, a look each ten seconds, and time to make keys on a busy machine. */
const rotatedWithinMs = 180_000;

/** Who signed what a replica shows, and its number. */
interface Shown {
  readonly issuer: string;
  readonly serial: string;
}

function shownBy(ip: string): Promise<Shown> {
  return new Promise((resolve, reject) => {
    // Whom to trust is not the question here.
    const socket = connect({ host: ip, port: 9443, rejectUnauthorized: false }, () => {
      const { issuer, serialNumber } = certificateSchema.parse(socket.getPeerCertificate());
      socket.end();
      resolve({ issuer: issuer.CN, serial: serialNumber });
    });
    socket.on('error', reject);
  });
}

async function shownByAll(site: Site): Promise<Shown[]> {
  const replicas = await site.replicas('webhook');
  return Promise.all(replicas.map(({ ip }) => shownBy(ip)));
}

/** Does something to the Secret and waits until every replica shows the same new certificate; gives the seconds. */
async function untilAllShowAnother(
  site: Site,
  what: keyof Shown,
  act: () => Promise<unknown>,
): Promise<number> {
  const before = new Set((await shownByAll(site)).map((shown) => shown[what]));
  const startedAt = performance.now();
  await act();
  const isNew = async (): Promise<boolean> => {
    const now = await shownByAll(site);
    return (
      new Set(now.map(({ serial }) => serial)).size === 1 && now.every((shown) => !before.has(shown[what]))
    );
  };
  if (!(await until(isNew, rotatedWithinMs))) throw new Error(`no new ${what} within ${rotatedWithinMs} ms`);
  return (performance.now() - startedAt) / 1000;
}

/** The operator's way to a new authority: delete the Secret. */
export function deleteSecret(site: Site): Promise<number> {
  return untilAllShowAnother(site, 'issuer', () => site.system('delete', 'secret', certificatesSecretName));
}

/** A new serving certificate of the same authority. */
export function dropServing(site: Site): Promise<number> {
  return untilAllShowAnother(site, 'serial', () => put(site, { 'tls.crt': null, 'tls.key': null }));
}

/** An authority and a certificate that this cluster never saw, as from a backup of another. */
export async function putStrangers(site: Site): Promise<number> {
  const nothing = { ca: undefined, oldCa: undefined, serving: undefined };
  const made = must(
    await issueFor(
      { kind: 'replace-all', reason: 'a test' },
      {
        data: {},
        facts: nothing,
        wanted: servingNames(`sluice-webhook.${systemNamespace}.svc`),
        now: new Date(),
        policy: defaultPolicy,
      },
    ),
  );
  const data: Record<string, string | null> = {};
  for (const [key, pem] of Object.entries(made))
    data[key] = pem === undefined ? null : Buffer.from(z.string().parse(pem)).toString('base64');
  return untilAllShowAnother(site, 'issuer', () => put(site, data));
}

async function put({ api }: Site, data: Readonly<Record<string, string | null>>): Promise<void> {
  const { status, text } = await api.request('PATCH', path, { data });
  if (status >= 300) throw new Error(text);
}
