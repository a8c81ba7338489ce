import { type ErrorTag, errorMeanings } from '../../kernel/errors.ts';
import type { HttpResponse } from '../route.ts';

/** Reasons as the API server words them; clients switch on these. Source: meta/v1 StatusReason. */
const reasons: Partial<Readonly<Record<ErrorTag, string>>> = {
  malformed: 'BadRequest',
  timeout: 'Timeout',
  unavailable: 'ServiceUnavailable',
};

/** An error as Kubernetes' clients read it: a meta/v1 Status. Pure. */
export function statusAnswer(tag: ErrorTag, message: string, details?: object): HttpResponse {
  const { httpStatus, reason } = errorMeanings[tag];
  return statusOf(httpStatus, reasons[tag] ?? reason, message, details);
}

/** The same for a method that is not served. Pure. */
export function methodNotAllowed(method: string): HttpResponse {
  const message = `${method.slice(0, 20)} is not supported here: values of metrics are read with GET`;
  return { ...statusOf(405, 'MethodNotAllowed', message), headers: { Allow: 'GET, HEAD' } };
}

function statusOf(code: number, reason: string, message: string, details?: object): HttpResponse {
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
  return { status: code, body };
}
