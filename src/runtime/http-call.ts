import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Connection } from './kube.ts';

/** One HTTP exchange with the API server. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly target: string;
  /** Default application/json. */
  readonly accept?: string;
  readonly body?: { readonly contentType: string; readonly json: unknown };
  /** For the whole exchange; of a stream, until its head has arrived. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A complete response. */
export interface HttpAnswer {
  readonly status: number;
  /** Seconds, when the server sent Retry-After. */
  readonly retryAfterSeconds: number | undefined;
  readonly text: string;
}

/** A page of 500 large objects stays far below; anything beyond is a mistake that must not fill our memory. */
const longestAnswerBytes = 256 * 1024 * 1024;

/** Sends a call and reads the whole answer, whatever its status. Errors: timeout, unavailable, malformed. */
export async function exchange(
  connection: Connection,
  call: HttpCall,
): Promise<Result<HttpAnswer, SluiceError>> {
  const deadline = AbortSignal.timeout(call.timeoutMs);
  const opened = await open(connection, call, deadline);
  if (!opened.ok) return opened;
  const text = await readAll(opened.value, anyOf(deadline, call.signal));
  return text.ok ? ok({ ...headOf(opened.value), text: text.value }) : text;
}

/** Sends a call and gives the response as soon as its head has arrived. Errors: timeout, unavailable. */
export function openStream(
  connection: Connection,
  call: HttpCall,
): Promise<Result<IncomingMessage, SluiceError>> {
  return open(connection, call, AbortSignal.timeout(call.timeoutMs));
}

/** Reads what remains of a response. Errors: timeout, unavailable, malformed when it is larger than any sane answer. */
export async function readAll(
  response: IncomingMessage,
  deadline: AbortSignal,
): Promise<Result<string, SluiceError>> {
  const onDeadline = (): void => {
    response.destroy(new Error('timeout'));
  };
  deadline.addEventListener('abort', onDeadline);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > longestAnswerBytes)
        return err(failure('malformed', `the answer is larger than ${size} bytes`));
      chunks.push(chunk);
    }
    return ok(Buffer.concat(chunks).toString('utf8'));
  } catch (thrown) {
    return err(deadline.aborted ? timedOut() : socketFailure(thrown));
  } finally {
    deadline.removeEventListener('abort', onDeadline);
  }
}

/** Status and Retry-After of a response. */
export function headOf(response: IncomingMessage): Omit<HttpAnswer, 'text'> {
  const retryAfter = Number(response.headers['retry-after']);
  return {
    status: response.statusCode ?? 0,
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
  };
}

async function open(
  connection: Connection,
  call: HttpCall,
  deadline: AbortSignal,
): Promise<Result<IncomingMessage, SluiceError>> {
  const first = await attempt(connection, call, deadline);
  // The server may close a kept-alive connection at the moment we reuse it. Every call of ours is harmless twice.
  return first.stale ? (await attempt(connection, call, deadline)).result : first.result;
}

interface Attempt {
  readonly result: Result<IncomingMessage, SluiceError>;
  /** True when a reused connection turned out to be closed. */
  readonly stale: boolean;
}

function attempt(connection: Connection, call: HttpCall, deadline: AbortSignal): Promise<Attempt> {
  return new Promise((resolve) => {
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body.json));
    const request = start(connection, call, body);
    const stopOn = [deadline, ...(call.signal === undefined ? [] : [call.signal])];
    const abort = (): void => {
      request.destroy(new Error('aborted'));
    };
    const settle = (value: Attempt): void => {
      deadline.removeEventListener('abort', abort);
      resolve(value);
    };
    request.on('response', (response) => {
      settle({ result: ok(response), stale: false });
    });
    request.on('error', (error) => {
      call.signal?.removeEventListener('abort', abort);
      const stopped = stopOn.some((signal) => signal.aborted);
      settle({
        result: err(deadline.aborted ? timedOut() : socketFailure(error)),
        stale: !stopped && request.reusedSocket,
      });
    });
    request.on('close', () => {
      call.signal?.removeEventListener('abort', abort);
    });
    for (const signal of stopOn) {
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort);
    }
    request.end(body);
  });
}

function start(connection: Connection, call: HttpCall, body: Buffer | undefined): ClientRequest {
  const url = new URL(call.target, connection.server);
  // A cluster may be reached under a path (a proxy of clusters): keep it in front.
  if (connection.server.pathname !== '/')
    url.pathname = connection.server.pathname.replace(/\/$/, '') + url.pathname;
  const options: RequestOptions = {
    method: call.method,
    agent: connection.agent,
    headers: {
      accept: call.accept ?? 'application/json',
      'user-agent': 'sluice',
      ...(call.body === undefined ? {} : { 'content-type': call.body.contentType }),
      // Node sends a DELETE's body without any framing unless its length is said.
      ...(body === undefined ? {} : { 'content-length': body.length }),
      ...connection.headers,
    },
  };
  return url.protocol === 'http:' ? httpRequest(url, options) : httpsRequest(url, options);
}

function anyOf(deadline: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
}

function timedOut(): SluiceError {
  return failure('timeout', 'the API server did not answer in time');
}

function socketFailure(thrown: unknown): SluiceError {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return failure('unavailable', `the API server cannot be reached: ${detail}`);
}
