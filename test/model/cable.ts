import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A TCP proxy before the API server: what goes through it is real, and a test can cut it. */
export class Cable {
  /** A kubeconfig that leads through the cable. */
  readonly kubeconfig: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server, kubeconfig: string) {
    this.#server = server;
    this.kubeconfig = kubeconfig;
  }

  /** Lays a cable to the API server of a kubeconfig, which must name it by an address that its certificate holds. */
  static async lay(kubeconfig: string): Promise<Cable> {
    const text = readFileSync(kubeconfig, 'utf8');
    const [, address = ''] = /"?server"?: *"?(https:\/\/[^\s"]+)/.exec(text) ?? [];
    const { hostname, port } = new URL(address);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const own = server.address();
    if (own === null || typeof own === 'string') throw new Error('the cable has no port');
    const file = join(mkdtempSync(join(tmpdir(), 'sluice-model-')), 'kubeconfig');
    writeFileSync(file, text.replace(address, `https://127.0.0.1:${own.port}`), { mode: 0o600 });
    const cable = new Cable(server, file);
    server.on('connection', (near) => {
      cable.#join(near, connect(Number(port), hostname));
    });
    return cable;
  }

  /** Breaks every connection; new ones are refused until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets connections through again. */
  mend(): void {
    this.#isCut = false;
  }

  /** Takes the cable away. */
  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (this.#isCut) near.destroy();
  }
}
