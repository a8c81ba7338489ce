import { parseWith, z } from '../../src/api/schema.ts';
import { readDora } from '../../src/cli/dora-read.ts';
import { doraTable } from '../../src/cli/dora-text.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import type { KubeClient } from '../../src/runtime/client.ts';
import { connectClients } from '../../src/runtime/connect.ts';
import { ClusterFault } from '../cluster/fault.ts';
import { print } from './demo.ts';

/** A release is recorded milliseconds after its end; the number of tries is for a loaded machine. */
const tries = 40;
const tryEveryMs = 250;
const mostShown = 5;

const recordedSchema = z.object({
  releases: z.array(
    z.object({
      app: z.string(),
      version: z.string(),
      result: z.string(),
      deployment: z.string(),
      failure: z.string(),
    }),
  ),
});
type Recorded = z.infer<typeof recordedSchema>['releases'][number];

/**
 * Prints the five DORA numbers of a namespace, as `sluice dora --namespace NAMESPACE` does, and its latest releases, once
 * that version is among them.
 */
export async function showDora(kubeconfig: string, namespace: string, version: string): Promise<void> {
  const connected = connectClients(kubeconfig, new Metrics());
  if (!connected.ok) throw fault(connected.error.message);
  const { client, close } = connected.value;
  try {
    const recorded = await untilRecorded(client, namespace, version);
    const asked = {
      window: '30d',
      filter: { namespace },
      systemNamespace: 'sluice-system',
      nowMs: Date.now(),
    };
    const read = await readDora(client, asked);
    if (!read.ok) throw fault(read.error.message);
    for (const line of doraTable(read.value.answer)) print(line);
    for (const release of recorded.slice(0, mostShown)) print(`  ${describe(release)}`);
    print('');
  } finally {
    close();
  }
}

/** The namespace's latest releases; none where no Service leads to Sluice, as beside `make run`. */
async function untilRecorded(client: KubeClient, namespace: string, version: string): Promise<Recorded[]> {
  const service = '/api/v1/namespaces/sluice-system/services/sluice-controller-metrics:metrics/proxy';
  let recorded: Recorded[] = [];
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const answer = await client.get(`${service}/dora/releases?namespace=${namespace}&limit=100`);
    const parsed = answer.ok ? parseWith(recordedSchema, answer.value) : answer;
    if (!parsed.ok) return [];
    recorded = parsed.value.releases;
    if (recorded.some((release) => release.version === version)) return recorded;
    await new Promise((wake) => setTimeout(wake, tryEveryMs));
  }
  return recorded;
}

function describe({ app, version, result, deployment, failure }: Recorded): string {
  const where =
    failure === 'before' && deployment === 'none'
      ? ': a check stopped it before anything was deployed'
      : failure === 'none'
        ? ''
        : `: ${failure} the deployment`;
  return `${app} ${version} ${result}${where}`;
}

function fault(why: string): ClusterFault {
  return new ClusterFault('the DORA numbers', why, 'The release itself is through; run the demo again.');
}
