import { setTimeout as sleep } from 'node:timers/promises';
import { z } from '../../src/api/schema.ts';
import type { LoadReport } from './open-loop.ts';
import { type PodLoad, seconds } from './pod-load.ts';
import type { Site } from './site.ts';

/** A machine that does other things meanwhile is told a lower pace to begin with. */
const most = Number(process.env['SLUICE_HA_PACE'] ?? 200);
const paces = [200, 150, 100, 50, 25].filter((pace) => pace <= most);
/** A machine on which the API server alone takes longer is at its end. */
const busyMs = 250;
const registrationPath = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const registrationSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional(), uid: z.string().optional() }),
});

/** Takes the registration away, so that nobody is asked; what is given puts it back as it was. */
export async function withoutRegistration({ api }: Site): Promise<() => Promise<void>> {
  const { body } = await api.request('GET', `${registrationPath}/sluice`);
  const { metadata, ...rest } = registrationSchema.parse(body);
  const { resourceVersion: _version, uid: _uid, ...kept } = metadata;
  await api.request('DELETE', `${registrationPath}/sluice`);
  return async () => {
    const put = await api.request('POST', registrationPath, { ...rest, metadata: kept });
    if (put.status >= 300) throw new Error(put.text);
    // The API server reads its registrations by a watch of its own.
    await sleep(1_000);
  };
}

/** The highest of our paces that this machine sustains without Sluice. */
export async function sustainablePace(site: Site, load: PodLoad): Promise<number> {
  const putBack = await withoutRegistration(site);
  try {
    await sleep(1_000);
    for (const pace of paces) {
      const { failures, latency } = await run(load, pace, 'plain', 5);
      if (failures.length === 0 && latency.p99 < busyMs) return pace;
    }
  } finally {
    await putBack();
  }
  throw new Error(`this machine does not create ${paces.at(-1)} pods a second even without Sluice`);
}

/** The same load in turn without the registration and with it, so that both meet the same machine. */
export async function measureAdded(
  site: Site,
  load: PodLoad,
  pace: number,
  rounds: number,
): Promise<{ readonly without: LoadReport[]; readonly withSluice: LoadReport[] }> {
  const without: LoadReport[] = [];
  const withSluice: LoadReport[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const putBack = await withoutRegistration(site);
    try {
      await sleep(1_000);
      without.push(await run(load, pace, 'plain', 10));
    } finally {
      await putBack();
    }
    withSluice.push(await run(load, pace, 'gated', 10));
  }
  return { without, withSluice };
}

async function run(
  load: PodLoad,
  pace: number,
  gate: 'gated' | 'plain',
  forSeconds: number,
): Promise<LoadReport> {
  const running = load.start(pace, gate);
  await seconds(forSeconds);
  return running.stop();
}
