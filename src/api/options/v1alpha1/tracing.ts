import { admittedWhen, bounded, httpAddress } from '../../field-rules.ts';
import { z } from '../../schema.ts';
import { headerFromSchema, receiverTlsSchema } from './event-receiver.ts';

/** How spans are sent. */
export const otlpProtocols = ['grpc', 'http'] as const;

const endpoint = admittedWhen(
  z.string().meta({
    description:
      'Where spans are sent to: host and port for gRPC without TLS, such as otel-collector:4317, or an address, such as https://otel.example:4318. /v1/traces is added for http where the address has no path.',
    maxLength: 2048,
  }),
  [
    {
      rule: "self.matches('^https?://[^ /]+') || self.matches('^[^ /:]+:[0-9]+$')",
      message:
        'must be host and port, or an address; write for example "otel-collector:4317" or "https://otel.example:4318"',
    },
  ],
);

const tracingSchema = z.object({
  endpoint: endpoint.optional(),
  protocol: z.enum(otlpProtocols).describe('OTLP over gRPC, or protobuf over HTTP.').default('grpc'),
  headersFrom: bounded(z.array(headerFromSchema))
    .describe('Headers of each request whose values Secrets hold.')
    .optional(),
  tls: receiverTlsSchema
    .describe('How the collector is verified, where the address begins with https.')
    .prefault({}),
  traceUrl: httpAddress(
    'Where people look at a trace, with {traceId} for its id, such as https://jaeger.example/trace/{traceId}. Shown by sluice trace.',
  ).optional(),
});
/** How releases are traced, as a KeptnConfig says it. */
export type Tracing = z.infer<typeof tracingSchema>;

/** Settings of a KeptnConfig that say how releases are traced. */
export const tracingFields = {
  tracing: tracingSchema
    .describe(
      'How releases are traced. An endpoint here counts in place of OTelCollectorUrl, which has neither TLS nor headers.',
    )
    .optional(),
};
