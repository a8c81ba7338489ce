import type { FrontProxy } from '../../domain/caller.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Logger } from '../../observability/logger.ts';
import { listenTls } from '../https.ts';
import { type KeepingOptions, keepCertificate, quietMs, type Serving } from '../keep-certificate.ts';
import type { MetricsView } from './answer.ts';
import { createMetricsApp } from './app.ts';
import type { GuardPorts } from './guard.ts';

/** All that the listener of the custom metrics API works with. */
export interface MetricsApiOptions extends KeepingOptions {
  readonly port: number;
  readonly view: MetricsView;
  readonly isSynced: () => boolean;
  readonly access: Omit<GuardPorts, 'frontProxy'>;
  readonly now: () => Date;
}

/** A running custom metrics API. */
export interface MetricsApi extends Serving {
  /** To be called with the front proxy's configuration whenever it changes. */
  readonly believe: (proxy: FrontProxy | undefined) => Result<void, SluiceError>;
}

/**
 * Listens for the API server's aggregator and keeps the certificate by which it knows us. Until it was told of a front
 * proxy, nobody but the holders of tokens is believed. Error: unavailable, when the port cannot be had.
 */
export async function startMetricsApi(options: MetricsApiOptions): Promise<Result<MetricsApi, SluiceError>> {
  const { logger, view, isSynced, access, now } = options;
  let proxy: FrontProxy | undefined;
  const app = createMetricsApp({
    ...access,
    frontProxy: () => proxy,
    view,
    isSynced,
    now,
    reportBug: bugReporter(logger),
  });
  const listening = await listenTls(app, { port: options.port, asksClients: true, quietMs });
  if (!listening.ok) return listening;
  const serving = keepCertificate(listening.value, options);
  return ok({
    ...serving,
    believe: (next) => {
      const trusted = listening.value.trustClients(next?.clientCa);
      if (trusted.ok) proxy = next;
      return trusted;
    },
  });
}

function bugReporter(logger: Logger): (error: unknown, path: string) => void {
  return (error, path) => {
    logger.error('request threw', { error, path });
  };
}
