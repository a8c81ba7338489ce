import { once } from 'node:events';
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server as PlainServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { HttpApp } from './route.ts';

/** A certificate and its key, PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Where to listen. Port 0 takes a free one. */
export interface ListenAddress {
  readonly port: number;
  /** All addresses, both families, when absent. */
  readonly host?: string;
}

/** A listening socket. */
export interface Listener {
  /** The port that is really listened on. */
  readonly port: number;
  /**
   * Stops accepting, lets running requests finish, then closes all connections; cuts what is left after `graceMs`.
   */
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Where to listen with TLS, and whether clients may show a certificate; none is needed. */
export interface TlsAddress extends ListenAddress {
  readonly asksClients?: boolean;
}

/** A TLS listener whose certificate can be changed while it runs. */
export interface TlsListener extends Listener {
  /** New handshakes use this certificate from now on; connections that exist live on. Error: malformed. */
  readonly useCertificate: (certificate: ServingCertificate) => Result<void, SluiceError>;
  /**
   * Clients whose certificate is of one of these authorities (PEM) are authorized from now on, nobody else; undefined,
   * a text without any, and before the first call: nobody. Connections that exist are closed, those at work after
   * their request. Error: malformed.
   */
  readonly trustClients: (authorities: string | undefined) => Result<void, SluiceError>;
}

/**
 * Longer than the 90 s for which the API server keeps an idle connection: were ours shorter, we would now and
 * then close one at the moment it is used again, and a pod would be refused for it.
 */
const keepAliveTimeoutMs = 120_000;
/** A peer that cannot send its headers in this time is not the API server. */
const headersTimeoutMs = 10_000;
/** Reviews are answered within the webhook's 5 s; this bounds slow senders. */
const requestTimeoutMs = 30_000;

function listenOn(
  server: PlainServer | TlsServer,
  { port, host }: ListenAddress,
): Promise<Result<number, SluiceError>> {
  server.keepAliveTimeout = keepAliveTimeoutMs;
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  return new Promise((resolve) => {
    const failed = (error: Error): void => {
      resolve(err(failure('unavailable', `port ${port} cannot be listened on: ${error.message}`)));
    };
    server.once('error', failed);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', failed);
      resolve(ok(portOf(server.address()) ?? port));
    });
  });
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return typeof address === 'object' ? address?.port : undefined;
}

/** How long a connection may still be without a request once nothing is accepted any more. */
const strangerMs = 250;

/** All sockets of a server, those in the middle of a handshake too, which Node's own close waits for without an end. */
function socketsOf(server: PlainServer | TlsServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const add = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
    });
  };
  server.on('connection', add);
  server.on('secureConnection', add);
  return sockets;
}

/** Resolves after a time, or at once when the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Resolves when every response was sent, and none was asked for in a last moment. */
async function untilUnused(running: ReadonlySet<ServerResponse>, signal: AbortSignal): Promise<void> {
  do {
    await Promise.all([...running].map((response) => once(response, 'close')));
    await pause(strangerMs, signal);
  } while (running.size > 0 && !signal.aborted);
}

/**
 * Closes a server in good order. Node's own close leaves a connection open that was busy at that moment, until its
 * keep-alive ends minutes later; so every response still to be sent says `Connection: close`. It also waits for
 * connections on which nothing was ever asked, such as those that a client made in reserve: they are closed.
 */
function drainer(server: PlainServer | TlsServer): Listener['stop'] {
  const running = new Set<ServerResponse>();
  const sockets = socketsOf(server);
  let isStopping = false;
  const sayGoodbye = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (isStopping) sayGoodbye(response);
    running.add(response);
    response.once('close', () => {
      running.delete(response);
    });
  });
  return async (graceMs) => {
    isStopping = true;
    running.forEach(sayGoodbye);
    const ended = new AbortController();
    const late = pause(graceMs, ended.signal);
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    await Promise.race([closed, untilUnused(running, ended.signal), late]);
    ended.abort();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
}

/** Serves an app without TLS, for probes and metrics. Error: unavailable, when the port cannot be had. */
export async function listenPlain(
  app: HttpApp,
  address: ListenAddress,
): Promise<Result<Listener, SluiceError>> {
  const server = createPlainServer(app);
  const stop = drainer(server);
  const port = await listenOn(server, address);
  if (!port.ok) return port;
  return ok({ port: port.value, stop });
}

/** Has connections of before a change of trust closed with the answer to their next request. */
function retirer(server: TlsServer): () => void {
  let generation = 0;
  const born = new WeakMap<object, number>();
  server.on('secureConnection', (socket) => {
    born.set(socket, generation);
  });
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    if (born.get(socket) !== generation) response.setHeader('Connection', 'close');
  });
  return () => {
    generation += 1;
    server.closeIdleConnections();
  };
}

/**
 * Serves an app over TLS 1.2 or newer. Without a certificate yet, every handshake fails until `useCertificate`.
 * Errors: unavailable, when the port cannot be had; malformed, when the certificate cannot be read.
 */
export async function listenTls(
  app: HttpApp,
  address: TlsAddress,
  certificate?: ServingCertificate,
): Promise<Result<TlsListener, SluiceError>> {
  const asks = address.asksClients === true ? { requestCert: true, rejectUnauthorized: false } : {};
  const server = createTlsServer({ minVersion: 'TLSv1.2', ...asks }, app);
  const stop = drainer(server);
  const retire = retirer(server);
  let current: { readonly certificate?: ServingCertificate; readonly clientCa?: string } = {};
  const change = (next: typeof current): Result<void, SluiceError> => {
    const { certificate: pair, clientCa } = next;
    try {
      // An empty list: without one, every client of a public authority would count as verified.
      const ca = clientCa ?? [];
      if (pair !== undefined) server.setSecureContext({ ...pair, ca, minVersion: 'TLSv1.2' });
      current = next;
      return ok(undefined);
    } catch (thrown) {
      return err(failure('malformed', `the certificate cannot be used: ${String(thrown)}`));
    }
  };
  const useCertificate: TlsListener['useCertificate'] = (pair) => change({ ...current, certificate: pair });
  const trustClients: TlsListener['trustClients'] = (authorities) => {
    const { certificate: pair } = current;
    const next = {
      ...(pair && { certificate: pair }),
      ...(authorities !== undefined && { clientCa: authorities }),
    };
    const changed = change(next);
    if (changed.ok) retire();
    return changed;
  };
  const first = certificate === undefined ? ok(undefined) : useCertificate(certificate);
  if (!first.ok) return first;
  const port = await listenOn(server, address);
  if (!port.ok) return port;
  return ok({ port: port.value, useCertificate, trustClients, stop });
}
