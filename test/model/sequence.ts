import fc from 'fast-check';
import { z } from '../../src/api/schema.ts';

const checkNames = ['lint', 'scan', 'smoke', 'announce', 'tell'] as const;
/** Every definition of a task in a sequence's namespace. */
export const allChecks: readonly Check[] = checkNames;
export type Check = (typeof checkNames)[number];

const preChecks = ['lint', 'scan'] as const;
const postChecks = ['smoke'] as const;
const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

const at = z.int().min(0);
const checkSchema = z.enum(checkNames);
const askedFields = { pre: z.array(checkSchema), post: z.array(checkSchema) };

const commandSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('deploy'), at, ...askedFields }),
  z.object({ do: z.literal('rollBack'), at, back: z.int().min(1) }),
  z.object({ do: z.literal('scale'), at, replicas: z.int().min(0) }),
  z.object({ do: z.literal('drain'), at, evict: z.boolean() }),
  z.object({ do: z.literal('remove'), at }),
  z.object({ do: z.literal('openQuota'), at }),
  z.object({ do: z.literal('retry'), at }),
  z.object({ do: z.literal('break'), check: checkSchema, how: z.enum(['fails', 'hangs']) }),
  z.object({ do: z.literal('mend'), check: checkSchema }),
  z.object({ do: z.literal('sweepJobs') }),
  z.object({ do: z.literal('restart') }),
  z.object({ do: z.literal('kill'), darkMs: z.int() }),
  z.object({ do: z.literal('cut'), darkMs: z.int() }),
  z.object({ do: z.literal('wait'), calmMs: z.int() }),
]);
/** One step of a sequence, as plain data. `at` counts its workloads. */
export type Command = z.infer<typeof commandSchema>;

const shapeSchema = z.object({
  name: z.string(),
  kind: z.enum(kinds),
  /** Its pods carry a gate of another controller. */
  foreign: z.boolean(),
  /** A StatefulSet makes its pods one after the other. */
  ordered: z.boolean(),
});
export type WorkloadShape = z.infer<typeof shapeSchema>;

/** A sequence as plain data: it can be printed, cut down and run again. */
export const sequenceSchema = z.object({
  workloads: z.array(shapeSchema).min(1),
  /** True: all workloads are one app; false: each is an app of its own. */
  oneApp: z.boolean(),
  appPre: z.array(checkSchema),
  appPost: z.array(checkSchema),
  commands: z.array(commandSchema),
});
export type Sequence = z.infer<typeof sequenceSchema>;

/** The checks that a version asks for. */
export interface Asked {
  readonly pre: readonly Check[];
  readonly post: readonly Check[];
}

const subset = <T extends Check>(names: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...names]);
const one = fc.nat({ max: 1 });
const darkMs = fc.constantFrom(0, 300, 1500);

function command<D extends Command['do'], F>(
  name: D,
  fields: { [K in keyof F]: fc.Arbitrary<F[K]> },
): fc.Arbitrary<{ do: D } & F> {
  return fc.record(fields).map((given) => ({ do: name, ...given }));
}

const deploy = command('deploy', { at: one, pre: subset(preChecks), post: subset(postChecks) });
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: deploy },
  { weight: 3, arbitrary: command('rollBack', { at: one, back: fc.constantFrom(1, 2) }) },
  { weight: 3, arbitrary: command('scale', { at: one, replicas: fc.nat({ max: 4 }) }) },
  { weight: 3, arbitrary: command('drain', { at: one, evict: fc.boolean() }) },
  { weight: 2, arbitrary: command('remove', { at: one }) },
  { weight: 1, arbitrary: command('openQuota', { at: one }) },
  { weight: 2, arbitrary: command('retry', { at: one }) },
  {
    weight: 4,
    arbitrary: command('break', {
      check: fc.constantFrom(...checkNames),
      how: fc.constantFrom('fails' as const, 'hangs' as const),
    }),
  },
  { weight: 3, arbitrary: command('mend', { check: fc.constantFrom(...checkNames) }) },
  { weight: 1, arbitrary: command('sweepJobs', {}) },
  { weight: 1, arbitrary: command('restart', {}) },
  { weight: 2, arbitrary: command('kill', { darkMs }) },
  { weight: 2, arbitrary: command('cut', { darkMs }) },
  { weight: 8, arbitrary: command('wait', { calmMs: fc.constantFrom(200, 2500) }) },
);

function shape(name: string): fc.Arbitrary<WorkloadShape> {
  return fc.record({
    name: fc.constant(name),
    kind: fc.constantFrom(...kinds, 'Deployment'),
    foreign: fc.boolean(),
    ordered: fc.boolean(),
  });
}

const anySequence: fc.Arbitrary<Sequence> = fc
  .record({
    workloads: fc.tuple(shape('cart'), shape('till')),
    oneApp: fc.boolean(),
    appPre: subset(['announce']),
    appPost: subset(['tell']),
    begin: deploy,
    // As long in the first sequence as in the last: fast-check begins small otherwise.
    commands: fc.array(anyCommand, { minLength: 4, maxLength: 12, size: 'max' }),
  })
  .map(({ begin, commands, ...world }) => ({ ...world, commands: [begin, ...commands] }));

/** The sequences of a seed: the same for the same seed, and the first ones the same however many are asked for. */
export function sequencesOf(seed: number, count: number): Sequence[] {
  return fc.sample(fc.noBias(anySequence), { seed, numRuns: count });
}

/** What a sequence does, a line a command, for people. */
export function tell({ workloads, oneApp, appPre, appPost, commands }: Sequence): string {
  const named = workloads.map(
    ({ name, kind, foreign, ordered }) =>
      `${kind} ${name}${foreign ? ' with a foreign gate' : ''}${kind === 'StatefulSet' && ordered ? ' in order' : ''}`,
  );
  const world = `${named.join(', ')}; ${oneApp ? 'one app' : 'an app each'}; app checks: ${appPre.join()} | ${appPost.join()}`;
  const lines = commands.map(({ do: what, ...rest }) => {
    const name = 'at' in rest ? [workloads[rest.at]?.name] : [];
    const others = Object.entries(rest).flatMap(([key, value]) =>
      key === 'at' ? [] : [`${key}=${String(value)}`],
    );
    return [what, ...name, ...others].join(' ');
  });
  return [world, ...lines].join('\n  ');
}
