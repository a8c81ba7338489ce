import { credentials, Metadata } from '@grpc/grpc-js';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import type { ExporterOptions, ResourceAttributes, SpanExporter } from './exporter.ts';
import { overLibrary, passing } from './library-exporter.ts';

/** Status codes of gRPC. */
const invalidArgument = 3;
const deadlineExceeded = 4;
const permissionDenied = 7;
const unimplemented = 12;
const unauthenticated = 16;

/** Exports over gRPC; TLS where the address begins with https. */
export function grpcExporter(options: ExporterOptions, resource: ResourceAttributes): SpanExporter {
  const { url, caPem, insecureSkipVerify, timeoutMs } = options;
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.headers)) metadata.set(name, value);
  const isPlain = url.startsWith('http://');
  const ca = caPem === undefined ? null : Buffer.from(caPem);
  const exporter = new OTLPTraceExporter({
    url,
    metadata,
    timeoutMillis: timeoutMs,
    credentials: isPlain
      ? credentials.createInsecure()
      : credentials.createSsl(ca, null, null, { rejectUnauthorized: !insecureSkipVerify }),
  });
  return overLibrary(exporter, resource, judge);
}

function judge(code: unknown, { message }: Error): SluiceError {
  switch (code) {
    case invalidArgument:
      return failure('invalid', 'the collector refuses the spans as invalid; look at its log');
    case deadlineExceeded:
      return failure('timeout', 'the collector did not answer in time; look after it');
    case permissionDenied:
    case unauthenticated:
      return passing('the collector refuses the credentials; correct headersFrom or the Secret');
    case unimplemented:
      return passing('what answers takes no spans over gRPC; correct the endpoint, or the protocol');
    default:
      return passing(`the collector cannot be reached: ${message}`);
  }
}
