import { duration, grpcAddress, httpAddress } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { conditionsOnlySchema } from '../../lifecycle/v1/shared.ts';
import { int32, z } from '../../schema.ts';
import { eventFields } from './event-receiver.ts';
import { notificationFields } from './notification.ts';
import { tracingFields } from './tracing.ts';

/** What namespaces and apps may set for themselves, by annotations. */
export const overridesValues = ['Any', 'Stricter', 'None'] as const;
export type Overrides = (typeof overridesValues)[number];

const spec = z
  .object({
    OTelCollectorUrl: grpcAddress(
      'Host and port of an OpenTelemetry collector (OTLP over gRPC), such as otel-collector:4317. Absent: traces are not sent.',
    ).optional(),
    keptnAppCreationRequestTimeoutSeconds: int32(
      0,
      'How many seconds to wait for the workloads of an app before its KeptnApp is written.',
    ).default(30),
    cloudEventsEndpoint: httpAddress(
      'HTTP address that events of Keptn are sent to, with its types and data, such as "App Deployment.Finished". Absent: none are sent. For other formats and filters see eventReceivers.',
    ).optional(),
    ...eventFields,
    ...notificationFields,
    ...tracingFields,
    blockDeployment: z
      .boolean()
      .describe(
        'Whether a failed check holds the deployment (enforce). When false, failures become warnings (warn).',
      )
      .default(true),
    overrides: z
      .enum(overridesValues)
      .describe(
        'Which keptn.sh/enforcement and keptn.sh/observability-timeout of namespaces and apps count: Any, those that are Stricter than what is set above them, or None.',
      )
      .default('Any'),
    observabilityTimeout: duration(
      'How long a rollout may take before it counts as failed, such as 5m.',
    ).default('5m'),
    versionHistoryLimit: int32(
      0,
      'How many finished versions of each app, and of each workload, are kept as a record. The present version, the one before it, and any whose pods are still there are kept besides.',
    ).default(10),
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
  description:
    'Settings that may change without a restart. Written by users; counts in the namespace of Sluice, of several the first by name.',
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
