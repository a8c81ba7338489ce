import type { Sequence } from './sequence.ts';

/** A sequence that fails, and why. */
export interface Failing {
  readonly sequence: Sequence;
  readonly why: string;
}

/**
 * Looks for a shorter sequence that fails too, by leaving commands out: half of them first, then fewer, each attempt a
 * real run. What fails only sometimes may come back longer than it needs to be.
 */
export async function shorter(
  failing: Failing,
  attempts: number,
  run: (sequence: Sequence) => Promise<string | undefined>,
): Promise<Failing> {
  let best = failing;
  let left = attempts;
  let size = Math.floor(failing.sequence.commands.length / 2);
  while (size >= 1 && left > 0) {
    let found = false;
    for (let from = best.sequence.commands.length - size; from >= 0 && left > 0; from -= size) {
      const commands = best.sequence.commands.toSpliced(from, size);
      left -= 1;
      const sequence = { ...best.sequence, commands };
      const why = await run(sequence);
      if (why === undefined) continue;
      best = { sequence, why };
      found = true;
    }
    if (!found || size > best.sequence.commands.length) size = Math.floor(size / 2);
  }
  return best;
}
