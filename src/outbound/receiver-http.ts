import { failure, type SluiceError } from '../kernel/errors.ts';
import { sha256Hex } from '../kernel/hash.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { FetchClock } from '../providers/clock.ts';
import { type HttpAnswer, type HttpTarget, type OwnedHttpClient, openHttpTo } from '../providers/http.ts';
import { type ReadSecret, Secrets, type SecretTexts } from '../providers/secrets.ts';
import { withinTime } from '../providers/time-limit.ts';

/** A value that a Secret of Sluice's namespace holds. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** Where a receiver is and how it is spoken to. */
export interface ReceiverTarget {
  /** Empty where `urlFrom` holds it. */
  readonly url: string;
  /** Where the whole address is, when it is secret itself. Of such a one no more than the host is ever shown. */
  readonly urlFrom?: SecretKey | undefined;
  /** The field that configures it, such as `spec.eventReceivers["ci"]`, for messages. */
  readonly field: string;
  /** The field of the address, where it is not `url` or `urlFrom` below that. */
  readonly urlField?: string;
  readonly timeoutMs: number;
  /** The fields to look at when the receiver refuses a message for good; absent: format and filter. */
  readonly refusedFor?: string | undefined;
  readonly insecureSkipVerify: boolean;
  readonly caFrom?: SecretKey | undefined;
  readonly headersFrom: readonly { readonly header: string; readonly secretKeyRef: SecretKey }[];
}

/** What receivers are reached with. */
export interface ReceiverPorts {
  readonly clock: FetchClock;
  readonly readSecret: ReadSecret;
  /** Where the Secrets are: Sluice's namespace. */
  readonly namespace: string;
  readonly proxyEnv: NonNullable<HttpTarget['proxyEnv']>;
}

/** What is posted. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly text: string;
}

/** A connection with what the Secrets said when it was made. */
interface Line {
  readonly digest: string;
  readonly http: OwnedHttpClient;
  readonly headers: Readonly<Record<string, string>>;
}

/** What Secrets say, and the settings where none is named. */
interface Held {
  readonly url: string;
  readonly caPem?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers that waiting or a change of settings may turn into others. All other answers but 2xx are final. */
const passing = new Set([401, 403, 404, 407, 408, 421, 423, 425, 429]);

/**
 * Posts to one receiver over a kept connection. Secrets are read when they are needed, and anew when they may have
 * changed: after some seconds, and at once when the receiver refuses the credentials.
 */
export class ReceiverHttp {
  readonly #target: ReceiverTarget;
  readonly #ports: ReceiverPorts;
  readonly #secrets: Secrets;
  #line: Line | undefined;

  constructor(target: ReceiverTarget, ports: ReceiverPorts) {
    this.#target = target;
    this.#ports = ports;
    this.#secrets = new Secrets(ports.clock, ports.readSecret);
  }

  /**
   * Sends one message. Errors: unavailable and timeout, where trying again may help, naming the field to look at; invalid,
   * when the receiver refuses the message for good. What a receiver says is never repeated: it might be secret.
   */
  async post(message: Message, signal: AbortSignal): Promise<Result<void, SluiceError>> {
    const first = await this.#ask(message, signal);
    if (!first.ok) return first;
    if (!isRefusal(first.value) || !this.#hasSecrets) return this.#judge(first.value);
    const usedBefore = this.#line?.digest;
    this.#secrets.forget();
    const line = await this.#connect();
    if (!line.ok || line.value.digest === usedBefore) return this.#judge(first.value);
    const second = await this.#ask(message, signal);
    return second.ok ? this.#judge(second.value) : second;
  }

  /** Closes the connection. */
  close(): void {
    this.#line?.http.close();
    this.#line = undefined;
  }

  get #hasSecrets(): boolean {
    const { headersFrom, caFrom, urlFrom } = this.#target;
    return headersFrom.length > 0 || caFrom !== undefined || urlFrom !== undefined;
  }

  async #ask(message: Message, signal: AbortSignal): Promise<Result<HttpAnswer, SluiceError>> {
    const { timeoutMs, field } = this.#target;
    const ended = await withinTime(this.#ports.clock, { limitMs: timeoutMs, signal }, (inner) =>
      this.#send(message, inner),
    );
    if (ended !== 'late' && ended !== 'aborted') return ended;
    const why = `it did not answer within ${timeoutMs / 1000} s; look after it, or raise ${field}.timeout`;
    return err(failure('timeout', why));
  }

