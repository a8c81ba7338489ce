import { defineKind, wholeObject } from '../../kind.ts';
import { conditionsOnlySchema } from '../../lifecycle/v1/shared.ts';
import { duration, int32, text, z } from '../../schema.ts';

const spec = z
  .object({
    OTelCollectorUrl: text(
      'Host and port of an OpenTelemetry collector (OTLP over gRPC), such as otel-collector:4317. Absent: traces are not sent.',
    ).optional(),
    keptnAppCreationRequestTimeoutSeconds: int32(
      0,
      'How many seconds to wait for the workloads of an app before its KeptnApp is written.',
    ).default(30),
    cloudEventsEndpoint: text('HTTP address that CloudEvents are sent to. Absent: none are sent.').optional(),
    blockDeployment: z
      .boolean()
      .describe('Whether a failed check holds the deployment. When false, failures become warnings.')
      .default(true),
    observabilityTimeout: duration(
      'How long a rollout may take before it counts as failed, such as 5m.',
    ).default('5m'),
    versionHistoryLimit: int32(
      0,
      'How many finished versions of each app, and of each workload, are kept as a record. The present version, the one before it, and any whose pods are still there are kept besides.',
    ).default(10),
    rollbacks: z
      .enum(['Trust', 'Recheck'])
      .describe(
        'What happens when a workload goes back to a version that was released before. Trust: it is released at once, as an incident asks for. Recheck: its checks are made once more, for the app version that the rollback makes.',
      )
      .default('Trust'),
    restApiEnabled: z.boolean().describe('Not used; kept so that existing manifests apply.').default(false),
  })
  .describe('Settings of the whole cluster.')
  .prefault({});

/** KeptnConfig: settings that may change without a restart. */
export const keptnConfigKind = defineKind({
  group: 'options.keptn.sh',
  kind: 'KeptnConfig',
  plural: 'keptnconfigs',
  versions: ['v1alpha1'],
  description: 'Settings that may change without a restart. Written by users.',
  notes: [
    'The status was a text that nobody wrote; here it is an object with conditions, as in every other kind.',
  ],
  spec,
  status: conditionsOnlySchema.describe('What is known about the settings.'),
  example: {
    name: 'sluice',
    spec: { OTelCollectorUrl: 'otel-collector.observability:4317', observabilityTimeout: '10m' },
  },
});
export const keptnConfigSchema = wholeObject(keptnConfigKind);
export type KeptnConfig = z.infer<typeof keptnConfigSchema>;
