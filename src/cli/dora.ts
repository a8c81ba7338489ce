import { loadSettings } from '../config/settings.ts';
import { Metrics } from '../observability/metrics.ts';
import { systemClock } from '../runtime/clock.ts';
import { connectClients } from '../runtime/connect.ts';
import type { DoraArguments } from './args.ts';
import { readDora } from './dora-read.ts';
import { doraCsv, doraTable } from './dora-text.ts';
import { failWith, print, printText, warn } from './terminal.ts';

/** Prints the five DORA numbers. Gives the exit code. */
export async function dora({ window, output, ...filter }: DoraArguments): Promise<number> {
  const settings = loadSettings();
  if (!settings.ok) return failWith(settings.error.message);
  const connected = connectClients(settings.value.kubeconfigPath, new Metrics());
  if (!connected.ok) return failWith(connected.error.message);
  const { client, close } = connected.value;
  const systemNamespace = settings.value.namespace;
  const read = await readDora(client, { window, filter, systemNamespace, nowMs: systemClock.now() });
  close();
  if (!read.ok) return failWith(read.error.message);
  const { answer, fallback } = read.value;
  if (fallback !== undefined) {
    warn(
      `the history of Sluice in namespace "${systemNamespace}" cannot be asked (${fallback.trim()}): these numbers are of the versions that the cluster still stores`,
    );
  }
  if (output === 'json') print(JSON.stringify(answer, undefined, 2));
  else if (output === 'csv') printText(doraCsv(answer));
  else print(...doraTable(answer));
  return 0;
}
