import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HTTP } from 'cloudevents';
import { z } from '../../../src/api/schema.ts';
import type { KeyPair } from '../../../src/pki/x509.ts';

const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  time: z.string(),
  data: z.unknown(),
});
/** A CloudEvent as the package of the CloudEvents project reads it. */
export type ReadEvent = z.infer<typeof eventSchema>;

/** A real receiver of CloudEvents, which can be down and which refuses what the test says. */
export class Receiver {
  /** What it took, in the order of arrival. */
  readonly taken: ReadEvent[] = [];
  /** Headers of every request, whether or not it was taken. */
  readonly asked: IncomingMessage['headers'][] = [];
  /** What it answers to an event. */
  status: (event: ReadEvent) => number = () => 202;
  readonly #tls: KeyPair | undefined;
  #server: Server | undefined;
  #port = 0;

  private constructor(tls: KeyPair | undefined) {
    this.#tls = tls;
  }

  static async open(tls?: KeyPair): Promise<Receiver> {
    const receiver = new Receiver(tls);
    await receiver.up();
    return receiver;
  }

  get url(): string {
    return `${this.#tls === undefined ? 'http' : 'https'}://localhost:${this.#port}/events`;
  }

  get ids(): string[] {
    return this.taken.map(({ id }) => id);
  }

  get types(): string[] {
    return this.taken.map(({ type }) => type);
  }

  /** Listens, after the first time at the same port. */
  async up(): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response);
    };
    const server =
      this.#tls === undefined
        ? createServer(answer)
        : createTlsServer({ cert: this.#tls.certPem, key: this.#tls.keyPem }, answer);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, resolve);
    });
    const address = server.address() as AddressInfo;
    this.#port = address.port;
  }

  /** Refuses connections from now on. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.asked.push(request.headers);
      const read = HTTP.toEvent({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      const event = eventSchema.parse(JSON.parse(JSON.stringify(read)));
      const status = this.status(event);
      if (status < 300) this.taken.push(event);
      response.writeHead(status);
      response.end();
    });
  }
}
