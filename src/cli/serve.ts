import { loadSettings } from '../config/settings.ts';
import { serve } from '../main.ts';
import type { ServeArguments } from './args.ts';
import { failWith, onStopSignal } from './terminal.ts';

/** Runs a process until it is asked to stop. Gives the exit code. */
export async function runServe(options: ServeArguments): Promise<number> {
  const settings = loadSettings();
  if (!settings.ok) return failWith(settings.error.message);
  const { metricsApiPort = settings.value.metricsApiPort } = options;
  // Before anything is begun: a process that is asked to end while it starts does so, and gives back what it has taken.
  const askedToStop = new Promise<void>((resolve) => {
    onStopSignal(resolve);
  });
  const serving = await serve({ ...settings.value, metricsApiPort }, options);
  if (!serving.ok) return failWith(serving.error.message);
  await askedToStop;
  await serving.value.stop();
  return 0;
}
