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
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8');
        rest = [];
        restBytes = 0;
        start = end + 1;
        // Leaving the loop destroys the stream.
        if (line !== '' && !onLine(line)) return ok(undefined);
      }
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
      if (restBytes > longestLineBytes) return err(failure('malformed', 'a line of a stream is too long'));
    }
    return ok(undefined);
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return err(failure('unavailable', `the stream broke off: ${detail}`));
  }
}
