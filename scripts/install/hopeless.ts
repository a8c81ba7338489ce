import * as z from 'zod';
import { buildAnnotation } from './overlay.ts';

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    deletionTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  status: z.object({
    containerStatuses: z
      .array(
        z.object({
          restartCount: z.number(),
          state: z.object({
            waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
          }),
        }),
      )
      .optional(),
  }),
});

/** Waiting reasons of a container that no waiting cures. */
const incurable = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
];

/** Why waiting for this pod of `build` is of no use, or undefined while it may still become ready. Pure. */
export function whyHopeless(pod: unknown, build: string): string | undefined {
  const parsed = podSchema.safeParse(pod);
  if (!parsed.success) return undefined;
  const { metadata, status } = parsed.data;
  if (metadata.deletionTimestamp !== undefined || metadata.annotations?.[buildAnnotation] !== build) {
    return undefined;
  }
  for (const container of status.containerStatuses ?? []) {
    const why = whyStuck(container);
    if (why !== undefined) return `pod ${metadata.name}${why}`;
  }
  return undefined;
}

type ContainerStatus = NonNullable<z.infer<typeof podSchema>['status']['containerStatuses']>[number];

function whyStuck({ restartCount, state }: ContainerStatus): string | undefined {
  const { reason = '', message = '' } = state.waiting ?? {};
  if (incurable.includes(reason)) return `: ${reason}: ${message}`;
  if (reason !== 'CrashLoopBackOff' || restartCount < 3) return undefined;
  return ` ended ${restartCount} times right after its start`;
}
