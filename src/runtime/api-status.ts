import { type ErrorTag, failure, type SluiceError } from '../kernel/errors.ts';
import type { HttpAnswer } from './http-call.ts';

const tagByStatus: Readonly<Record<number, ErrorTag>> = {
  400: 'malformed',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'invalid',
  406: 'invalid',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'invalid',
  415: 'invalid',
  422: 'invalid',
  429: 'too-many-requests',
  500: 'internal',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
};

interface ApiStatus {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
}

/** The error that an answer of 400 or more stands for. Reads meta/v1 Status where the body is one. Pure. */
export function errorOfAnswer(answer: HttpAnswer): SluiceError {
  return errorOf(answer.status, parseStatus(answer.text), answer.retryAfterSeconds);
}

/** The error in a watch's ERROR event, whose object is a meta/v1 Status. Pure. */
export function errorOfStatus(object: unknown): SluiceError {
  const status = isRecord(object) ? object : {};
  return errorOf(typeof status['code'] === 'number' ? status['code'] : 500, status, undefined);
}

function errorOf(code: number, status: ApiStatus, retryAfterSeconds: number | undefined): SluiceError {
  const tag = status.reason === 'AlreadyExists' ? 'already-exists' : (tagByStatus[code] ?? unknownTag(code));
  const message = typeof status.message === 'string' ? status.message : `the API server answered ${code}`;
  return failure(tag, message, retryAfterSeconds ?? retryAfterOf(status.details));
}

function unknownTag(code: number): ErrorTag {
  return code >= 500 ? 'unavailable' : 'invalid';
}

function retryAfterOf(details: unknown): number | undefined {
  const seconds = isRecord(details) ? details['retryAfterSeconds'] : undefined;
  return typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
}

function parseStatus(text: string): ApiStatus {
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) && body['kind'] === 'Status' ? body : { message: text.slice(0, 300) };
  } catch {
    return { message: text.slice(0, 300) };
  }
}

/** True for anything that has fields. Pure. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
