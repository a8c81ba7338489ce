import type { Parcel } from '../../domain/outbox.ts';
import type { ReleaseObjects } from '../../domain/release-objects.ts';
import { completedPart } from '../../domain/trace/parts.ts';
import type { TraceSpan } from '../../domain/trace/span.ts';
import { appSpans, workloadSpans } from '../../domain/trace/spans.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { sha256Hex } from '../../kernel/hash.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { FetchClock } from '../../providers/clock.ts';
import { type ReadSecret, Secrets } from '../../providers/secrets.ts';
import { withinTime } from '../../providers/time-limit.ts';
import type { Sink } from '../sink.ts';
import type { ExporterOptions, ResourceAttributes, SpanExporter } from './exporter.ts';
import type { CollectorTarget } from './target.ts';

/** The name by which deliveries are marked. */
export const otlpSinkName = 'otlp';

/** What spans are sent with. */
export interface OtlpPorts {
  readonly clock: FetchClock;
  readonly readSecret: ReadSecret;
  /** Where the Secrets are: Sluice's namespace. */
  readonly namespace: string;
  readonly resource: ResourceAttributes;
}

/** The outbox gives up on a send a little later. */
const sendLimitMs = 8_000;
/** The library's own attempts end before that. */
const exportLimitMs = 7_000;

interface Line {
  readonly digest: string;
  readonly exporter: SpanExporter;
}

/** Sends the spans of a release to a collector, as far as they are complete with the fact that it is told of. */
export class OtlpSink implements Sink {
  readonly name = otlpSinkName;
  readonly #target: CollectorTarget;
  readonly #ports: OtlpPorts;
  readonly #secrets: Secrets;
  #line: Line | undefined;
  #isClosed = false;

  constructor(target: CollectorTarget, ports: OtlpPorts) {
    this.#target = target;
    this.#ports = ports;
    this.#secrets = new Secrets(ports.clock, ports.readSecret);
  }

  readonly accepts: Sink['accepts'] = (fact) => completedPart(fact) !== undefined;

  /** Errors: unavailable and timeout, naming the field to look at; invalid, when the spans are refused for good. */
  readonly send: Sink['send'] = async (parcel, signal) => {
    const spans = spansOf(parcel);
    if (spans.length === 0) return ok(undefined);
    const ended = await withinTime(this.#ports.clock, { limitMs: sendLimitMs, signal }, () =>
      this.#export(spans),
    );
    if (ended === 'late' || ended === 'aborted') {
      return err(failure('timeout', this.#named('the collector did not answer in time; look after it')));
    }
    return ended.ok ? ended : err({ ...ended.error, message: this.#named(ended.error.message) });
  };

  readonly close: Sink['close'] = async () => {
    this.#isClosed = true;
    await this.#drop();
  };

  async #export(spans: readonly TraceSpan[]): Promise<Result<void, SluiceError>> {
    const line = await this.#connect();
    return line.ok ? line.value.exporter.export(spans) : line;
  }

  /** One exporter for each content of the Secrets. */
  async #connect(): Promise<Result<Line, SluiceError>> {
    const options = await this.#options();
    if (!options.ok) return err(failure('unavailable', options.error.message));
    const digest = sha256Hex(JSON.stringify(options.value));
    if (this.#isClosed) return err(failure('unavailable', 'the settings changed; spans go their new way'));
    if (this.#line?.digest === digest) return ok(this.#line);
    await this.#drop();
    try {
      const exporter = await open(this.#target.protocol, options.value, this.#ports.resource);
      this.#line = { digest, exporter };
      return ok(this.#line);
    } catch {
      // What was thrown may repeat the value of a header.
      const why =
        'the library refuses a header or the certificates; correct headersFrom, tls.caFrom or the endpoint';
      return err(failure('unavailable', why));
    }
  }

  /** What runs on the old exporter is answered; it ends by its own limit. */
  async #drop(): Promise<void> {
    const former = this.#line;
    this.#line = undefined;
    if (former !== undefined) await former.exporter.close();
  }

  async #options(): Promise<Result<ExporterOptions, SluiceError>> {
    const { url, field, tls, headersFrom } = this.#target;
    const headers: Record<string, string> = {};
    for (const { header, secretKeyRef } of headersFrom) {
      const value = await this.#readKey(secretKeyRef, `${field}.headersFrom`);
      if (!value.ok) return value;
      headers[header.toLowerCase()] = value.value.trim();
    }
    const ca =
      tls.caFrom === undefined ? ok(undefined) : await this.#readKey(tls.caFrom, `${field}.tls.caFrom`);
    if (!ca.ok) return ca;
    const { insecureSkipVerify } = tls;
    return ok({ url, headers, caPem: ca.value, insecureSkipVerify, timeoutMs: exportLimitMs });
  }

  async #readKey(
    { name, key }: { readonly name: string; readonly key: string },
    field: string,
  ): Promise<Result<string, SluiceError>> {
    const { namespace } = this.#ports;
    const found = await this.#secrets.look(namespace, name, field);
    if (!found.ok) return found;
    const value = Object.hasOwn(found.value, key) ? found.value[key] : undefined;
    if (value !== undefined) return ok(value);
    const why = `Secret "${namespace}/${name}" has no key "${key}"; add it or correct ${field}`;
    return err(failure('malformed', why));
  }

  #named(message: string): string {
    return `spans are not sent to ${URL.parse(this.#target.url)?.host ?? 'the collector'} (${this.#target.field}): ${message}`;
  }
}

/** Loaded when the first spans are sent: with it come gRPC and OpenTelemetry. */
async function open(
  protocol: CollectorTarget['protocol'],
  options: ExporterOptions,
  resource: ResourceAttributes,
): Promise<SpanExporter> {
  if (protocol === 'http') return (await import('./http-exporter.ts')).httpExporter(options, resource);
  return (await import('./grpc-exporter.ts')).grpcExporter(options, resource);
}

/** The spans that are complete with the fact of this parcel, and none that others bring. */
function spansOf({ fact, release }: Parcel): readonly TraceSpan[] {
  const part = completedPart(fact);
  return allOf(fact, release).filter((span) => span.part === part && span.endMs !== undefined);
}

/** The version is the one of the fact: what was offered beside it may be older or newer. */
function allOf(fact: Parcel['fact'], { app, workloads }: ReleaseObjects): readonly TraceSpan[] {
  if (fact.level === 'App') {
    return appSpans({ tasks: app?.tasks ?? [], evaluations: app?.evaluations ?? [], version: fact.version });
  }
  const { uid } = fact.version.metadata;
  const children = workloads.find(({ version }) => version.metadata.uid === uid);
  const { tasks = [], evaluations = [] } = children ?? {};
  return workloadSpans({ tasks, evaluations, version: fact.version }, app);
}
