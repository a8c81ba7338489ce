import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Api, connectApi } from '../integration/lifecycle/api.ts';
import { Fleet } from './fleet.ts';
import { Play } from './play.ts';
import { type Sequence, sequenceSchema, sequencesOf, tell } from './sequence.ts';
import { shorter } from './shorten.ts';

const seed = Number(process.env['SLUICE_MODEL_SEED'] ?? 1);
const count = Number(process.env['SLUICE_MODEL_SEQUENCES'] ?? 20);
const lanes = Number(process.env['SLUICE_MODEL_LANES'] ?? 6);
/** How often a sequence that failed is run again to find a shorter one; the first failure alone is cut down. */
const attempts = Number(process.env['SLUICE_MODEL_SHORTEN'] ?? 15);
const replay = process.env['SLUICE_MODEL_REPLAY'];

const sequences =
  replay === undefined ? sequencesOf(seed, count) : [sequenceSchema.parse(JSON.parse(replay))];

let api: Api;
beforeAll(() => {
  api = connectApi(inject('kubeconfig'));
});
afterAll(() => {
  api.client.close();
});

/** What went wrong in a sequence, undefined when nothing did. */
async function run(sequence: Sequence, fleet: Fleet): Promise<string | undefined> {
  const began = performance.now();
  const play = await Play.open(sequence, fleet);
  try {
    await play.perform();
    return undefined;
  } catch (error) {
    const done = fleet.log.filter(({ atMs }) => atMs >= began);
    const events = done.map(({ atMs, what }) => `${((atMs - began) / 1000).toFixed(1)} s ${what}`);
    return `${String(error)}\ndone to Sluice meanwhile, by any sequence: ${events.join('; ') || 'nothing'}`;
  } finally {
    await play.scene.close();
  }
}

/** Runs the sequences side by side; after a failure no further one begins. */
async function runAll(fleet: Fleet): Promise<{ sequence: Sequence; index: number; why: string }[]> {
  const failures: { sequence: Sequence; index: number; why: string }[] = [];
  const queue = [...sequences.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && failures.length === 0; next = queue.shift()) {
      const [index, sequence] = next;
      const why = await run(sequence, fleet);
      if (why !== undefined) failures.push({ sequence, index, why });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failures;
}

/** How to see it again. */
function report(sequence: Sequence, why: string): string {
  return `${why}\n\n${tell(sequence)}\n\nagain: SLUICE_MODEL_REPLAY='${JSON.stringify(sequence)}' make test-model`;
}

test(`S1, S2, S3, S4, L1, L2: ${sequences.length} random sequences of releases, failures, crashes and cuts (seed ${seed})`, {
  timeout: 300_000 + sequences.length * 60_000,
}, async () => {
  const fleet = await Fleet.start(api, inject('kubeconfig'));
  try {
    const failures = await runAll(fleet);
    const reports = failures.map(
      ({ sequence, index, why }) => `sequence ${index} of seed ${seed}\n${report(sequence, why)}`,
    );
    const [first] = failures;
    if (first !== undefined && attempts > 0) {
      const least = await shorter(first, attempts, (sequence) => run(sequence, fleet));
      if (least.sequence !== first.sequence) reports.push(`shorter:\n${report(least.sequence, least.why)}`);
    }
    expect(reports.join('\n\n')).toBe('');
  } finally {
    await fleet.stop();
  }
});
