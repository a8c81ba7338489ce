import { createServer, type Server } from 'node:net';

/**
 * Ports for servers whose number must be known before they listen. The system itself gives 32768 and above to whoever
 * connects or asks for any port, so that one of those that was free a moment ago may be taken; and two test processes
 * that look for free ones may find the same. These lie below, and a process has a block of its own, which it claims by
 * listening on the block's first port for as long as it lives.
 */
const firstBlock = 20_000;
const blockSize = 250;
const blocks = 40;

let block: Promise<number> | undefined;
let next = 1;

/** A port that nobody listens on, and that nobody else is given while there are 200 others. */
export async function freePort(): Promise<number> {
  block ??= claimBlock();
  const first = await block;
  for (let tried = 1; tried < blockSize; tried += 1) {
    const port = first + next;
    next = next === blockSize - 1 ? 1 : next + 1;
    const server = await listenOn(port);
    if (server === undefined) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error(`every port from ${first} to ${first + blockSize - 1} is taken`);
}

async function claimBlock(): Promise<number> {
  for (let index = 0; index < blocks; index += 1) {
    const first = firstBlock + index * blockSize;
    const server = await listenOn(first);
    if (server === undefined) continue;
    server.unref();
    return first;
  }
  throw new Error(`every block of ports from ${firstBlock} is claimed: which processes are left over?`);
}

/** Undefined where somebody listens already. */
function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(port, () => {
      resolve(server);
    });
  });
}
