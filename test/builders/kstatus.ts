import { z } from '../../src/api/schema.ts';

const looked = z.looseObject({
  metadata: z.looseObject({
    generation: z.number().optional(),
    deletionTimestamp: z.string().nullish(),
  }),
  status: z
    .looseObject({
      observedGeneration: z.number().optional(),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), message: z.string() }))
        .optional(),
    })
    .optional(),
});

/** What Flux and `kubectl`'s relatives make of a custom resource. */
export interface Kstatus {
  readonly status: 'InProgress' | 'Failed' | 'Current' | 'Terminating';
  readonly message: string;
}

/**
 * The rules of kstatus for kinds that it does not know, in their order: deletion, the generation that was observed, the
 * conditions Reconciling and Stalled where they are True, then Ready; an object that says nothing is taken for done.
 * Source: sigs.k8s.io/cli-utils, pkg/kstatus (its README, "generic rules").
 */
export function kstatusOf(object: unknown): Kstatus {
  const { metadata, status } = looked.parse(object);
  if (metadata.deletionTimestamp) return { status: 'Terminating', message: 'scheduled for deletion' };
  const { observedGeneration: seen, conditions = [] } = status ?? {};
  const { generation = seen } = metadata;
  if (seen !== undefined && seen !== generation)
    return { status: 'InProgress', message: 'the last change was not observed yet' };
  return byStandard(conditions) ?? byReady(conditions);
}

type Conditions = NonNullable<NonNullable<z.infer<typeof looked>['status']>['conditions']>;

function byStandard(conditions: Conditions): Kstatus | undefined {
  for (const { type, status, message } of conditions) {
    if (type === 'Reconciling' && status === 'True') return { status: 'InProgress', message };
    if (type === 'Stalled' && status === 'True') return { status: 'Failed', message };
  }
  return undefined;
}

function byReady(conditions: Conditions): Kstatus {
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined) return { status: 'Current', message: 'says nothing' };
  return { status: ready.status === 'True' ? 'Current' : 'InProgress', message: ready.message };
}
