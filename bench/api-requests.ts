import type { SluiceProcess } from './sluice-process.ts';

/** Requests that a process has made of the API server so far, watches and their lists left out. */
export async function apiRequests(process: SluiceProcess): Promise<number> {
  return countRequests(await process.metrics());
}

/** Adds up `sluice_api_requests_total` of Prometheus text but for reads of whole collections. Pure. */
export function countRequests(metrics: string): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    const [, verb, value] =
      /^sluice_api_requests_total\{.*verb="([a-zA-Z]+)".*\} ([0-9.e+]+)$/.exec(line) ?? [];
    if (verb === undefined || /^(watch|list)$/i.test(verb)) continue;
    sum += Number(value);
  }
  return sum;
}
