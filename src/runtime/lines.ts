import type { Readable } from 'node:stream';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';

/** etcd admits objects of 1.5 MB; a longer line is not a watch event. */
const longestLineBytes = 16 * 1024 * 1024;
const newline = 0x0a;

/**
 * Calls `onLine` for each line until the stream ends or `onLine` returns false, which destroys the stream.
 * Errors: unavailable when the stream breaks off, malformed when a line has no end.
 */
export async function readLines(
  stream: Readable,
  onLine: (line: string) => boolean,
): Promise<Result<void, SluiceError>> {
  const rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      const lines = cutLines(chunk, rest);
      // Returning from the loop destroys the stream.
      if (!lines.every((line) => line === '' || onLine(line))) return ok(undefined);
      restBytes = lines.length > 0 ? (rest[0]?.length ?? 0) : restBytes + chunk.length;
      if (restBytes > longestLineBytes) return err(failure('malformed', 'a line of a stream is too long'));
    }
    return ok(undefined);
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return err(failure('unavailable', `the stream broke off: ${detail}`));
  }
}

/** The lines that this chunk completes; `rest` holds what belongs to the next one, before and after. */
function cutLines(chunk: Buffer, rest: Buffer[]): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
    const head = chunk.subarray(start, end);
    lines.push(
      rest.length === 0 ? head.toString('utf8') : Buffer.concat([...rest.splice(0), head]).toString('utf8'),
    );
    start = end + 1;
  }
  if (start < chunk.length) rest.push(chunk.subarray(start));
  return lines;
}
