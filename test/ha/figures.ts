import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Figure, isWithin, table } from '../../bench/figure.ts';
import { z } from '../../src/api/schema.ts';

const folder = join(import.meta.dirname, '../../.cache/ha');
const file = join(folder, 'figures.jsonl');
const units = ['ms', 's', 'MiB', 'errors', 'Jobs', 'Events', 'requests', 'cores', '%'] as const;
const figureSchema = z.object({
  what: z.string(),
  value: z.number(),
  unit: z.enum(units),
  limit: z.number().optional(),
  floor: z.number().optional(),
});

/** Forgets what an earlier run measured. */
export function clearFigures(): void {
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
}

/** Keeps a figure for the table at the end, and fails the running test when it misses its limit. */
export function tell(figure: Figure): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(file, `${JSON.stringify(figure)}\n`);
  const { what, value, unit, limit } = figure;
  expect(isWithin(figure), `${what}: ${value} ${unit}, and ${limit} ${unit} is the limit`).toBe(true);
}

/** Prints all that was measured. */
export function printFigures(): void {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const figures = lines.map((line): Figure => {
    const { limit, floor, ...figure } = figureSchema.parse(JSON.parse(line));
    return {
      ...figure,
      ...(limit === undefined ? {} : { limit }),
      ...(floor === undefined ? {} : { floor }),
    };
  });
  process.stdout.write(`\n${table(figures)}\n`);
}