  async #send(
    { headers, contentType, text }: Message,
    signal: AbortSignal,
  ): Promise<Result<HttpAnswer, SluiceError>> {
    const line = await this.#connect();
    if (!line.ok) return line;
    const { http } = line.value;
    const request = {
      method: 'POST',
      path: '',
      headers: { accept: '*/*', ...headers, ...line.value.headers },
      body: { contentType, text },
    } as const;
    const answer = await http.send(request, signal);
    // Whatever hinders a request, settings or the receiver may change.
    return answer.ok || answer.error.tag === 'timeout' ? answer : err(unavailable(answer.error.message));
  }

  #judge({ status, headers }: HttpAnswer): Result<void, SluiceError> {
    const { field, refusedFor = `${field}.format and ${field}.filter` } = this.#target;
    const address = this.#addressField;
    if (status >= 200 && status < 300) return ok(undefined);
    const host = this.#line?.http.host ?? 'the receiver';
    if (status >= 300 && status < 400) {
      const why = `${host} answers ${status}, which leads elsewhere; write the address it leads to into ${address}`;
      return err(unavailable(why));
    }
    if (isRefusal({ status })) {
      const why = `${host} answers ${status}: it refuses the credentials; correct ${field}.headersFrom or the Secret`;
      return err(unavailable(why));
    }
    if (status >= 500 || passing.has(status)) {
      const why = `${host} answers ${status}; look after it, or correct ${address}`;
      return err(unavailable(why, retryAfterSeconds(headers['retry-after'])));
    }
    const why = `${host} answers ${status}: it does not take such a message; look at its log, and at ${refusedFor}`;
    return err(failure('invalid', why));
  }

  async #connect(): Promise<Result<Line, SluiceError>> {
    const texts = await this.#readSecrets();
    if (!texts.ok) return err(unavailable(texts.error.message));
    const digest = sha256Hex(JSON.stringify(texts.value));
    if (this.#line?.digest === digest) return ok(this.#line);
    const { caPem, headers, url } = texts.value;
    const { field, insecureSkipVerify, caFrom } = this.#target;
    const http = openHttpTo({
      address: url,
      insecureSkipTlsVerify: insecureSkipVerify,
      ca: caPem === undefined || caFrom === undefined ? undefined : { pem: caPem, key: caFrom.key },
      fields: {
        address: this.#addressField,
        ca: `${field}.tls.caFrom`,
        insecure: `${field}.tls.insecureSkipVerify`,
        timeout: `${field}.timeout`,
        headers: `${field}.headersFrom`,
      },
      proxyEnv: this.#ports.proxyEnv,
    });
    if (!http.ok) return err(unavailable(http.error.message));
    this.close();
    this.#line = { digest, http: http.value, headers };
    return ok(this.#line);
  }

  get #addressField(): string {
    const { field, urlFrom, urlField } = this.#target;
    return urlField ?? `${field}.${urlFrom === undefined ? 'url' : 'urlFrom'}`;
  }

  async #readSecrets(): Promise<Result<Held, SluiceError>> {
    const { caFrom, urlFrom, headersFrom, field } = this.#target;
    const headers: Record<string, string> = {};
    for (const { header, secretKeyRef } of headersFrom) {
      const value = await this.#readKey(secretKeyRef, `${field}.headersFrom`);
      if (!value.ok) return value;
      headers[header.toLowerCase()] = value.value.trim();
    }
    const url =
      urlFrom === undefined ? ok(this.#target.url) : await this.#readKey(urlFrom, this.#addressField);
    if (!url.ok) return url;
    if (caFrom === undefined) return ok({ headers, url: url.value.trim() });
    const caPem = await this.#readKey(caFrom, `${field}.tls.caFrom`);
    return caPem.ok ? ok({ headers, url: url.value.trim(), caPem: caPem.value }) : caPem;
  }

  async #readKey({ name, key }: SecretKey, field: string): Promise<Result<string, SluiceError>> {
    const { namespace } = this.#ports;
    const found = await this.#secrets.look(namespace, name, field);
    if (!found.ok) return found;
    const value = textOf(found.value, key);
    if (value !== undefined) return ok(value);
    const why = `Secret "${namespace}/${name}" has no key "${key}"; add it or correct ${field}`;
    return err(failure('malformed', why));
  }
}

function textOf(texts: SecretTexts, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}

function unavailable(message: string, afterSeconds?: number): SluiceError {
  return failure('unavailable', message, afterSeconds);
}

function isRefusal({ status }: Pick<HttpAnswer, 'status'>): boolean {
  return status === 401 || status === 403;
}

/** Of both forms of the header only seconds are read: dates compare clocks. Source: RFC 9110, 10.2.3. */
function retryAfterSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined;
}
