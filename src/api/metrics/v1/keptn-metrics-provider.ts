import { admittedWhen, objectName } from '../../field-rules.ts';
import { defineKind, wholeObject } from '../../kind.ts';
import { conditionsOnlySchema } from '../../lifecycle/v1/shared.ts';
import { text, z } from '../../schema.ts';
import { metricsGroup } from './group.ts';

/** Every backend that can be asked. thanos, cortex and mimir speak the protocol of prometheus. */
export const providerTypes = [
  'prometheus',
  'thanos',
  'cortex',
  'mimir',
  'dynatrace',
  'dql',
  'datadog',
  'elastic',
  'kubernetes',
  'http',
] as const;
export type ProviderType = (typeof providerTypes)[number];

/**
 * The backend that a provider's type names: upper and lower case are the same. Undefined: nobody knows it. An object of
 * v1alpha2 has no type and takes it from its name. Pure.
 */
export function readProviderType(type: string | undefined, name: string): ProviderType | undefined {
  const word = (type || name).toLowerCase();
  return providerTypes.find((known) => known === word);
}

const providerFields = z.object({
  type: text(`The backend: ${providerTypes.join(', ')}. Absent: the name of the object says it.`).optional(),
  targetServer: text(
    'Address of the backend, such as http://prometheus.monitoring:9090; a path is kept in front of those of its API. Empty for kubernetes.',
  ).default(''),
  secretKeyRef: z
    .object({
      name: objectName('Name of a Secret in the namespace of the provider.').optional(),
      key: text(
        'Which key of it: the token of dynatrace, the JSON text of dql, the API key of elastic, the bearer token of http and the prometheus family. datadog reads DD_CLIENT_API_KEY and DD_CLIENT_APP_KEY, and the prometheus family user and password where the Secret has them.',
      ),
      optional: z.boolean().describe('Accepted for compatibility, without effect.').optional(),
    })
    .meta({ description: 'The credentials, if the backend wants some.', 'x-kubernetes-map-type': 'atomic' })
    .optional(),
  insecureSkipTlsVerify: z
    .boolean()
    .describe('True: the certificate of the backend is not verified. Prefer caSecretRef.')
    .default(false),
  caSecretRef: z
    .object({
      name: objectName('Name of a Secret in the namespace of the provider.'),
      key: text('Which key of it holds the certificates, in PEM.').default('ca.crt'),
    })
    .describe('Certificates that are trusted for this backend beside those of the system.')
    .optional(),
  tenant: text('Sent as X-Scope-OrgID: the tenant of cortex, mimir and their kin.').optional(),
  maxConcurrent: z
    .int32()
    .min(1)
    .max(100)
    .meta({ description: 'How many queries may be on their way to this backend at once.', format: 'int32' })
    .default(8),
  timeoutSeconds: z
    .int32()
    .min(1)
    .max(300)
    .meta({ description: 'How long one fetch may take in all.', format: 'int32' })
    .default(20),
});

const known = `[${providerTypes.map((type) => `'${type}'`).join(', ')}]`;

const spec = admittedWhen(providerFields, [
  {
    rule: `!has(self.type) || self.type == '' || self.type.lowerAscii() in ${known}`,
    message: `type must be one of ${providerTypes.join(', ')}`,
  },
  {
    rule: "self.targetServer.matches('^https?://[^ /]+') || (has(self.type) && self.type.lowerAscii() == 'kubernetes') || (!has(self.type) && self.targetServer == '')",
    message:
      'targetServer must be the address of the backend, such as "http://prometheus.monitoring:9090"; only kubernetes needs none',
  },
]).describe('Where the backend is and how it is asked.');

/** KeptnMetricsProvider: a backend that metrics are fetched from. */
export const keptnMetricsProviderKind = defineKind({
  group: metricsGroup,
  kind: 'KeptnMetricsProvider',
  plural: 'keptnmetricsproviders',
  shortNames: ['kmp'],
  versions: ['v1alpha2', 'v1alpha3', 'v1beta1', 'v1'],
  columns: [
    { name: 'Type', path: '.spec.type' },
    { name: 'Server', path: '.spec.targetServer' },
  ],
  description: 'A backend that metrics are fetched from, its address and its credentials. Written by users.',
  notes: [
    'The status was a text that nobody wrote; here it is an object with conditions, as in every other kind.',
    'A type that no backend has is refused; upper and lower case are the same.',
  ],
  spec,
  status: conditionsOnlySchema.describe('What is known about the provider.'),
  example: {
    name: 'prometheus',
    spec: { type: 'prometheus', targetServer: 'http://prometheus.monitoring:9090' },
  },
});
export const keptnMetricsProviderSchema = wholeObject(keptnMetricsProviderKind);
export type KeptnMetricsProvider = z.infer<typeof keptnMetricsProviderSchema>;
