import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import type { ExporterOptions, ResourceAttributes, SpanExporter } from './exporter.ts';
import { overLibrary, passing } from './library-exporter.ts';

/** Collectors close what is idle after a minute or more. */
const idleMs = 30_000;

/** Answers by which a receiver says that these spans will never do. Source: OTLP, failures. */
const final: ReadonlySet<unknown> = new Set([400, 413, 422]);

/** Exports protobuf over HTTP. One connection is kept for a while: the spans of a release come within seconds. */
export function httpExporter(options: ExporterOptions, resource: ResourceAttributes): SpanExporter {
  const { url, headers, caPem, insecureSkipVerify, timeoutMs } = options;
  const tls = { ...(caPem === undefined ? {} : { ca: caPem }), rejectUnauthorized: !insecureSkipVerify };
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: timeoutMs,
    httpAgentOptions: {
      keepAlive: true,
      maxFreeSockets: 1,
      timeout: idleMs,
      ...(url.startsWith('https:') ? tls : {}),
    },
  });
  return overLibrary(exporter, resource, judge);
}

function judge(code: unknown, { message }: Error): SluiceError {
  if (final.has(code))
    return failure('invalid', `the collector answers ${String(code)}: it refuses the spans; look at its log`);
  if (code === 401 || code === 403) {
    return passing(`the collector answers ${code}; correct headersFrom or the Secret`);
  }
  if (typeof code === 'number')
    return passing(`the collector answers ${code}; correct the endpoint, or look after it`);
  return passing(`the collector cannot be reached: ${message}`);
}
