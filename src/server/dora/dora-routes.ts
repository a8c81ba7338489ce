import { doraAnswer } from '../../domain/dora/answer.ts';
import type { Archive } from '../../domain/dora/archive.ts';
import { exported, exportedCsv } from '../../domain/dora/export.ts';
import type { ReleaseRecord } from '../../domain/dora/record.ts';
import { isOfEnvironment } from '../../domain/dora/window.ts';
import { errorMeanings, type SluiceError } from '../../kernel/errors.ts';
import { type HttpRequest, type HttpResponse, httpError, type Route } from '../route.ts';
import { type ExportQuestion, readDoraQuery, readExportQuery } from './dora-query.ts';

/** What the routes read. */
export interface DoraPorts {
  readonly archive: Archive;
  readonly now: () => Date;
}

/** `/dora`: the five numbers of a window. `/dora/releases`: the records that they are made of, the latest first. */
export function doraRoutes(ports: DoraPorts): readonly Route[] {
  return [
    { method: 'GET', path: '/dora', handle: (request) => answerNumbers(ports, request) },
    { method: 'GET', path: '/dora/releases', handle: (request) => answerReleases(ports, request) },
  ];
}

async function answerNumbers({ archive, now }: DoraPorts, { query }: HttpRequest): Promise<HttpResponse> {
  const question = readDoraQuery(query, now().getTime());
  if (!question.ok) return refused(question.error);
  const releases = await archive.counted();
  if (!releases.ok) return refused(releases.error);
  const { window, filter } = question.value;
  return { status: 200, body: doraAnswer(releases.value, window, filter, archive.state()) };
}

async function answerReleases({ archive, now }: DoraPorts, { query }: HttpRequest): Promise<HttpResponse> {
  const question = readExportQuery(query, now().getTime());
  if (!question.ok) return refused(question.error);
  const { window, filter } = question.value;
  const { namespace, app } = filter;
  const found = await archive.query({
    ...window,
    ...(namespace === undefined ? {} : { namespace }),
    ...(app === undefined ? {} : { app }),
  });
  return found.ok ? asked(found.value, question.value) : refused(found.error);
}

function asked(records: readonly ReleaseRecord[], { filter, format, limit }: ExportQuestion): HttpResponse {
  const all = records.filter((record) => isOfEnvironment(record, filter));
  const latest = all.toSorted((a, b) => b.endMs - a.endMs).slice(0, limit);
  const headers = { 'X-Sluice-Left-Out': String(all.length - latest.length) };
  if (format === 'csv')
    return { status: 200, body: exportedCsv(latest), contentType: 'text/csv; charset=utf-8', headers };
  return {
    status: 200,
    body: { releases: latest.map(exported), leftOut: all.length - latest.length },
    headers,
  };
}

function refused({ tag, message }: SluiceError): HttpResponse {
  return httpError(errorMeanings[tag].httpStatus, message);
}
