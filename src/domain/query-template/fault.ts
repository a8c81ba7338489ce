import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

/** What is wrong with a template or its arguments, and where; never leaves this folder. */
export class TemplateFault extends Error {
  /** Offset into the template, in UTF-16 units. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Runs a step of parsing or rendering; a fault becomes an error (malformed) that names line and column. */
export function settled<T>(template: string, step: () => T): Result<T, SluiceError> {
  try {
    return ok(step());
  } catch (thrown) {
    if (!(thrown instanceof TemplateFault)) throw thrown;
    return err(failure('malformed', `line ${place(template, thrown.offset)}: ${thrown.message}`));
  }
}

function place(template: string, offset: number): string {
  const before = template.slice(0, offset).split('\n');
  return `${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
