import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A wire to the real API server that a test can cut, stall or close. It sees ciphertext only. */
export interface Wire {
  /** A kubeconfig that goes through this wire. */
  readonly kubeconfig: string;
  /** Ends every open connection. */
  cut(): void;
  /** Open connections stay open but carry nothing any more; new ones work. */
  stall(): void;
  /** While true, new connections are refused; open ones are cut. */
  refuse(refusing: boolean): void;
  /** How many connections have been made. */
  readonly connections: number;
  close(): void;
}

/** The server's URL in a kubeconfig, be that YAML or JSON. */
export const serverOf = /https:\/\/[^\s"]+/;

/** Lays a wire to the API server of the test run. */
export async function startWire(): Promise<Wire> {
  const text = readFileSync(inject('kubeconfig'), 'utf8');
  const server = new URL(serverOf.exec(text)?.[0] ?? '');
  const pairs = new Set<readonly [Socket, Socket]>();
  let refusing = false;
  let connections = 0;
  const listener = createServer((near) => {
    connections += 1;
    if (refusing) {
      near.destroy();
      return;
    }
    const far = connect(Number(server.port || 443), server.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'sluice-wire-')), 'kubeconfig');
  writeFileSync(kubeconfig, text.replace(serverOf, `https://127.0.0.1:${port}`));
  const cut = (): void => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    kubeconfig,
    cut,
    stall: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.pause();
        far.pause();
      }
    },
    refuse: (now) => {
      refusing = now;
      if (now) cut();
    },
    get connections() {
      return connections;
    },
    close: () => {
      cut();
      listener.close();
    },
  };
}
