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
  if (!parsed.success || parsed.data.metadata.deletionTimestamp !== undefined) return undefined;
  if (parsed.data.metadata.annotations?.[buildAnnotation] !== build) return undefined;
  for (const { restartCount, state } of parsed.data.status.containerStatuses ?? []) {
    const reason = state.waiting?.reason ?? '';
    if (incurable.includes(reason))
      return `pod ${parsed.data.metadata.name}: ${reason}: ${state.waiting?.message ?? ''}`;
    if (reason === 'CrashLoopBackOff' && restartCount >= 3) {
      return `pod ${parsed.data.metadata.name} ended ${restartCount} times right after its start`;
    }
  }
  return undefined;
}
