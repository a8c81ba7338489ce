import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HttpResponse, Route, StreamedText } from './route.ts';

/** One named condition of being ready or alive. Undefined when it holds, else why it does not, for people. */
export interface Check {
  readonly name: string;
  readonly problem: () => string | undefined;
}

/** What a probe found. */
interface Verdict {
  readonly name: string;
  readonly problem: string | undefined;
}

/** A check that throws has failed: a probe must answer whatever happens. */
function judge({ name, problem }: Check): Verdict {
  try {
    return { name, problem: problem() };
  } catch (thrown) {
    return { name, problem: `the check itself failed: ${String(thrown)}` };
  }
}

/** One line a check, as the API server's own probes print them. */
function answer(checks: readonly Check[]): HttpResponse {
  const verdicts = checks.map(judge);
  const isFine = verdicts.every(({ problem }) => problem === undefined);
  const lines = verdicts.map(({ name, problem }) =>
    problem === undefined ? `[+] ${name} ok` : `[-] ${name} failed: ${problem}`,
  );
  return { status: isFine ? 200 : 503, body: `${[...lines, isFine ? 'ok' : 'failed'].join('\n')}\n` };
}

/** `/healthz` fails when a restart would help; `/readyz` when traffic should go elsewhere. */
export interface Probes {
  readonly alive: readonly Check[];
  readonly ready: readonly Check[];
}

/** The probe routes. They answer each check by name, so that the failing one is seen from the outside. */
export function healthRoutes({ alive, ready }: Probes): Route[] {
  return [
    { method: 'GET', path: '/healthz', handle: () => answer(alive) },
    { method: 'GET', path: '/readyz', handle: () => answer(ready) },
  ];
}

/** Ready until the process was asked to end: whoever balances load by readiness goes elsewhere while it still answers. */
export function stoppingCheck(isStopping: () => boolean): Check {
  return {
    name: 'stopping',
    problem: () => (isStopping() ? 'this process was asked to end' : undefined),
  };
}

/** Ready once every cache has been filled; `pending` names those that have not. */
export function cachesCheck(pending: () => readonly string[]): Check {
  return {
    name: 'caches',
    problem: () => {
      const names = pending();
      return names.length === 0 ? undefined : `not synced yet: ${names.join(', ')}`;
    },
  };
}

/** Ready while a certificate that is valid now is served. */
export function certificateCheck(notAfter: () => Date | undefined, now: () => Date): Check {
  return {
    name: 'certificate',
    problem: () => {
      const end = notAfter();
      if (end === undefined) return 'no serving certificate is loaded yet';
      return now() < end ? undefined : `the serving certificate expired at ${end.toISOString()}`;
    },
  };
}

/**
 * Alive while the event loop turns: the longest stall since the last look stays under `limitMs`. A stall that is
 * over is forgiven by the next look, so that one slow second never adds up to a restart.
 */
export function eventLoopCheck(limitMs: number): Check & { readonly stop: () => void } {
  const monitor = monitorEventLoopDelay({ resolution: 20 });
  monitor.enable();
  return {
    name: 'event-loop',
    problem: () => {
      const stallMs = Math.round(monitor.max / 1e6);
      monitor.reset();
      return stallMs <= limitMs ? undefined : `it stood still for ${stallMs} ms (limit ${limitMs} ms)`;
    },
    stop: () => {
      monitor.disable();
    },
  };
}

/** `/metrics`; `render` gives the text and its content type, for example OpenMetrics'. */
export function metricsRoute(
  render: () => Promise<{ readonly body: string | StreamedText; readonly contentType: string }>,
): Route {
  return {
    method: 'GET',
    path: '/metrics',
    handle: async () => ({ status: 200, ...(await render()) }),
  };
}
