import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.ts';

/** What a process is. */
export interface ProcessInfo {
  /** Version of Sluice. */
  readonly version: string;
  readonly roles: readonly string[];
  /** When it began, milliseconds since 1970. */
  readonly startedAtMs: number;
}

/** The delay is that of so long at least, so that two who scrape see the same stall. */
const lagWindowSeconds = 60;

/** Reports, at each collection, what the process is and what it uses. Reads the process alone. */
export function meterProcess(metrics: Metrics, { version, roles, startedAtMs }: ProcessInfo): void {
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  let windowBegan = process.uptime();
  metrics.set('sluice_build_info', { version, node: process.versions.node, roles: roles.join(',') }, 1);
  metrics.set('process_start_time_seconds', {}, startedAtMs / 1000);
  metrics.onCollect(() => {
    const { user, system } = process.cpuUsage();
    metrics.set('process_cpu_seconds_total', {}, (user + system) / 1e6);
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    metrics.set('process_resident_memory_bytes', {}, rss);
    metrics.set('nodejs_heap_size_total_bytes', {}, heapTotal);
    metrics.set('nodejs_heap_size_used_bytes', {}, heapUsed);
    metrics.set('nodejs_external_memory_bytes', {}, external);
    // Before the first sample the mean is not a number.
    metrics.set('nodejs_eventloop_lag_mean_seconds', {}, lag.count === 0 ? 0 : lag.mean / 1e9);
    metrics.set('nodejs_eventloop_lag_p99_seconds', {}, lag.percentile(99) / 1e9);
    metrics.set('nodejs_eventloop_lag_max_seconds', {}, lag.max / 1e9);
    if (process.uptime() - windowBegan < lagWindowSeconds) return;
    windowBegan = process.uptime();
    lag.reset();
  });
}
