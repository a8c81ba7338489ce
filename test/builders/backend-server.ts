import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyPair } from '../../src/pki/x509.ts';

/** What a backend was asked. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a backend answers. `hang`: it never does. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly hang?: boolean;
}

/** A server on a free port that answers what it is told. */
export interface BackendServer {
  readonly url: string;
  readonly host: string;
  readonly seen: readonly SeenRequest[];
  readonly close: () => Promise<void>;
}

/** Starts a server; `answer` says what each request gets. With a certificate it speaks TLS. `address`: of this machine. */
export async function startBackend(
  answer: (request: SeenRequest) => ScriptedAnswer,
  tls?: KeyPair,
  address = 'localhost',
): Promise<BackendServer> {
  const seen: SeenRequest[] = [];
  const onRequest: Parameters<typeof createServer>[1] = (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://backend');
      const request: SeenRequest = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      seen.push(request);
      const { status = 200, headers = {}, body = '', hang } = answer(request);
      if (hang) return;
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
      outgoing.end(body);
    });
  };
  const server =
    tls === undefined
      ? createServer(onRequest)
      : createTlsServer({ cert: tls.certPem, key: tls.keyPem }, onRequest);
  const port = await listen(server, address);
  const host = `${address}:${port}`;
  return { url: `${tls === undefined ? 'http' : 'https'}://${host}`, host, seen, close: () => stop(server) };
}

/** Listens on a free port of an address of this machine and gives the port's number. */
export async function listen(server: Server, address = 'localhost'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return (server.address() as AddressInfo).port;
}

/** Ends a server and its connections. */
export async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
