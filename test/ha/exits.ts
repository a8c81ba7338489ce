import { z } from '../../src/api/schema.ts';
import { type Component, type Site, systemNamespace } from './site.ts';

/** How the process of a pod that was deleted ended. */
export interface Exit {
  readonly pod: string;
  readonly exitCode: number;
  /** From SIGTERM to its end; whole seconds, as the kubelet says. */
  readonly seconds: number;
}

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().optional(),
  }),
  spec: z.object({
    containers: z.array(
      z.object({
        lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
      }),
    ),
  }),
  status: z.object({
    containerStatuses: z
      .array(
        z.object({
          state: z.object({
            terminated: z.object({ exitCode: z.number(), finishedAt: z.string() }).optional(),
          }),
        }),
      )
      .default([]),
  }),
});

/** Watches from now on how processes of deleted pods end. */
export function exitsDuring(site: Site, component: Component): { readonly stop: () => Promise<Exit[]> } {
  const exits = new Map<string, Exit>();
  const path = `/api/v1/namespaces/${systemNamespace}/pods`;
  const stop = site.kubectl.watch(
    path,
    ({ object }) => {
      const exit = exitOf(object);
      if (exit !== undefined) exits.set(exit.pod, exit);
    },
    `app.kubernetes.io/component=${component}`,
  );
  return {
    stop: async () => {
      // The kubelet tells of an end a moment after it.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      stop();
      return [...exits.values()];
    },
  };
}

function exitOf(object: unknown): Exit | undefined {
  const { metadata, spec, status } = podSchema.parse(object);
  const ended = status.containerStatuses[0]?.state.terminated;
  if (ended === undefined || metadata.deletionTimestamp === undefined) return undefined;
  const graceMs = (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const preStopMs = (spec.containers[0]?.lifecycle?.preStop.sleep.seconds ?? 0) * 1000;
  const terminatedAt = Date.parse(metadata.deletionTimestamp) - graceMs + preStopMs;
  const seconds = Math.max(0, (Date.parse(ended.finishedAt) - terminatedAt) / 1000);
  return { pod: metadata.name, exitCode: ended.exitCode, seconds };
}
