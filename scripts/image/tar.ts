import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';

/** One member of an archive. Owners are always 0 and times always the epoch, so equal input gives equal bytes. */
export interface TarEntry {
  /** Path without a leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly body:
    | { readonly kind: 'folder' }
    | { readonly kind: 'link'; readonly target: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly source: string };
}

const block = 512;

/** The 512-byte ustar header of one member. Pure; throws RangeError for a path that ustar cannot hold. */
export function tarHeader(entry: TarEntry, sizeBytes: number): Buffer {
  const header = Buffer.alloc(block);
  const { prefix, name } = splitPath(entry.body.kind === 'folder' ? `${entry.path}/` : entry.path);
  const octal = (value: number, at: number, length: number): void => {
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'ascii');
  };
  header.write(name, 0, 'utf8');
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(sizeBytes, 124, 12);
  octal(0, 136, 12);
  header.fill(' ', 148, 156); // the checksum counts itself as spaces
  header.write({ folder: '5', link: '2', text: '0', file: '0' }[entry.body.kind], 156, 'ascii');
  if (entry.body.kind === 'link') header.write(entry.body.target, 157, 'utf8');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(prefix, 345, 'utf8');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return header;
}

function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path };
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const prefix = path.slice(0, at);
    const name = path.slice(at + 1);
    if (name !== '' && Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100)
      return { prefix, name };
  }
  throw new RangeError(`path too long for a tar archive: ${path}`);
}

/** Writes members, sorted by path, to `file`; answers the SHA-256 of the archive in hexadecimal. */
export function writeTar(file: string, entries: readonly TarEntry[]): string {
  const hash = createHash('sha256');
  const out = openSync(file, 'w');
  try {
    const put = (bytes: Buffer): void => {
      hash.update(bytes);
      writeAll(out, bytes);
    };
    const sorted = [...entries].sort((left, right) =>
      Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)),
    );
    for (const entry of sorted) writeEntry(entry, put);
    put(Buffer.alloc(2 * block));
  } finally {
    closeSync(out);
  }
  return hash.digest('hex');
}

function writeEntry(entry: TarEntry, put: (bytes: Buffer) => void): void {
  const { body } = entry;
  if (body.kind === 'file') {
    const sizeBytes = statSync(body.source).size;
    put(tarHeader(entry, sizeBytes));
    forEachChunk(body.source, put);
    put(padding(sizeBytes));
    return;
  }
  const content = Buffer.from(body.kind === 'text' ? body.text : '');
  put(tarHeader(entry, content.length));
  put(content);
  put(padding(content.length));
}

function padding(sizeBytes: number): Buffer {
  return Buffer.alloc((block - (sizeBytes % block)) % block);
}

function forEachChunk(source: string, use: (bytes: Buffer) => void): void {
  const input = openSync(source, 'r');
  try {
    const chunk = Buffer.alloc(1 << 20);
    for (let count = readSync(input, chunk); count > 0; count = readSync(input, chunk))
      use(chunk.subarray(0, count));
  } finally {
    closeSync(input);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** SHA-256 of a file's bytes in hexadecimal. */
export function hashFile(source: string): string {
  const hash: Hash = createHash('sha256');
  forEachChunk(source, (bytes) => hash.update(bytes));
  return hash.digest('hex');
}
